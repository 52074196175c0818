"""The `nspawn` provider. Every act lives in a file of its own and is imported on use."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from serai.providers.contract import (
    Capabilities,
    Console,
    Endpoint,
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
from serai.providers.nspawn.observe import find_projects, observe
from serai.providers.nspawn.place import directory_of
from serai.providers.nspawn.record import editing, load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.providers.network_change import NetworkChange
    from serai.spec.network import Network

__all__ = ["Nspawn", "find_projects"]


class Nspawn:
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "nspawn"
    parallel: ClassVar[int] = 0

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def capabilities(self) -> Capabilities:
        from serai.providers.nspawn.capabilities import capabilities

        return capabilities()

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers.nspawn.check import check

        return check(machine, self.scope)

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        return observe(self.scope, names)

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        from serai.providers.nspawn.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        from serai.providers.nspawn.preview import preview

        return Rendered("cfg", preview(self.scope, machine, materials))

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from difflib import unified_diff

        from serai.providers.nspawn import gather, render
        from serai.providers.nspawn.preview import kept

        record = load(directory_of(self.scope, machine.name))
        site = gather.site_for(self.scope, machine, materials, record.process if record else None)
        was, wanted = kept(self.scope, machine.name), render.text(machine, site)
        return list(unified_diff(was.splitlines(), wanted.splitlines(), "made", "wanted", lineterm=""))

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.lifecycle import create

        create(self.scope, machine, materials, progress)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.lifecycle import start

        start(self.scope, machine, materials, progress)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        from serai.providers.nspawn.lifecycle import stop

        return stop(self.scope, name, budget, force, progress)

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.lifecycle import destroy

        destroy(self.scope, name)

    def discard(self, name: str, progress: Progress = quiet) -> None:
        """Remove it to be made anew."""
        from serai.providers.nspawn.lifecycle import destroy

        destroy(self.scope, name, again=True)

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        from serai.providers.contract import Feature
        from serai.providers.nspawn.lifecycle import suspend

        if to_disk:
            self.capabilities().need(Feature.SUSPEND_DISK, provider=self.name, machine=name)
        suspend(self.scope, name)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.lifecycle import resume

        resume(self.scope, name)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        from serai.providers.nspawn.live import apply

        apply(self.scope, machine, keys, materials)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.snapshots import save_one

        save_one(self.scope, name, snapshot, progress)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        from serai.providers.nspawn.lifecycle import made

        return list(made(self.scope, name).snapshots)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.snapshots import restore

        restore(self.scope, name, snapshot, progress)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.snapshots import delete

        delete(self.scope, name, snapshot)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.nspawn.lifecycle import copied

        copied(self.scope, name, machine, materials, progress)

    def endpoint(self, name: str) -> Endpoint:
        from serai.providers.nspawn.endpoint import endpoint

        return endpoint(self.scope, name)

    def console(self, name: str) -> Console:
        from serai.providers.nspawn.endpoint import console

        return console(self.scope, name)

    def screenshot(self, name: str, target: Path) -> None:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container has no screen", hint=f"serai logs {name}")

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container needs no agent", hint=f"serai exec {name} -- CMD")

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        with editing(directory_of(self.scope, name)) as record:
            kept = {key: mark for key, mark in record.marks.items() if key not in marks}
            record.marks = kept | {key: mark for key, mark in marks.items() if mark is not None}
            if ready is not None:
                record.ready_at = max(time.time(), record.started_at) if ready else 0.0

    def failure(self, name: str) -> str:
        from serai.providers.nspawn.lifecycle import is_on
        from serai.providers.nspawn.reason import why_ended

        if is_on(self.scope, name):
            return ""
        record = load(directory_of(self.scope, name))
        if record is None:
            return "there is no such container"
        return "it is off" if record.stopped else why_ended(directory_of(self.scope, name), record)

    def network_changes(self, networks: Mapping[str, Network], together: Collection[str]) -> list[NetworkChange]:
        """Networks of the project that exist otherwise than the file states them."""
        from serai.providers.bridge_changes import changes
        from serai.providers.nspawn.observe import running

        return changes(networks, running(self.scope))

    def subnets_in_use(self) -> set[str]:
        """IPv4 subnets of this host's routes: none of them is chosen for a network of the project."""
        from serai.providers import bridges

        return {str(subnet) for subnet in bridges.in_use()}

    def make_network(self, name: str, materials: Materials) -> None:
        """Make one of the project's networks, for machines of other providers on it."""
        from serai.providers import bridges

        bridges.ensure(self.scope, materials.networks, [name])

    def leave_network(self, name: str, bridge: str) -> None:
        """Take its bridge away where nothing is on it any more."""
        from serai.providers import bridges

        bridges.remove_idle([bridge])
