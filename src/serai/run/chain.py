"""What a machine would come to, block by block: the keys by which layers of other machines are found.

Each key is a digest of the one before, of the block, and of whatever else the block may have looked at: the
machine's name where it asks for that, its addresses and peers where it names them, a folder where it names that.
What is the project's own, and all that follows, has the project in its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from serai.guest.rsync import keeps
from serai.guest.seed import hostname
from serai.plan.provisioning import keyed
from serai.providers.contract import Materials, Scope
from serai.provisioners import caching
from serai.provisioners.content import feed
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.hook import Event
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Run
from serai.util.digest import sha256
from serai.util.masking import Mask, named_secrets
from serai.util.paths import expanduser

DIGITS = 32
HOOKS = (Event.BEFORE_PROVISION, Event.AFTER_PROVISION, Event.BEFORE_BLOCK, Event.AFTER_BLOCK)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One block of the chain."""

    block: str
    """Its key in the machine's file."""
    title: str
    """For people: `shell packages`."""
    key: str
    """Of the layer that is kept after it."""
    kept: bool = True
    """Whether one is: not after what runs at each start, and not after a mere restart."""
    starts: bool = False
    """A start of the machine is all that it does."""
    project: str = ""
    """Id of the project whose own it is; empty: nobody's."""


class Chain(msgspec.Struct, frozen=True):
    """The blocks from the first on, and why the chain ends before the last."""

    links: tuple[Link, ...] = ()
    ends: str = ""
    """The block that it ends before, and why: `site: cache is false`. Empty: it does not."""


class Named:
    """Whether texts name peers: asked once for all machines that are told of the same ones."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[Mapping[str, str], bool]] = {}

    def any(self, text: str, hosts: Mapping[str, str]) -> bool:
        """Whether the text has a name or an address of `hosts`, which nobody changes."""
        key = (text, id(hosts))
        if key not in self._known:
            found = any(word in text for pair in hosts.items() for word in pair if word)
            self._known[key] = (hosts, found)  # which keeps the number its own
        return self._known[key][1]


class Circumstances(msgspec.Struct, frozen=True):
    """What the blocks of a machine can look at beside what they are told."""

    machine: Machine
    materials: Materials
    scope: Scope
    mask: Mask
    binds: bool = False
    """Its folders are part of it: mounted, whatever their type."""
    named: Named = msgspec.field(default_factory=Named)

    @property
    def mounted(self) -> list[SyncedFolder]:
        folders = self.machine.synced_folders
        return [each for each in folders if self.binds or each.type is not FolderType.RSYNC]

    @property
    def copied(self) -> list[SyncedFolder]:
        return [each for each in self.machine.synced_folders if each not in self.mounted]

    def names_peers(self, text: str) -> bool:
        """Whether it has a name or an address that a script may know others, or its own machine, by."""
        own = (each.partition("/")[0] for each in self.materials.addresses.values())
        return any(word in text for word in own if word) or self.named.any(text, self.materials.hosts)


def chain(around: Circumstances, base: str, digests: Mapping[str, str]) -> Chain:
    """`base`: digest of image and hardware. `digests`: block -> that of the block and its files."""
    machine, scope = around.machine, around.scope
    if any(moment in HOOKS and hooks for moment, hooks in machine.hooks.items()):
        return Chain(ends="hooks around provisioning may change the machine, too")
    told = msgspec.json.encode([stated(machine.guest), stated(machine).get("container", {})]).decode()
    secret = around.mask(told) != told or (machine.container is not None and _has_secrets(machine.container))
    project = scope.project_id if secret or around.copied else ""
    above = _digest([base, stated(machine).get("hooks", {}), project])
    links: list[Link] = []
    for key, block in keyed(machine):
        if block.run is Run.NEVER:
            continue
        text = caching.text_of(block, scope.root)
        mounted = [each for each in around.mounted if caching.names_any(block, text, [each.target])]
        if why := caching.why_not(block, machine, mounted):
            return Chain(tuple(links), f"{key}: {why}")
        if not project and caching.is_secret(block, machine, text, scope.root, around.mask):
            project = scope.project_id
        always = block.run is Run.ALWAYS
        above = _digest([above, digests[key], always, project, *_looks_at(around, block, text)])
        links.append(
            Link(
                block=key,
                title=key if key.startswith(block.kind) else f"{block.kind} {key}",
                key=above,
                kept=not always and block.kind != "reload",
                starts=block.kind == "reload" and not always,
                project=project,
            )
        )
    return Chain(tuple(links))


def _has_secrets(container: Container) -> bool:
    """Whether what it is given from outside may be secret: files, and variables by their names or from files."""
    return bool(container.files or container.env_file or named_secrets(container.env))


def _looks_at(around: Circumstances, block: Provision, text: str) -> list[Any]:
    """What of the circumstances decides what the block makes."""
    machine, materials = around.machine, around.materials
    found: list[Any] = []
    asks = caching.asks_who(block, text)
    if asks:
        found.append(hostname(machine))
    known = [materials.hosts, materials.addresses, materials.foreign]
    if any(known) and (asks or around.names_peers(text)):
        found.append([around.scope.project_id, *known])
    for folder in around.copied:
        if caching.names_any(block, text, [folder.target]):
            found.append([folder.target, content_of(folder, around.scope.root)])
    return found


def content_of(folder: SyncedFolder, root: Path) -> str:
    """Digest of what is copied of a folder."""
    total = sha256()
    feed(total.update, root / expanduser(folder.source), lambda name: keeps(name, folder.exclude))
    return total.hexdigest()


def _digest(parts: list[Any]) -> str:
    return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:DIGITS]
