"""Forwarded ports of a container (VAG-8): chosen, listened on, handed to a relay that ends with the container."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from serai.providers import ports
from serai.providers.contract import Forward, Scope
from serai.providers.lxc import command
from serai.providers.lxc.place import container_name, lxcpath
from serai.providers.lxc.record import load
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

RELAY = str(Path(__file__).with_name("relay.py"))
"""It needs Python's own modules alone."""
PIDFILE = "relay.pid"
ANY_PORT = 65535


def wanted(machine: Machine) -> list[tuple[Forward, bool]]:
    """What the spec asks for, each with whether another port will do; none for SSH, serai comes in by exec."""
    return [each for each in ports.wanted(machine) if each[0].id != "ssh"]


def listen(scope: Scope, machine: Machine, before: Collection[Forward]) -> tuple[Forward, ...]:
    """The ports that it will have: the stated ones, or the next free. Raises Code.BUSY naming who holds one."""
    found: list[Forward] = []
    asked = wanted(machine)
    if not asked:
        return ()
    taken = taken_by_containers(container_name(scope, machine.name))
    with ports.allocating():
        for forward, any_port in asked:
            last = next((each.host for each in before if _same(each, forward)), 0)
            candidates = [last, *range(forward.host, ANY_PORT + 1)] if any_port else [forward.host]
            mine = {(each.protocol, each.host) for each in found}
            for port in filter(None, candidates):
                key = (forward.protocol, port)
                if key in taken or key in mine or not ports.is_free(forward.protocol, forward.host_ip, port):
                    continue
                found.append(ports.with_host(forward, port))
                break
            else:
                raise SeraiError(
                    Code.BUSY,
                    f"{machine.name}: port {forward.host}/{forward.protocol} of {forward.host_ip} is taken by "
                    f"{ports.holder_of(forward, taken, mine)}",
                    hint="set auto_correct: true for the next free one, or choose another port",
                )
    return tuple(found)


def _same(one: Forward, other: Forward) -> bool:
    return (one.protocol, one.guest, one.id) == (other.protocol, other.guest, other.id)


def taken_by_containers(without: str) -> ports.Taken:
    """Ports of all containers of serai's that run, but one."""
    root = lxcpath()
    found: ports.Taken = {}
    for name in command.living(root) - {without}:
        if name.startswith("serai-") and (record := load(f"{root}/{name}")):
            for forward in record.forwards:
                found[forward.protocol, forward.host] = f"machine {record.name} of project {record.project}"
    return found


def open_all(scope: Scope, directory: Path, name: str, forwards: Collection[Forward]) -> None:
    """Listen on the host, and leave it to a relay. One that was there is ended first.

    Raises Code.BUSY when somebody was quicker, Code.FAILED when the container has ended meanwhile.
    """
    close_all(directory)
    if not forwards:
        return
    pid = command.init_pid(lxcpath(), container_name(scope, name))
    if not pid:
        return  # it ended at once: who waits for it says why
    listeners = list(_listeners(name, forwards))
    try:
        words = [
            f"{listener.fileno()},{forward.protocol},{forward.guest_ip},{forward.guest}"
            for listener, forward in zip(listeners, forwards, strict=True)
        ]
        relay = subprocess.Popen(
            [sys.executable, "-I", RELAY, str(pid), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[listener.fileno() for listener in listeners],
            start_new_session=True,
            cwd="/",
        )
        (directory / PIDFILE).write_bytes(msgspec.json.encode([relay.pid, _birth(relay.pid)]))
    finally:
        for listener in listeners:
            listener.close()


def _listeners(name: str, forwards: Collection[Forward]) -> Iterator[socket.socket]:
    for forward in forwards:
        family = socket.AF_INET6 if ":" in forward.host_ip else socket.AF_INET
        kind = socket.SOCK_DGRAM if forward.protocol == "udp" else socket.SOCK_STREAM
        listener = socket.socket(family, kind | socket.SOCK_CLOEXEC)
        try:
            if kind is socket.SOCK_STREAM:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((forward.host_ip, forward.host))
            if kind is socket.SOCK_STREAM:
                listener.listen(128)
        except OSError as error:
            listener.close()
            raise SeraiError(
                Code.BUSY,
                f"{name}: port {forward.host}/{forward.protocol} of {forward.host_ip}: {error.strerror}",
                hint="set auto_correct: true for the next free one, or choose another port",
            ) from error
        yield listener


def close_all(directory: Path) -> None:
    """End the relay, if there is one and it is ours."""
    path = directory / PIDFILE
    try:
        pid, born = msgspec.json.decode(path.read_bytes(), type=tuple[int, str])
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return
    if born and _birth(pid) == born:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass  # it has just ended by itself
    path.unlink(missing_ok=True)


def _birth(pid: int) -> str:
    """When the process began: a number that is used again has another. Source: proc(5), /proc/PID/stat, 22."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[19]
