"""The `libvirt` provider. Every act lives in a file of its own and is imported on use."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from serai.providers.contract import (
    Capabilities,
    Console,
    Endpoint,
    Feature,
    Mark,
    Materials,
    Observed,
    Progress,
    Rendered,
    Scope,
    Snapshot,
    Verdict,
    quiet,
)
from serai.providers.libvirt.connect import is_lxc, lasting, uri_of
from serai.spec.machine import Communicator, Machine
from serai.util.errors import SeraiError

if TYPE_CHECKING:
    from serai.guest.transport import Transport
    from serai.providers.kept import Keeping
    from serai.providers.network_change import NetworkChange
    from serai.spec.network import Network


class Libvirt:
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "libvirt"
    parallel: ClassVar[int] = 0

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def _uri(self, name: str) -> str:
        """Of the libvirt that has the machine; empty: there is no such machine."""
        from serai.providers.libvirt import ledger

        record = ledger.load(self.scope, name)
        return record.uri if record else ""

    def _life(self, uri: str) -> Any:
        """The acts of what runs there: virtual machines, or containers."""
        if is_lxc(uri):
            from serai.providers.libvirt.containers import lifecycle as containers

            return containers
        from serai.providers.libvirt import lifecycle

        return lifecycle

    def _need(self, name: str, feature: Feature) -> None:
        """Raise Code.UNSUPPORTED for a container, where the feature is one of virtual machines."""
        if is_lxc(uri := self._uri(name)):
            from serai.providers.libvirt.containers.check import capabilities

            capabilities(uri).need(feature, provider=self.name, machine=name)

    def capabilities(self) -> Capabilities:
        from serai.providers.libvirt.abilities import capabilities

        return capabilities(self.scope)

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers.libvirt.abilities import check

        return check(self.scope, machine)

    @lasting
    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        from serai.providers.libvirt.observe import observe

        return observe(self.scope, names)

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        if is_lxc(uri_of(machine)):
            from serai.providers.libvirt.containers.verdicts import verdict as of_container

            return of_container(observed, key)
        from serai.providers.libvirt.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        if is_lxc(uri_of(machine)):
            from serai.providers.libvirt.containers.preview import preview as of_container

            return Rendered("xml", of_container(self.scope, machine, materials))
        from serai.providers.libvirt.preview import preview

        return Rendered("xml", preview(self.scope, machine, materials))

    def render_xen(self, machine: Machine, materials: Materials) -> Rendered:
        """What libvirt's Xen driver would be told of a machine of `provider: xen`; nothing is asked."""
        from serai.providers.libvirt.xen_preview import xen_preview

        return Rendered("xml", xen_preview(self.scope, machine, materials))

    @lasting
    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        if is_lxc(uri_of(machine)):
            from serai.providers.libvirt.containers.preview import difference as of_container

            return of_container(self.scope, machine, materials)
        from serai.providers.libvirt.difference import difference

        return difference(self.scope, machine, materials)

    @lasting
    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        from serai.providers.libvirt.layers import base

        return base(self.scope, machine, materials)

    def layer_of(self, key: str) -> tuple[str, float] | None:
        from serai.images import layers

        found = layers.find(key)
        return (found.id, found.at) if found else None

    @lasting
    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress = quiet
    ) -> object:
        from serai.providers.libvirt import layers

        return layers.keep(self.scope, machine, materials, kept, way, progress)

    @lasting
    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        self._life(uri_of(machine)).create(self.scope, machine, materials, progress)

    @lasting
    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        self._life(uri_of(machine)).start(self.scope, machine, materials, progress)

    @lasting
    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        return bool(self._life(self._uri(name)).stop(self.scope, name, budget, force, progress))

    @lasting
    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.libvirt.destroy import destroy

        destroy(self.scope, name, progress)

    @lasting
    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        self._life(self._uri(name)).suspend(self.scope, name, to_disk, progress)

    @lasting
    def resume(self, name: str, progress: Progress = quiet) -> None:
        self._life(self._uri(name)).resume(self.scope, name, progress)

    @lasting
    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        if is_lxc(uri_of(machine)):
            from serai.providers.libvirt.containers.live import apply as to_container

            to_container(self.scope, machine, keys, materials)
            return
        from serai.providers.libvirt.live import apply

        apply(self.scope, machine, keys, progress, materials)

    @lasting
    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        self._need(name, Feature.SNAPSHOT)
        from serai.providers.libvirt.snapshots import save

        save(self.scope, name, snapshot, progress)

    @lasting
    def snapshot_list(self, name: str) -> list[Snapshot]:
        if is_lxc(self._uri(name)):
            return []
        from serai.providers.libvirt.snapshots import list_all

        return list_all(self.scope, name)

    @lasting
    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        self._need(name, Feature.SNAPSHOT)
        from serai.providers.libvirt.snapshots import restore

        restore(self.scope, name, snapshot, progress)

    @lasting
    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        self._need(name, Feature.SNAPSHOT)
        from serai.providers.libvirt.snapshots import delete

        delete(self.scope, name, snapshot, progress)

    @lasting
    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        self._need(name, Feature.CLONE)
        from serai.providers.libvirt.clone import clone

        clone(self.scope, name, machine, materials, progress)

    @lasting
    def endpoint(self, name: str) -> Endpoint:
        if is_lxc(self._uri(name)):
            from serai.providers.libvirt.containers.inside import endpoint as of_container

            return of_container(self.scope, name)
        from serai.providers.libvirt.endpoint import endpoint

        return endpoint(self.scope, name)

    @lasting
    def disk_paths(self, name: str) -> list[Path]:
        """See qemu's. Raises Code.UNSUPPORTED for disks that are no files of this host."""
        from serai.providers.libvirt.volumes import paths_of

        return paths_of(self.scope, name)

    @lasting
    def cards(self, machine: Machine, materials: Materials) -> list[Any]:
        """See qemu's: for a guest that reads no seed."""
        from serai.providers.libvirt.connect import opened, uri_of
        from serai.providers.libvirt.define import further_cards

        return further_cards(opened(uri_of(machine)), self.scope, machine, materials)

    @lasting
    def console(self, name: str) -> Console:
        if is_lxc(self._uri(name)):
            from serai.providers.libvirt.containers.inside import console as of_container

            return of_container(self.scope, name)
        from serai.providers.libvirt.console import console

        return console(self.scope, name)

    @lasting
    def screenshot(self, name: str, target: Path) -> None:
        self._need(name, Feature.SCREENSHOT)
        from serai.providers.libvirt.screen import screenshot

        screenshot(self.scope, name, target)

    @lasting
    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        self._need(name, Feature.AGENT)
        from serai.providers.libvirt.agent import shell

        return shell(self.scope, name, command, budget)

    @lasting
    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        from serai.providers.libvirt import ledger
        from serai.providers.libvirt.connect import opened
        from serai.providers.libvirt.define import keep

        if ready:
            self._forward(name)
        with ledger.editing(self.scope, name) as record:
            kept = {key: mark for key, mark in record.marks.items() if key not in marks}
            record.marks = kept | {key: mark for key, mark in marks.items() if mark is not None}
            if ready is not None:
                record.ready_at = max(time.time(), record.started_at) if ready else 0.0
            keep(opened(record.uri), self.scope, record)

    def _forward(self, name: str) -> None:
        """The guest can be logged in to from now on: ports that go by ssh are opened."""
        from serai.providers.libvirt import forwards, ledger
        from serai.providers.libvirt.connect import opened
        from serai.providers.libvirt.define import lookup
        from serai.providers.libvirt.endpoint import by_ssh

        state = ledger.made(self.scope, name)
        if is_lxc(state.uri):
            return  # what would be forwarded was refused
        if state.applied is None or state.applied.communicator is Communicator.AGENT:
            return
        if forwards.by_ssh(state.applied, state.uri):
            domain = lookup(opened(state.uri), state.uuid)
            forwards.renew(self.scope, name, domain, state.applied, by_ssh(self.scope, name))

    @lasting
    def failure(self, name: str) -> str:
        from serai.providers.libvirt.console import failure

        return failure(self.scope, name)

    @lasting
    def network_changes(self, networks: Mapping[str, Network], together: Collection[str]) -> list[NetworkChange]:
        """Networks of the project that exist otherwise than the file states them."""
        from serai.providers.libvirt.network_changes import changes

        return changes(self.scope, networks)

    @lasting
    def subnets_in_use(self) -> set[str]:
        """IPv4 subnets of the hosts' routes and of libvirt's networks, but those of this project."""
        from serai.providers.libvirt.networks import in_use

        return in_use(self.scope)

    @lasting
    def make_network(self, name: str, materials: Materials) -> None:
        """Make one of the project's networks, for machines of other providers on it."""
        from serai.providers.libvirt.connect import opened, uris_of
        from serai.providers.libvirt.networks import ensure

        for uri in uris_of(self.scope):
            ensure(opened(uri), self.scope, name, materials.networks[name], materials)

    @lasting
    def leave_network(self, name: str, bridge: str) -> None:
        """Take it away where nothing is on it any more."""
        from serai.providers.libvirt.connect import opened, uris_of
        from serai.providers.libvirt.destroy import tidy

        for uri in uris_of(self.scope):
            tidy(opened(uri), self.scope)

    @staticmethod
    def foreign(uri: str | None = None) -> list[tuple[str, str]]:
        """Domains that are none of serai's, each with its URI."""
        from serai.providers.libvirt.adopt.take import foreign

        return foreign(uri)

    @lasting
    def take(
        self, domain: str, name: str, uri: str | None = None, described: Machine | None = None
    ) -> tuple[Machine, tuple[str, ...]]:
        """Make a domain of somebody else's the project's machine `name`."""
        from serai.providers.libvirt.adopt.take import take

        return take(self.scope, domain, name, uri, described)

    @staticmethod
    def domain_of(uuid: str, uri: str | None = None) -> str:
        """The name of the domain with that UUID; empty when there is none."""
        from serai.providers.libvirt.adopt.take import domain_of

        return domain_of(uuid, uri)

    def directory(self, name: str) -> Path:
        """What serai keeps of the machine on this host."""
        from serai.providers.libvirt.ledger import directory_of

        return directory_of(self.scope, name)
