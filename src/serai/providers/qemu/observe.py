"""What is known of all machines of a project, in one pass: records, life locks, and one question to each QEMU.

This is the path of `serai status`: no subprocess, no QMP client, nothing imported that one machine does not need.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

import msgspec

from serai.providers.contract import Observed, State
from serai.providers.machine_record import observed_from
from serai.providers.qemu.record import PIDFILE, Phase, Record, is_alive, load
from serai.util.errors import SeraiError

BUDGET = 0.3
"""Seconds in which all QEMUs together may tell their status."""
FRESH = 0.2
"""Seconds for which a machine that this process has just found ready is not asked again."""
QUESTIONS = b'{"execute":"qmp_capabilities"}\n{"execute":"query-status"}\n'

STATES = {
    "running": State.RUNNING,
    "paused": State.PAUSED,
    "suspended": State.PAUSED,  # the guest sleeps (ACPI S3)
    "inmigrate": State.STARTING,
    "prelaunch": State.STARTING,
    "restore-vm": State.STARTING,
    "save-vm": State.PAUSED,
    "finish-migrate": State.PAUSED,
    "postmigrate": State.PAUSED,
    "shutdown": State.STOPPING,
    "io-error": State.FAILED,
    "internal-error": State.FAILED,
    "guest-panicked": State.FAILED,
    "watchdog": State.FAILED,
}
"""QEMU's run states -> serai's. Source: QEMU qapi/run-state.json, RunState."""


_ready: dict[str, float] = {}
"""Directories of machines -> when this process found them ready."""


def found_ready(directory: Path, *, ready: bool = True) -> None:
    """Somebody has been in it, or (not `ready`) it is about to change."""
    if ready:
        _ready[str(directory)] = time.monotonic()
    else:
        _ready.pop(str(directory), None)


def _is_fresh(directory: str) -> bool:
    if (at := _ready.get(directory)) is None:
        return False
    if time.monotonic() - at < FRESH:
        return True
    _ready.pop(directory, None)
    return False


def observe(home: Path, names: Collection[str] | None = None) -> dict[str, Observed]:
    """The machines under `home`; half-made ones as `creating`."""
    root = f"{home}/machines"
    if names is None:
        try:
            names = sorted(os.listdir(root))  # noqa: PTH208 - hot path
        except FileNotFoundError:
            return {}
    found: dict[str, Observed] = {}
    records: dict[str, Record] = {}
    living: list[str] = []
    for name in names:
        directory = f"{root}/{name}"
        if name.startswith(".") or not os.path.isdir(directory):  # noqa: PTH112 - hot path
            continue
        try:
            record = load(directory)
        except SeraiError as error:
            found[name] = Observed(name=name, provider="qemu", state=State.UNKNOWN, problem=error.message)
            continue
        if record is None or record.phase is not Phase.MADE:
            found[name] = _half_made(name, record)
        elif is_alive(directory):
            living.append(name)
            records[name] = record
        else:
            found[name] = _off(directory, record)
    fresh = {name for name in living if _is_fresh(f"{root}/{name}")}
    asked = {name: f"{root}/{name}" for name in living if name not in fresh}
    statuses = {**(ask(asked) if asked else {}), **dict.fromkeys(fresh, "running")}
    for name in living:
        found[name] = _on(f"{root}/{name}", records[name], statuses.get(name, ""))
    return {name: found[name] for name in names if name in found}


def _half_made(name: str, record: Record | None) -> Observed:
    if record is None:
        return Observed(name=name, provider="qemu", state=State.CREATING, problem="it was never made to the end")
    what = "removed" if record.phase is Phase.DESTROYING else "made"
    return _observed(record, State.CREATING, native=str(record.phase), problem=f"it was never {what} to the end")


def _off(directory: str, record: Record) -> Observed:
    if record.suspended:
        return _observed(record, State.SUSPENDED, native="suspended")
    if record.stopped or not os.path.exists(f"{directory}/{PIDFILE}"):  # noqa: PTH110 - hot path
        # QEMU removes its pid file when it ends in order: the guest powered off by itself.
        return _observed(record, State.STOPPED, native="shutdown")
    return _observed(record, State.FAILED, native="died", problem=death(directory))


def death(directory: str) -> str:
    """Why a QEMU ended that nobody stopped: its last words, or that it had none."""
    from serai.providers.qemu.launch import last_words
    from serai.util.files import tail

    words = last_words(tail(Path(directory) / "qemu.log", 20))
    return f"QEMU ended: {words}" if words else "QEMU ended without a word: it was killed, or it crashed"


def _on(directory: str, record: Record, status: str) -> Observed:
    pid = _pid(directory)
    if not status:
        # Alive, but its monitor does not answer: it is just being started, or too busy.
        starting = not os.path.exists(f"{directory}/{PIDFILE}")  # noqa: PTH110 - hot path
        return _observed(record, State.STARTING if starting else State.RUNNING, native="", pid=pid)
    state = STATES.get(status, State.UNKNOWN)
    if state is State.RUNNING and record.ready_at and record.ready_at >= record.started_at:
        state = State.READY
    problem = f"QEMU says {status}" if state in (State.FAILED, State.UNKNOWN) else bereft(directory)
    return _observed(record, state, native=status, pid=pid, problem=problem)


def bereft(directory: str) -> str:
    """Which of the processes beside it have died: QEMU goes on without them, and its guest hangs on them."""
    if not os.path.exists(f"{directory}/companions"):  # noqa: PTH110 - hot path
        return ""
    from serai.providers.qemu.companions import PURPOSES, dead, last_words

    said = []
    for name in dead(directory):
        words = last_words(Path(directory), name)
        what = PURPOSES[name.rstrip("0123456789")]
        said.append(f"{what} has died{f': {words}' if words else ''} (serai reload {Path(directory).name})")
    return "; ".join(said)


def _addresses(record: Record) -> list[str]:
    """Those on private networks that the guest was told of, and the static ones on the host's own network."""
    found = [address for name, address in record.addresses.items() if name not in record.untold]
    for nic in record.applied.networks if record.applied else ():
        if nic.public and nic.public.address:
            found.append(nic.public.address)
    return found


