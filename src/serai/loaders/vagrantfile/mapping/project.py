"""A whole Vagrantfile → the tree of a project file, with the place of each value, and all notes."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.mapped import Mapped, Note, Path
from serai.loaders.vagrantfile.config.model import VagrantConfig
from serai.loaders.vagrantfile.mapping.docker import Peers
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.machine import Shared, map_one
from serai.loaders.vagrantfile.mapping.networks import Subnets, private_options
from serai.util.errors import Where

PUSH = "serai does not publish: run the command itself"


def map_project(
    config: VagrantConfig, directory: str, wanted: str | None = None, host: Host | None = None
) -> Mapped:
    """`directory` is the name of the Vagrantfile's own; `wanted` is what --provider says."""
    facts = host or Host()
    shared = Shared(images={}, subnets=Subnets(), pools={}, peers=Peers(_containers(config)))
    for machine in config.machines.values():
        for entry in machine.networks:
            if entry.type == "private_network":
                shared.subnets.learn(private_options(machine, entry))
    drafts = [map_one(machine, wanted, facts, shared) for machine in config.machines.values()]
    if len(drafts) == 1:
        drafts[0].data.pop("primary", None)  # it is that anyway
    tree: dict[str, Any] = {"project": project_name(directory)}
    if networks := {name: network for name, network in shared.subnets.networks.items() if network}:
        tree["networks"] = networks
    if shared.pools:
        tree["pools"] = shared.pools
    if shared.images:
        tree["images"] = shared.images
    hidden = dict.fromkeys(value for draft in drafts for value in draft.sensitive)
    if hidden:
        tree["sensitive"] = list(hidden)
    tree["machines"] = {draft.name: draft.data for draft in drafts}
    notes = [note for draft in drafts for note in draft.notes]
    notes += [Note(machine="push", key=f"push.{e.type}", where=e.where, because=PUSH) for e in config.pushes]
    return Mapped(tree=tree, places=_places(drafts, shared), notes=notes)


def _containers(config: VagrantConfig) -> dict[str, str]:
    """What containers are called → their machines; a machine's own name counts where no container has it."""
    found = {name: name for name in config.machines}
    for machine in config.machines.values():
        if name := machine.providers.get("docker", {}).get("name"):
            found[str(name)] = machine.name
    return found


def _places(drafts: list[Draft], shared: Shared) -> dict[Path, Where]:
    places: dict[Path, Where] = {("networks", name): where for name, where in shared.subnets.places.items()}
    for draft in drafts:
        image = draft.places.get(("image",))
        if image and draft.data.get("image") in shared.images:
            places.setdefault(("images", str(draft.data["image"])), image)
        for path, where in draft.places.items():
            if where.line:
                places["machines", draft.name, *path] = where
        stated = [where for where in draft.places.values() if where.line]
        if stated:
            places["machines", draft.name] = stated[0]
    return places


def project_name(directory: str) -> str:
    """A directory's name, made to a project's where it is none."""
    return re.sub(r"[^a-zA-Z0-9._-]+", "-", directory)[:63].strip(".-_") or "project"
