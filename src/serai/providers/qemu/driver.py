"""The `qemu` provider: no daemon, no root. Every act lives in a file of its own and is imported on use."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from serai.providers.contract import (
    Capabilities,
    Console,
    Endpoint,
    ExecEndpoint,
    Mark,
    Materials,
    Observed,
    Progress,
    Rendered,
    Scope,
    Snapshot,
    SshEndpoint,
    Verdict,
    quiet,
)
from serai.providers.qemu.observe import death, find_projects, found_ready, observe
from serai.providers.qemu.record import Ram, editing, is_alive, load
from serai.spec.machine import Communicator, Machine
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.guest.seed import SeedNic
    from serai.guest.transport import Transport
    from serai.providers.kept import Keeping, Warmth

__all__ = ["Qemu", "find_projects"]


class Qemu:
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "qemu"
    parallel: ClassVar[int] = 0

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def directory(self, name: str) -> Path:
        """The machine's readable directory."""
        return self.scope.home / "machines" / name

    def capabilities(self) -> Capabilities:
        from serai.providers.qemu.capabilities import capabilities

        return capabilities()

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers import own_files
        from serai.providers.qemu.check import check

        return [*check(machine), *own_files.missing(machine, self.scope.root)]

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        return observe(self.scope.home, names)

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        from serai.providers.qemu.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        from serai.providers.qemu.preview import preview

        return Rendered("argv", preview(self.scope, machine, materials))

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from serai.providers.qemu.difference import difference

        return difference(self.scope, machine, materials)

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.qemu.lifecycle import create

        create(self.scope, machine, materials, progress)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.qemu.lifecycle import start

        start(self.scope, machine, materials, progress)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        from serai.providers.qemu.lifecycle import stop

        return stop(self.scope, name, budget, force, progress)

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.qemu.lifecycle import destroy

        destroy(self.scope, name)

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        from serai.providers.qemu.lifecycle import suspend

        found_ready(self.directory(name), ready=False)
        suspend(self.scope, name, to_disk, progress)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.qemu.lifecycle import resume

        resume(self.scope, name, progress)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        from serai.providers.qemu.live import apply

        apply(self.scope, machine, keys, progress, materials)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.qemu.snapshots import save

        save(self.scope, name, snapshot, progress)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        from serai.providers.qemu.snapshots import list_all

        return list_all(self.scope, name)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.qemu.snapshots import restore

        restore(self.scope, name, snapshot, progress)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.qemu.snapshots import delete

        delete(self.scope, name, snapshot)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.qemu.clone import clone

        clone(self.scope, name, machine, materials, progress)

    def endpoint(self, name: str) -> Endpoint:
        from serai.providers.qemu.uplink import has_uplink, known_address

        directory = f"{self.scope.home}/machines/{name}"  # a text: an inventory asks for a thousand of them
        record = load(directory)
        if record is None or record.applied is None or not is_alive(directory):
            state = observe(self.scope.home, [name]).get(name)
            word = f"is {state.state}" if state else "does not exist"
            raise SeraiError(Code.FAILED, f"{name} {word}: there is no way in", hint=f"serai up {name}")
        if record.applied.communicator is Communicator.AGENT:
            argv = (sys.executable, "-m", "serai.providers.qemu.agent", directory, record.user)
            return ExecEndpoint(argv=argv, user=record.user, agent=True)
        from serai.providers.login import key_of

        ssh = record.applied.ssh
        host, port = "127.0.0.1", next((each.host for each in record.forwards if each.id == "ssh"), 0)
        if not has_uplink(record.applied):
            host, port = known_address(record.applied), ssh.guest_port
        return SshEndpoint(
            host=host,
            port=port,
            user=record.user,
            key=key_of(record.applied, self.scope),
            options=ssh.options,
            forward_agent=ssh.forward_agent,
            password=ssh.password or "",
        )

    def disk_paths(self, name: str) -> list[Path]:
        """Files of the disks that serai made for it, the root first."""
        from serai.providers.qemu import disks

        record = load(self.directory(name))
        if record is None or record.applied is None:
            return []
        specs = disks.specs(record.applied, record.image)
        made = [disks.file_path(disk, spec) for disk, spec in specs.items() if disks.is_made(spec)]
        return [self.directory(name) / path for path in made]

    def cards(self, machine: Machine, materials: Materials) -> list[SeedNic]:
        """What a seed would say of its interfaces beside the uplink."""
        from serai.providers.qemu.links import seed_nics
        from serai.providers.qemu.uplink import has_uplink

        return seed_nics(self.scope, machine, materials)[int(has_uplink(machine)) :]

    def console(self, name: str) -> Console:
        directory = self.directory(name)
        return Console(
            socket=directory / "console.sock", log=directory / "serial.log", engine=directory / "qemu.log"
        )

    def screenshot(self, name: str, target: Path) -> None:
        from serai.providers.qemu.screen import screenshot

        screenshot(self.scope, name, target)

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        if not is_alive(self.directory(name)):
            raise SeraiError(Code.FAILED, f"{name} is off: there is nobody to ask", hint=f"serai up {name}")
        from serai.guest.agent import shell
        from serai.providers.qemu.agent import turn

        return shell(lambda: turn(self.directory(name)), name, command, budget)

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        with editing(self.directory(name)) as record:
            kept = {key: mark for key, mark in record.marks.items() if key not in marks}
            record.marks = kept | {key: mark for key, mark in marks.items() if mark is not None}
            if ready is not None:
                record.ready_at = max(time.time(), record.started_at) if ready else 0.0
        if ready is not None:
            found_ready(self.directory(name), ready=ready)

    def warmth(self, machine: Machine, materials: Materials) -> Warmth:
        """Whether one that were made would start from a template, and from which; or why it boots."""
        from serai.providers.qemu.warmth import expected

        return expected(self.scope, machine, materials)

    def keep_warm(
        self, machine: Machine, materials: Materials, way: Transport, progress: Progress = quiet
    ) -> bool:
        """Make a template of a machine that is ready, if it is to become one. True: it was away for a moment."""
        from serai.providers.qemu.waking import keep_warm

        return keep_warm(self.scope, machine.name, materials, way, progress)

    def fork_point(
        self, machine: Machine, materials: Materials, way: Transport, progress: Progress = quiet
    ) -> str:
        """Copy memory, devices and disks of a machine that runs, which goes on; a word for the copy."""
        from serai.providers.qemu.forking import take

        return take(self.scope, machine, materials, way, progress)

    def fork_end(self, moment: str) -> None:
        """Its last child is made: the copy goes with them."""
        from serai.providers.qemu.forking import let_go

        let_go(moment)

    def newborn(self, machine: Machine, materials: Materials) -> str:
        """The script that tells a guest from a template who it is; empty: it knows."""
        from serai.providers.qemu.waking import identity_script

        return identity_script(self.scope, machine, materials)

    def is_woken(self, name: str) -> bool:
        """Whether it has not booted in this life: its SSH server was there from the first moment."""
        record = load(self.directory(name))
        hardware = record.hardware if record else None
        return hardware is not None and hardware.ram in (Ram.TEMPLATE, Ram.FORK)

    def knows_itself(self, machine: Machine) -> None:
        """Its guest is itself: the script has run, or what it was told is done; that may be waited for."""
        from serai.providers.qemu.waking import knows_itself

        knows_itself(self.scope, machine)

    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        """What the layers of such a machine stand on, or why it has none."""
        from serai.providers.qemu import layers

        return layers.base(self.scope, machine, materials)

    def layer_of(self, key: str) -> tuple[str, float] | None:
        """The layer of that key, whole, and when it was kept."""
        from serai.images import layers

        found = layers.find(key)
        return (found.id, found.at) if found else None

    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress = quiet
    ) -> object:
        """Keep the disks of a running machine, which runs on."""
        from serai.providers.qemu import layers

        return layers.keep(self.scope, machine, materials, kept, way, progress)

    def failure(self, name: str) -> str:
        directory = self.directory(name)
        if is_alive(directory):
            return ""
        observed = observe(self.scope.home, [name]).get(name)
        if observed is None:
            return "there is no such machine"
        if observed.problem:
            return observed.problem
        record = load(directory)
        if record and record.stopped:
            return "it is off"
        words = death(str(directory))
        return words if "terminating" in words else "the guest powered off"
