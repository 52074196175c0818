"""Forwarded ports of a container (VAG-8): chosen, listened on, handed to a relay that ends with the container."""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from serai.providers import ports
from serai.providers.contract import Forward
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

RELAY = str(Path(__file__).with_name("relay.py"))
"""It needs Python's own modules alone."""
PIDFILE = "relay.pid"
ANY_PORT = 65535
END_BUDGET = 5.0
"""Seconds for the end of a relay, which is told by SIGTERM and has nothing to put away."""


def wanted(machine: Machine) -> list[tuple[Forward, bool]]:
    """What the spec asks for, each with whether another port will do; none for SSH, serai comes in by exec."""
    return [each for each in ports.wanted(machine) if each[0].id != "ssh"]


@contextmanager
def listening(
    machine: Machine, before: Collection[Forward], taken: Callable[[], ports.Taken]
) -> Iterator[Listening]:
    """The ports that it will have, the stated ones or the next free, bound from the moment that they are chosen.

    Between a choice and a later bind another machine that starts just now could choose the same one. `taken`:
    the ports of other containers. Raises Code.BUSY naming who holds one.
    """
    found = Listening()
    try:
        asked = wanted(machine)
        others = taken() if asked else {}
        for forward, any_port in asked:
            last = next((each.host for each in before if _same(each, forward)), 0)
            candidates = [last, *range(forward.host, ANY_PORT + 1)] if any_port else [forward.host]
            mine = {ports.key_of(each) for each in found.forwards}
            held = ports.busy(forward, (*others, *mine))
            if not any(_take(found, forward, port, held) for port in filter(None, candidates)):
                raise SeraiError(
                    Code.BUSY,
                    f"{machine.name}: port {forward.host}/{forward.protocol} of {forward.host_ip} is taken by "
                    f"{ports.holder_of(forward, others, mine)}",
                    hint="set auto_correct: true for the next free one, or choose another port",
                )
        yield found
    finally:
        for listener in found.sockets:
            listener.close()


class Listening:
    """Forwards, and the socket of each."""

    def __init__(self) -> None:
        self.forwards: list[Forward] = []
        self.sockets: list[socket.socket] = []


def _take(found: Listening, forward: Forward, port: int, taken: Collection[int]) -> bool:
    """Bind it, if nobody has it. Raises Code.REFUSED for a port that needs root."""
    if port in taken:
        return False
    chosen = ports.with_host(forward, port)
    try:
        found.sockets.append(_bound(chosen))
    except PermissionError as error:
        raise SeraiError(
            Code.REFUSED, f"port {port}/{forward.protocol} needs root", hint="run it as root"
        ) from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise SeraiError(
                Code.REFUSED, f"port {port}/{forward.protocol} of {forward.host_ip}: {error.strerror}"
            ) from error
        return False
    found.forwards.append(chosen)
    return True


def _same(one: Forward, other: Forward) -> bool:
    return (one.protocol, one.host_ip, one.guest, one.id) == (
        other.protocol,
        other.host_ip,
        other.guest,
        other.id,
    )


def hand_over(directory: Path, first: Callable[[], int], listening: Listening) -> None:
    """Leave the sockets to a relay, which ends with the container. One that was there is ended first.

    `first`: the number of the container's first process on the host; 0 when it has ended.
    """
    close_all(directory)
    if not listening.forwards:
        return
    pid = first()
    if not pid:
        return  # it ended at once: who waits for it says why
    words = [
        f"{listener.fileno()},{forward.protocol},{forward.guest_ip},{forward.guest}"
        for listener, forward in zip(listening.sockets, listening.forwards, strict=True)
    ]
    relay = subprocess.Popen(
        [sys.executable, "-I", RELAY, str(pid), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[listener.fileno() for listener in listening.sockets],
        start_new_session=True,
        cwd="/",
    )
    (directory / PIDFILE).write_bytes(msgspec.json.encode([relay.pid, _birth(relay.pid)]))


def _bound(forward: Forward) -> socket.socket:
    """A socket on the host's port. Raises OSError."""
    family = socket.AF_INET6 if ":" in forward.host_ip else socket.AF_INET
    kind = socket.SOCK_DGRAM if forward.protocol == "udp" else socket.SOCK_STREAM
    listener = socket.socket(family, kind | socket.SOCK_CLOEXEC)
    try:
        if kind is socket.SOCK_STREAM:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((forward.host_ip, forward.host))
        if kind is socket.SOCK_STREAM:
            listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def close_all(directory: Path) -> None:
    """End the relay, if there is one and it is ours; afterwards its ports are free."""
    path = directory / PIDFILE
    try:
        pid, born = msgspec.json.decode(path.read_bytes(), type=tuple[int, str])
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return
    if born and _birth(pid) == born:
        _end(pid)
    path.unlink(missing_ok=True)


def _end(pid: int) -> None:
    """Until it has ended: its sockets are held so long, and the next relay may want the same ports."""
    try:
        life = os.pidfd_open(pid)
    except ProcessLookupError:
        return  # it has just ended by itself
    try:
        signal.pidfd_send_signal(life, signal.SIGTERM)
        select.select([life], [], [], END_BUDGET)
    except ProcessLookupError:
        return
    finally:
        os.close(life)


def _birth(pid: int) -> str:
    """When the process began: a number that is used again has another. Source: proc(5), /proc/PID/stat, 22."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