def _pid(directory: str) -> int:
    try:
        with open(f"{directory}/{PIDFILE}") as file:  # noqa: PTH123 - hot path
            return int(file.read().strip() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def _observed(record: Record, state: State, *, native: str, pid: int = 0, problem: str = "") -> Observed:
    return observed_from(record, "qemu", state, native, addresses=_addresses(record), problem=problem, pid=pid)


class _Reply(msgspec.Struct):
    """A line of QMP, as far as the status needs it."""

    ret: dict[str, object] | None = msgspec.field(name="return", default=None)


def ask(directories: dict[str, str]) -> dict[str, str]:
    """The run state of each QEMU, asked of all at once over the monitor kept for this; the late are left out."""
    import select
    import socket

    end = time.monotonic() + BUDGET
    poll = select.poll()
    links: dict[int, tuple[str, socket.socket, bytes]] = {}
    answers: dict[str, str] = {}
    for name, directory in directories.items():
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            link.setblocking(False)
            try:
                link.connect(f"/proc/self/fd/{handle}/status.sock")
            finally:
                os.close(handle)
            link.send(QUESTIONS)
        except OSError:
            link.close()  # not listening yet, or another status reader is being served
            continue
        links[link.fileno()] = (name, link, b"")
        poll.register(link, select.POLLIN)
    while links and (left := end - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            name, link, data = links[number]
            try:
                chunk = link.recv(65536)
            except OSError:
                chunk = b""
            status = _status(data + chunk)
            if status:
                answers[name] = status
            if status or not chunk:
                poll.unregister(number)
                link.close()
                del links[number]
            else:
                links[number] = (name, link, data + chunk)
    for _, link, _ in links.values():
        link.close()
    return answers


def _status(data: bytes) -> str:
    for line in data.split(b"\n")[:-1]:
        reply = msgspec.json.decode(line, type=_Reply)
        if reply.ret and "status" in reply.ret:
            return str(reply.ret["status"])
    return ""


def find_projects(home: Path) -> list[tuple[str, str, str, list[str]]]:
    """All projects with machines under $SERAI_HOME: (project, its id, its directory, names of the machines)."""
    found: dict[str, tuple[str, str, str, list[str]]] = {}
    for directory in sorted((home / "projects").glob("*/machines/[!.]*")):
        try:
            record = load(directory)
        except SeraiError:
            continue  # `observe` of its project tells what is wrong
        if record:
            entry = found.setdefault(
                record.project_id, (record.project, record.project_id, record.project_root, [])
            )
            entry[3].append(record.name)
    return list(found.values())
