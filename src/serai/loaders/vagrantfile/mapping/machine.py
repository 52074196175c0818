"""One machine of a Vagrantfile → its entry in `machines:`, with the notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from serai.loaders.vagrantfile.config.model import MachineConfig
from serai.loaders.vagrantfile.mapping.access import map_machine, map_ssh, map_winrm
from serai.loaders.vagrantfile.mapping.box import map_box
from serai.loaders.vagrantfile.mapping.desktops import NAMES, map_desktop
from serai.loaders.vagrantfile.mapping.disks import map_cloud_init, map_disks
from serai.loaders.vagrantfile.mapping.docker import SOURCES, Peers, map_docker
from serai.loaders.vagrantfile.mapping.draft import NO_WORD, NOBODY, Draft, listed
from serai.loaders.vagrantfile.mapping.folders import map_folders
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.libvirt import map_libvirt
from serai.loaders.vagrantfile.mapping.lxc import map_lxc
from serai.loaders.vagrantfile.mapping.networks import Subnets, map_networks
from serai.loaders.vagrantfile.mapping.plugins import map_plugins
from serai.loaders.vagrantfile.mapping.provider import choose, elsewhere, told
from serai.loaders.vagrantfile.mapping.provision import map_provisioners
from serai.loaders.vagrantfile.mapping.triggers import map_triggers
from serai.loaders.vagrantfile.mapping.virtualbox import map_virtualbox
from serai.spec.machine import Machine

LAST = ("boot", "memory")
"""Keys of libvirt's block that look at what the others have made."""


class Shared(msgspec.Struct):
    """What the machines of a file have together."""

    images: dict[str, dict[str, Any]]
    subnets: Subnets
    pools: dict[str, str]
    peers: Peers = Peers({})


def map_one(config: MachineConfig, wanted: str | None, host: Host, shared: Shared) -> Draft:
    """The machine's entry, its keys in the order that a person would write."""
    draft = Draft(config, choose(config, wanted, host), host)
    draft.data["provider"] = draft.provider
    parts: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = [
        ("vm.box", _box, (shared.images,)),
        ("vm", map_machine, ()),
        ("network", map_networks, (shared.subnets,)),
        (config.provider, _provider, (shared,)),
        ("disk", map_disks, ()),
        ("cloud_init", map_cloud_init, ()),
        ("ssh", map_ssh, ()),
        ("winrm", map_winrm, ()),
        ("synced_folder", map_folders, ()),
        ("provision", map_provisioners, ()),
        ("trigger", map_triggers, ()),
        ("plugins", map_plugins, ()),
    ]
    for name, act, words in parts:
        draft.attempt(name, NOBODY, act, draft, *words)
    if hidden := draft.stated("vagrant", "sensitive"):
        draft.sensitive = [str(value) for value in listed(hidden[0]) if str(value)]
        draft.told("vagrant.sensitive", hidden[1], "sensitive")
    if not config.autostart:
        draft.data["autostart"] = False
    if config.primary:
        draft.data["primary"] = True
    _left(draft)
    draft.data = in_order(draft.data)
    return draft


def _box(draft: Draft, images: dict[str, dict[str, Any]]) -> None:
    """The box, unless docker's block says what the container is made from."""
    block = draft.config.providers.get(draft.config.provider, {}) if draft.config.provider == "docker" else {}
    made_from = next((key for key in SOURCES if block.get(key)), None)
    if made_from is None:
        map_box(draft, images)
        return
    for key, where in draft.config.stated.items():
        if key.startswith("vm.box"):
            draft.dropped(key, where, f"docker.{made_from} says what it is made from")


def _provider(draft: Draft, shared: Shared) -> None:
    name, told_of = draft.config.provider, told
    block, places = draft.config.providers.get(name, {}), draft.config.provider_places.get(name, {})
    told_of(draft)
    if name == "libvirt":
        block = dict(block)
        path = block.pop("storage_pool_path", None)
        if path:
            _pool(draft, str(block.get("storage_pool_name") or "default"), str(path), shared)
        map_libvirt(draft, {key: block[key] for key in sorted(block, key=lambda key: key in LAST)}, places)
    elif name == "docker":
        map_docker(draft, block, places, shared.peers)
    elif name == "lxc":
        map_lxc(draft, block, places)
    elif name == "virtualbox":
        map_virtualbox(draft, block, places)
    elif name in NAMES:
        map_desktop(draft, name, block, places)
    else:
        elsewhere(draft)


def _pool(draft: Draft, name: str, path: str, shared: Shared) -> None:
    where = draft.config.provider_places.get("libvirt", {}).get("storage_pool_path", NOBODY)
    if draft.provider == "libvirt":
        shared.pools[name] = path
        draft.told("libvirt.storage_pool_path", where, f"pools.{name}")
    else:
        draft.dropped(
            "libvirt.storage_pool_path",
            where,
            "the machine runs on QEMU itself: its disks are in its own directory",
        )


def _left(draft: Draft) -> None:
    """No stated key goes without a word."""
    named = {note.key for note in draft.notes}
    for key, where in draft.config.stated.items():
        if key.partition(".")[0] in ("trigger", "push"):  # calls, of which each has its own entry
            continue
        if key not in named and not any(note.where == where and note.key.startswith(key) for note in draft.notes):
            draft.dropped(key, where, NO_WORD)
    for key, where in draft.config.unknown.items():
        draft.dropped(key, where, "Vagrant does not know it, and serai does not either")


def in_order(data: dict[str, Any]) -> dict[str, Any]:
    """In the order of the spec."""
    order = {name: at for at, name in enumerate(Machine.__struct_fields__)}
    return {key: data[key] for key in sorted(data, key=lambda key: order.get(key, len(order)))}
