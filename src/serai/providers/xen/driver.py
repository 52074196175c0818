"""The `xen` provider. Every act lives in a file of its own and is imported on use."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar

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
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import SeraiError


class Xen:
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "xen"
    parallel: ClassVar[int] = 2
    """dom0 makes each domain by its own processors, of which it often has few."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def _unable(self, name: str, feature: Feature) -> SeraiError:
        try:
            self.capabilities().need(feature, provider=self.name, machine=name)
        except SeraiError as error:
            return error
        raise AssertionError(feature)

    def capabilities(self) -> Capabilities:
        from serai.providers.xen.capabilities import capabilities

        return capabilities()

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers.xen.check import check

        return check(machine, self.scope)

    @staticmethod
    def check_network(name: str, network: Network) -> list[SeraiError]:
        """What it refuses of a network of the project's."""
        from serai.providers.xen.bridges import check_network

        return check_network(name, network)

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        from serai.providers.xen.observe import observe

        return observe(self.scope, names)

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        from serai.providers.xen.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        from serai.providers.xen.preview import preview

        return Rendered("cfg", preview(self.scope, machine, materials))

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from serai.providers.xen.difference import difference

        return difference(self.scope, machine, materials)

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.xen.lifecycle import create

        create(self.scope, machine, materials, progress)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.xen.lifecycle import start

        start(self.scope, machine, materials, progress)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        from serai.providers.xen.lifecycle import stop

        return stop(self.scope, name, budget, force, progress)

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.xen.lifecycle import destroy

        destroy(self.scope, name, progress)

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        from serai.providers.xen.lifecycle import suspend

        suspend(self.scope, name, to_disk, progress)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.xen.lifecycle import resume

        resume(self.scope, name, progress)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        from serai.providers.xen.live import apply

        apply(self.scope, machine, keys, materials)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.xen.snapshots import save

        save(self.scope, name, snapshot, progress)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        from serai.providers.xen.lifecycle import made

        return list(made(self.scope, name)[2].snapshots)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.xen.snapshots import restore

        restore(self.scope, name, snapshot, progress)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.xen.snapshots import delete

        delete(self.scope, name, snapshot)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        raise self._unable(name, Feature.CLONE)

    def endpoint(self, name: str) -> Endpoint:
        from serai.providers.xen.endpoint import endpoint

        return endpoint(self.scope, name)

    def cards(self, machine: Machine, materials: Materials) -> list[Any]:
        """What a seed would say of its interfaces beside the uplink."""
        from serai.providers.xen.gather import seed_cards
        from serai.providers.xen_guest import uplink_of
        from serai.spec.network import UplinkType

        up = uplink_of(machine)[1].type is not UplinkType.NONE
        return seed_cards(self.scope, machine, materials)[int(up) :]

    def console(self, name: str) -> Console:
        from serai.providers.xen.endpoint import console

        return console(self.scope, name)

    def screenshot(self, name: str, target: Path) -> None:
        raise self._unable(name, Feature.SCREENSHOT)

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        raise self._unable(name, Feature.AGENT)

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        from serai.providers.xen.lifecycle import made
        from serai.providers.xen.record import editing

        with editing(made(self.scope, name)[0], self.scope, name) as record:
            kept = {key: mark for key, mark in record.marks.items() if key not in marks}
            record.marks = kept | {key: mark for key, mark in marks.items() if mark is not None}
            if ready is not None:
                record.ready_at = max(time.time(), record.started_at) if ready else 0.0

    def failure(self, name: str) -> str:
        from serai.providers.xen.endpoint import failure

        return failure(self.scope, name)

    @staticmethod
    def foreign(where: str | None = None) -> list[tuple[str, str]]:
        """Domains that are none of serai's, each with its inventory. `where`: a dom0, or a URI of libvirt's."""
        from serai.providers.xen.inventory import foreign

        return foreign(where)

    def take(self, domain: str, name: str, where: str | None = None) -> tuple[Machine, tuple[str, ...]]:
        """Make a domain of somebody else's the project's machine `name`."""
        from serai.providers.xen.adopt import take

        return take(self.scope, domain, name, where)
