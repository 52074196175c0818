"""Starting QEMU, reaching it, ending it: a process of its own session that survives serai.

serai opens the listening sockets itself and hands them over, so that nothing has to wait for them to appear;
the end of a process is seen through a pidfd. Nothing here sleeps.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from serai.providers.qemu.companions import Handed, end_all
from serai.providers.qemu.qmp import Gone, Qmp, connect_unix, readable
from serai.providers.qemu.record import PIDFILE, is_alive, names_uuid, process_id
from serai.util.errors import Code, SeraiError
from serai.util.files import tail

QMP = "qmp.sock"
LOG = "qemu.log"
LEFT = (QMP, "status.sock", "console.sock", "agent.sock", "vnc.sock", "spice.sock", "screen.password")
"""What a QEMU that was killed leaves in its directory."""
START_BUDGET = 60.0
"""Seconds until QEMU must greet: it takes 0.1 on an idle host."""
PATIENCE = 1.0
"""Seconds that a QEMU which has greeted may take for its first answer, until it is connected to anew."""
RETRY = 0.05
"""Seconds until it is connected to anew where it closed a connection and lives."""
FREE_BUDGET = 3.0
"""Seconds that an ending process may take to let its files go."""
FREE_STEP = 5
"""Milliseconds between two looks at that."""
KILL_BUDGET = 10.0
"""Seconds until a killed process must be gone; longer only when the kernel hangs on its disk."""
TUNABLES, HUGE = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"


class PortTaken(SeraiError):
    """QEMU found a forwarded port taken that was free a moment ago."""


def spawn(
    directory: Path,
    words: Sequence[str],
    sockets: Mapping[str, str],
    life: int,
    *,
    who: str,
    handed: Sequence[Handed] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> Qmp:
    """Start QEMU in its directory and give the connection to it, once all its devices are made.

    `sockets` are the chardevs (id -> file name) that it listens on; `life` is the lock that it inherits;
    `handed` are further descriptors, and the words of the argv that they take the place of.
    `meanwhile` is called while QEMU starts.
    Raises Code.FAILED with QEMU's own words when it ends instead.
    """
    for left in (*sockets.values(), PIDFILE):
        (directory / left).unlink(missing_ok=True)
    listeners = {name: _listen(directory, file) for name, file in sockets.items()}
    try:
        argv = [_with_descriptors(word, sockets, listeners, handed) for word in words]
        with (directory / LOG).open("wb") as log:
            process = subprocess.Popen(
                argv,
                cwd=directory,
                env=environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[
                    life,
                    *(each.fileno() for each in listeners.values()),
                    *(handle for each in handed for handle in each.handles),
                ],
            )
        ended = os.pidfd_open(process.pid)
    except FileNotFoundError as error:
        raise SeraiError(Code.MISSING, f"{who}: {words[0]} is not there") from error
    finally:
        for listener in listeners.values():
            listener.close()
    try:
        meanwhile()
        return _greeted(directory, ended, who=who)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        os.close(ended)


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """QEMU's: its heap has huge pages where the kernel gives them, a `tiny` that wakes up 7,000 faults less.

    Source: glibc manual, Memory Allocation Tunables; Linux, transhuge. A person's own choice stays.
    """
    tunables = [each for each in own.get(TUNABLES, "").split(":") if each]
    if not any(each.startswith(HUGE) for each in tunables):
        tunables.append(f"{HUGE}=1")
    return {**own, TUNABLES: ":".join(tunables)}


def _listen(directory: Path, name: str) -> socket.socket:
    """A listening socket in the directory, reachable by a name shorter than its path."""
    handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(f"/proc/self/fd/{handle}/{name}")
        (directory / name).chmod(0o600)
        listener.listen(16)
    except BaseException:
        listener.close()
        raise
    finally:
        os.close(handle)
    return listener


def _with_descriptors(
    word: str,
    sockets: Mapping[str, str],
    listeners: Mapping[str, socket.socket],
    handed: Sequence[Handed],
) -> str:
    """`socket,id=qmp,path=qmp.sock,…` -> `socket,id=qmp,fd=7,…`; other words stay."""
    for each in handed:
        if each.said in word:
            return word.replace(each.said, each.instead)
    for name, file in sockets.items():
        head = f"socket,id={name},path={file},"
        if word.startswith(head):
            return f"socket,id={name},fd={listeners[name].fileno()},{word[len(head) :]}"
    return word


def _greeted(directory: Path, ended: int, *, who: str) -> Qmp:
    """Wait for the greeting or the end, whichever comes first."""
    link = connect_unix(directory / QMP)
    poll = select.poll()
    poll.register(link, select.POLLIN)
    poll.register(ended, select.POLLIN)
    events = poll.poll(START_BUDGET * 1000)
    if not events or any(handle == ended for handle, _ in events):
        link.close()
        if not events:
            raise SeraiError(Code.TIMEOUT, f"{who}: QEMU did not start within {START_BUDGET:g} s")
        raise _refusal(directory, who)
    return _negotiated(directory, link, ended, who=who)


def _negotiated(directory: Path, link: socket.socket, ended: int, *, who: str) -> Qmp:
    """Negotiate; a QEMU that has greeted and then answers nothing is connected to anew.

    One that is connected to while it moves its monitor to a thread of its own may forget to read from that
    connection, and be deaf to the next one or close it: seen with QEMU 7.2, at one start in a thousand on a busy
    host. The one after that is served. Source: QEMU, monitor/qmp.c, monitor_init_qmp; chardev/char-socket.c.
    """
    end = time.monotonic() + START_BUDGET
    again = 0
    while True:
        patience = PATIENCE * 2 ** max(0, again - 1)
        client = Qmp(link, who=who)
        try:
            client.negotiate(min(patience, end - time.monotonic()))
            return client
        except Gone as error:
            client.close()
            if not again or readable(ended, RETRY) or time.monotonic() > end:
                raise _refusal(directory, who) from error
        except SeraiError as error:
            client.close()
            if error.code is not Code.TIMEOUT or time.monotonic() > end:
                raise
        except BaseException:
            client.close()
            raise
        try:
            link = connect_unix(directory / QMP)
        except OSError as error:
            raise _refusal(directory, who) from error
        again += 1


def _refusal(directory: Path, who: str) -> SeraiError:
    lines = tail(directory / LOG, 8)
    reason = last_words(lines) or "it said nothing"
    kind = PortTaken if "Could not set up host forwarding rule" in reason else SeraiError
    return kind(Code.FAILED, f"{who}: QEMU did not start: {reason}", details=lines)


def last_words(lines: Sequence[str]) -> str:
    """The last thing QEMU complained of, without time stamp and program name."""
    for line in reversed(lines):
        text = line.partition("Z ")[2] if line[:4].isdigit() and "Z " in line[:32] else line
        program, separator, rest = text.partition(": ")
        if separator and program.split("/")[-1].startswith("qemu-"):
            text = rest
        if text.strip() and not text.startswith("warning:"):
            return text.strip()
    return ""


def connect(directory: Path, who: str, *, timeout: float = 10.0) -> Qmp:
    """The control monitor of a living QEMU."""
    return Qmp.open(directory / QMP, who=who, timeout=timeout)


def wait_end(directory: Path, uuid: str, budget: float) -> bool:
    """Wait up to `budget` seconds for the machine's QEMU to end. True: it has."""
    end = time.monotonic() + budget
    pid = process_id(directory, uuid) if is_alive(directory) else 0
    if pid:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return _freed(directory)
        try:
            if names_uuid(pid, uuid) and not readable(handle, end - time.monotonic()):
                return False
        finally:
            os.close(handle)
    return _freed(directory)


