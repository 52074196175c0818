"""The `lxc` provider. Every act lives in a file of its own and is imported on use."""

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
from serai.providers.lxc.observe import find_projects, observe
from serai.providers.lxc.place import directory_of
from serai.providers.lxc.record import editing, load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.guest.transport import Transport
    from serai.providers.kept import Keeping
    from serai.providers.network_change import NetworkChange
    from serai.spec.network import Network

__all__ = ["Lxc", "find_projects"]


class Lxc:
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "lxc"
    parallel: ClassVar[int] = 0

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def capabilities(self) -> Capabilities:
        from serai.providers.lxc.capabilities import capabilities

        return capabilities()

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers.lxc.check import check

        return check(machine, self.scope)

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        return observe(self.scope, names)

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        from serai.providers.lxc.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        from serai.providers.lxc.preview import preview

        return Rendered("cfg", preview(self.scope, machine, materials))

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from difflib import unified_diff

        from serai.providers.lxc.preview import preview

        try:
            was = (directory_of(self.scope, machine.name) / "config").read_text()
        except FileNotFoundError:
            was = ""
        wanted = preview(self.scope, machine, materials)
        return list(unified_diff(was.splitlines(), wanted.splitlines(), "made", "wanted", lineterm=""))

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.lxc.lifecycle import create

        create(self.scope, machine, materials, progress)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.lxc.lifecycle import start

        start(self.scope, machine, materials, progress)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        from serai.providers.lxc.lifecycle import stop

        return stop(self.scope, name, budget, force, progress)

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.lxc.lifecycle import destroy

        destroy(self.scope, name)

    def discard(self, name: str, progress: Progress = quiet) -> None:
        """Remove it to be made anew."""
        from serai.providers.lxc.lifecycle import destroy

        destroy(self.scope, name, again=True)

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        from serai.providers.contract import Feature
        from serai.providers.lxc.lifecycle import suspend

        if to_disk:
            self.capabilities().need(Feature.SUSPEND_DISK, provider=self.name, machine=name)
        suspend(self.scope, name)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.lxc.lifecycle import resume

        resume(self.scope, name)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        from serai.providers.lxc.live import apply

        apply(self.scope, machine, keys, materials)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.lxc.snapshots import save_one

        save_one(self.scope, name, snapshot, progress)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        from serai.providers.lxc.lifecycle import made

        return list(made(self.scope, name).snapshots)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.lxc.snapshots import restore

        restore(self.scope, name, snapshot, progress)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.lxc.snapshots import delete

        delete(self.scope, name, snapshot)

    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        from serai.providers.lxc.layers import base

        return base(self.scope, machine, materials)

    def layer_of(self, key: str) -> tuple[str, float] | None:
        from serai.images import layers

        found = layers.find(key)
        return (found.id, found.at) if found else None

    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress = quiet
    ) -> object:
        from serai.providers.lxc import layers

        return layers.keep(self.scope, machine, kept, way, progress)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.lxc.snapshots import clone

        clone(self.scope, name, machine, materials, progress)

    def endpoint(self, name: str) -> Endpoint:
        from serai.providers.lxc.endpoint import endpoint

        return endpoint(self.scope, name)

    def console(self, name: str) -> Console:
        from serai.providers.lxc.endpoint import console

        return console(self.scope, name)

    def screenshot(self, name: str, target: Path) -> None:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container has no screen", hint=f"serai console {name}")

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container needs no agent", hint=f"serai exec {name} -- CMD")

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        with editing(directory_of(self.scope, name)) as record:
            kept = {key: mark for key, mark in record.marks.items() if key not in marks}
            record.marks = kept | {key: mark for key, mark in marks.items() if mark is not None}
            if ready is not None:
                record.ready_at = max(time.time(), record.started_at) if ready else 0.0

    def failure(self, name: str) -> str:
        from serai.providers.lxc.lifecycle import state
        from serai.providers.lxc.reason import why_ended

        if state(self.scope, name) != "STOPPED":
            return ""
        record = load(directory_of(self.scope, name))
        if record is None:
            return "there is no such container"
        return "it is off" if record.stopped else why_ended(directory_of(self.scope, name), record)

    def network_changes(self, networks: Mapping[str, Network], together: Collection[str]) -> list[NetworkChange]:
        """Networks of the project that exist otherwise than the file states them."""
        from serai.providers.bridge_changes import changes
        from serai.providers.lxc.observe import running

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
