"""The `fake` provider: a real provider of pretended machines. One small JSON file a machine is its engine.

`providers: {fake: {delay: {start: 0.5}, fail: {create: "no space"}, times: 1}}` makes actions slow or failing.
Commands "in the guest" are written to a log beside the machine's file and succeed.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from serai.providers import record_file
from serai.providers.contract import (
    Capabilities,
    Console,
    Effect,
    Endpoint,
    ExecEndpoint,
    Feature,
    Forward,
    Mark,
    Materials,
    Observed,
    Progress,
    Rendered,
    Scope,
    Snapshot,
    State,
    Verdict,
    quiet,
)
from serai.providers.fake import layers
from serai.providers.kept import Keeping
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, remove_tree, write_atomic

GUEST = 'd=$1; shift; printf "%s\\n" "$*" >> "$d/commands.log"; [ -t 0 ] || cat > /dev/null; exit 0'
"""What stands for a guest: notes the command, swallows its input."""


class Record(msgspec.Struct, kw_only=True):
    """`fake/NAME/machine.json`."""

    name: str
    state: State
    applied: Machine
    addresses: list[str] = []
    forwards: list[Forward] = []
    marks: dict[str, Mark] = {}
    pending: dict[str, str] = {}
    snapshots: list[Snapshot] = []
    failed: dict[str, int] = {}
    started_at: float = 0.0
    ready_at: float = 0.0


@cache
def _decoder() -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(Record)


class Fake:
    """Machines that are only pretended."""

    name: ClassVar[str] = "fake"
    parallel: ClassVar[int] = 0

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.root = scope.home / "fake"

    def capabilities(self) -> Capabilities:
        why_not = {
            Feature.CONSOLE: "a pretended machine has none; `serai logs` shows its commands",
            Feature.AGENT: "a pretended machine has none; `serai exec` without --agent",
            Feature.SCREENSHOT: "a pretended machine has no screen; take another provider",
            Feature.WARM: "a pretended machine boots nothing; take provider: qemu",
            Feature.FORK: "a pretended machine has no memory; take provider: qemu",
            Feature.PUBLIC_NETWORK: "a pretended machine is on no network; take another provider",
        }
        return Capabilities(
            has=frozenset(Feature) - why_not.keys(),
            why_not=why_not,
            notes=("machines on the provider fake are only pretended",),
        )

    def check(self, machine: Machine) -> list[SeraiError]:
        return []

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        found = {}
        try:
            entries = sorted(self.root.iterdir())
        except FileNotFoundError:
            return {}
        for entry in entries:
            if names is not None and entry.name not in names:
                continue
            record = self._read(entry.name)
            if record:
                found[entry.name] = self._observed(record)
        return found

    def _observed(self, record: Record) -> Observed:
        state = record.state
        if state is State.RUNNING and record.ready_at >= record.started_at > 0:
            state = State.READY
        return Observed(
            name=record.name,
            provider=self.name,
            state=state,
            native_state=str(record.state),
            applied=record.applied,
            pending=record.pending,
            addresses=tuple(record.addresses),
            forwards=tuple(record.forwards),
            marks=record.marks,
            snapshots=tuple(item.name for item in record.snapshots),
            ready_at=record.ready_at,
            started_at=record.started_at,
            project=self.scope.project,
            project_id=self.scope.project_id,
            project_root=str(self.scope.root),
        )

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        if key in ("image", "arch", "firmware"):
            return Verdict(Effect.RECREATE)
        if key.startswith(("memory", "networks.forwarded_port", "synced_folders", "ssh", "guest")):
            return Verdict(Effect.LIVE)
        return Verdict(Effect.RESTART, "fake: as a real machine would")

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        return Rendered("json", msgspec.json.format(msgspec.json.encode(machine)).decode())

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from difflib import unified_diff

        record = self._read(machine.name)
        was = self.render(record.applied, materials).text if record and record.applied else ""
        wanted = self.render(machine, materials).text
        return list(unified_diff(was.splitlines(), wanted.splitlines(), "made", "wanted", lineterm=""))

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        private_dir(self.root / machine.name)
        record = Record(name=machine.name, state=State.CREATING, applied=machine)
        old = self._read(machine.name)
        record.failed = old.failed if old else {}
        self._write(record)
        self._act(record, "create", progress)
        if materials.layer:
            record.marks = dict(materials.layer.marks)
            layers.start(materials.layer.id, self.root / machine.name)
        record.state = State.STOPPED
        record.addresses = [address.partition("/")[0] for address in materials.addresses.values()]
        self._write(record)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        record = self._need(machine.name)
        if record.state is State.RUNNING:
            return
        self._act(record, "start", progress)
        record.state = State.RUNNING
        record.applied = machine
        record.pending = {}
        record.forwards = _forwards(machine)
        record.started_at = time.time()
        self._write(record)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        record = self._need(name)
        self._act(record, "stop", progress)
        record.state = State.STOPPED
        self._write(record)
        return True

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        record = self._read(name)
        if record and record.state is not State.CREATING:
            self._act(record, "destroy", progress)
        if record and record.failed:  # a failing create is counted also after its undo
            private_dir(self.scope.home)
            write_atomic(self.scope.home / f"fake-{name}.json", msgspec.json.encode(record.failed), sync=False)
        remove_tree(self.root / name)
        with suppress(OSError):  # others are there still, or went at the same moment
            self.root.rmdir()

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        record = self._need(name)
        self._act(record, "suspend", progress)
        record.state = State.SUSPENDED if to_disk else State.PAUSED
        self._write(record)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        record = self._need(name)
        self._act(record, "resume", progress)
        record.state = State.RUNNING
        self._write(record)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        record = self._need(machine.name)
        self._act(record, "apply", progress)
        record.applied = machine
        record.pending = {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
        record.forwards = _forwards(machine)
        self._write(record)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        record = self._need(name)
        self._act(record, "snapshot", progress)
        memory = record.state is State.RUNNING
        record.snapshots = [item for item in record.snapshots if item.name != snapshot]
        record.snapshots.append(Snapshot(name=snapshot, at=time.time(), memory=memory))
        self._write(record)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        return list(self._need(name).snapshots)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        record = self._need(name)
        self._act(record, "restore", progress)
        found = next(item for item in record.snapshots if item.name == snapshot)
        record.state = State.RUNNING if found.memory else State.STOPPED
        self._write(record)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        record = self._need(name)
        record.snapshots = [item for item in record.snapshots if item.name != snapshot]
        self._write(record)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        if self._need(name).state is not State.STOPPED:
            raise SeraiError(
                Code.REFUSED, f"{name} runs; only a stopped machine is cloned", hint=f"serai halt {name}"
            )
        self.create(machine, materials, progress)

    def endpoint(self, name: str) -> Endpoint:
        record = self._need(name)
        if record.state is not State.RUNNING:
            raise SeraiError(Code.FAILED, f"{name} is {record.state}", hint=f"serai up {name}")
        return ExecEndpoint(argv=("/bin/sh", "-c", GUEST, "fake", str(self.root / name)), user="root")

    def console(self, name: str) -> Console:
        return Console(socket=self.root / name / "console.sock", log=self.root / name / "commands.log")

    def screenshot(self, name: str, target: Path) -> None:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a pretended machine has no screen")

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a pretended machine has no guest agent")

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        record = self._need(name)
        for key, value in marks.items():
            if value is None:
                record.marks.pop(key, None)
            else:
                record.marks[key] = value
        if ready is not None:
            record.ready_at = max(time.time(), record.started_at) if ready else 0.0
        self._write(record)

    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        return layers.base(machine, materials, self.scope.root)

    def layer_of(self, key: str) -> tuple[str, float] | None:
        return layers.of(key)

    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: object, progress: Progress = quiet
    ) -> object:
        self._act(self._need(machine.name), "keep", progress)
        return layers.keep(self.root / machine.name, machine, kept)

    def failure(self, name: str) -> str:
        record = self._read(name)
        return "" if record and record.state in (State.RUNNING, State.PAUSED) else "the pretended machine is gone"

    # Its engine: one file.

    def _path(self, name: str) -> Path:
        return self.root / name / "machine.json"

    def _read(self, name: str) -> Record | None:
        return record_file.read(str(self._path(name)), _decoder, "a pretended machine")

    def _need(self, name: str) -> Record:
        record = self._read(name)
        if record is None:
            raise SeraiError(Code.FAILED, f"{name} does not exist", hint=f"serai up {name}")
        return record

    def _write(self, record: Record) -> None:
        write_atomic(self._path(record.name), msgspec.json.encode(record), sync=False)

    def _act(self, record: Record, action: str, progress: Progress) -> None:
        """Take as long as the spec says, and fail if it says so."""
        raw = record.applied.providers.fake
        _pass(raw.delay.get(action, 0.0), progress)
        message = raw.fail.get(action)
        if message is None:
            return
        count = self._failures(record).get(action, 0)
        if raw.times and count >= raw.times:
            return
        record.failed = {**self._failures(record), action: count + 1}
        self._write(record)
        raise SeraiError(Code.FAILED, f"{record.name}: {action}: {message}", hint=f"serai up {record.name}")

    def _failures(self, record: Record) -> dict[str, int]:
        """How often each action has failed, also before a failed create was undone."""
        try:
            kept = msgspec.json.decode(
                (self.scope.home / f"fake-{record.name}.json").read_bytes(), type=dict[str, int]
            )
        except FileNotFoundError:
            kept = {}
        return {**kept, **record.failed}


def _pass(seconds: float, progress: Callable[[str], None]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        select.select((), (), (), min(left, 0.05))
        progress(f"pretending for {seconds:g} s")


def _forwards(machine: Machine) -> list[Forward]:
    return [
        Forward(
            guest=nic.forwarded_port.guest,
            host=nic.forwarded_port.host,
            protocol=str(nic.forwarded_port.protocol),
            host_ip=nic.forwarded_port.host_ip,
            id=nic.forwarded_port.id or "",
        )
        for nic in machine.networks
        if nic.forwarded_port
    ]