def _freed(directory: Path) -> bool:
    """Whether the life lock is free. A process on its way out has lost its name before its locks: no event
    tells of that moment, so it is looked at every few milliseconds."""
    end = time.monotonic() + FREE_BUDGET
    while is_alive(directory):
        if time.monotonic() > end:
            return False
        select.poll().poll(FREE_STEP)
    return True


def end_process(directory: Path, uuid: str, *, who: str) -> None:
    """Cut the power: the process is gone when this returns. None running: does nothing.

    The pidfd is opened before the process is identified, so that a reused pid is never signalled.
    """
    deadline = time.monotonic() + KILL_BUDGET
    while is_alive(directory) and time.monotonic() < deadline:
        pid = process_id(directory, uuid)
        if not pid:
            if _freed(directory):
                break
            # Somebody holds the life but is no QEMU: a serai that is about to start it.
            raise SeraiError(Code.BUSY, f"{who}: another serai is starting it", hint="wait for it to end")
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if names_uuid(pid, uuid):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                readable(handle, KILL_BUDGET)
        except ProcessLookupError:
            pass  # it ended by itself
        finally:
            os.close(handle)
    if is_alive(directory):
        raise SeraiError(Code.FAILED, f"{who}: QEMU does not end after SIGKILL: the kernel waits for its disk")
    end_all(directory)
    for left in (*LEFT, PIDFILE):
        (directory / left).unlink(missing_ok=True)
