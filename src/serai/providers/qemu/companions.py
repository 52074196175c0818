"""Processes beside QEMU: virtiofsd, swtpm and passt, each joined to it by one socket that has no name.

serai makes both ends, starts the companion with one and QEMU with the other: nothing is waited for, nobody else
can connect, and a companion whose QEMU ends, or is never started, sees its socket close and ends by itself. Only a
swtpm that QEMU never spoke to stays; the next act finds it by its directory.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from serai.providers.contract import Forward
from serai.providers.qemu.render.devices import TPM_SOCKET
from serai.providers.qemu.render.folders import socket_name
from serai.providers.qemu.render.nics import passt_address
from serai.providers.qemu.site import Folder, LinkKind, Site
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import tail, write_atomic
from serai.util.process import which
from serai.util.said import said

LIST = "companions"
"""The file that names them: a line each, `name pid start`."""
END_BUDGET = 3.0
"""Seconds that a companion may take to end after its QEMU; then it is killed."""
VIRTIOFSD = ("virtiofsd", "/usr/libexec/virtiofsd", "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd")
"""Where distributions put it: the Rust one first, then the one that QEMU had until 7.2."""
HANDLE = "{fd}"
PURPOSES = {
    "share": "the virtiofsd of a folder",
    "tpm": "the swtpm of its TPM",
    "passt": "the passt of its uplink",
}
"""Name, without a number -> what a person calls it."""


class Handed(msgspec.Struct, frozen=True):
    """A descriptor for QEMU: the words of the argv that it takes the place of."""

    said: str
    instead: str
    handles: tuple[int, ...]


class Companion(msgspec.Struct, frozen=True, kw_only=True):
    """How one is started; `{fd}` in its argv is its end of the socket."""

    name: str
    argv: tuple[str, ...]
    said: str
    """What the argv of QEMU says of the socket."""
    instead: str
    listens: bool = False
    """It wants a listening socket, and the connection to be made to it."""


def companions(machine: Machine, site: Site, directory: Path) -> list[Companion]:
    """Those that the machine needs. Raises Code.MISSING for a program that is not there, with its package."""
    found = [
        _virtiofsd(number, folder)
        for number, folder in enumerate(site.folders)
        if folder.kind is FolderType.VIRTIOFS
    ]
    if machine.devices.tpm:
        found.append(_swtpm(machine.devices.tpm.version, directory))
    if any(link.kind is LinkKind.PASST for link in site.links):
        found.append(_passt(site.forwards))
    return found


def find_virtiofsd() -> str:
    """The program's path. Raises Code.MISSING."""
    from shutil import which as find

    for name in VIRTIOFSD:
        if path := find(name):
            return path
    raise SeraiError(Code.MISSING, "virtiofsd is not there", hint="install it: apt install virtiofsd")


def check_virtiofsd(*, readonly: bool) -> tuple[str, bool]:
    """The program, and whether it is the newer one, written in Rust.

    Raises Code.MISSING when there is none, Code.REFUSED or Code.UNSUPPORTED for what the older one cannot do.
    """
    program = find_virtiofsd()
    words = said(program, "--help")
    newer = "--shared-dir" in words
    if not newer and os.geteuid() != 0:
        raise SeraiError(Code.REFUSED, f"{program} needs root", hint="install the newer one, or use type: 9p")
    if readonly and "--readonly" not in words:
        raise SeraiError(Code.UNSUPPORTED, f"{program} cannot share read only", hint="use type: 9p, or rsync")
    return program, newer


def _virtiofsd(number: int, folder: Folder) -> Companion:
    program, newer = check_virtiofsd(readonly=folder.readonly)
    if newer:
        words = [f"--shared-dir={folder.path}"]
        if os.geteuid() != 0:
            words.append("--sandbox=none")  # the guest's root may then do what this user may, and no more
        if folder.readonly:
            words.append("--readonly")
    else:
        words = ["-f", "-o", f"source={folder.path}"]
    return Companion(
        name=f"share{number}",
        argv=(program, f"--fd={HANDLE}", *words),
        said=f"path={socket_name(number)}",
        instead=f"fd={HANDLE}",
        listens=True,
    )


def _swtpm(version: str, directory: Path) -> Companion:
    words = [which("swtpm", "swtpm"), "socket", "--tpmstate", f"dir={directory}/tpm,mode=0600", "--terminate"]
    words += ["--ctrl", f"type=unixio,clientfd={HANDLE}", *(["--tpm2"] if version == "2.0" else [])]
    return Companion(name="tpm", argv=tuple(words), said=f"path={TPM_SOCKET}", instead=f"fd={HANDLE}")


def _passt(forwards: Sequence[Forward]) -> Companion:
    words = [which("passt", "passt"), "--foreground", "--quiet", "--fd", HANDLE]
    for forward in forwards:
        way = "-u" if forward.protocol == "udp" else "-t"
        words += [way, f"{forward.host_ip}/{forward.host}:{forward.guest}"]
    return Companion(
        name="passt", argv=tuple(words), said=passt_address(), instead=f"addr.type=fd,addr.str={HANDLE}"
    )


@contextmanager
def started(directory: Path, wanted: Sequence[Companion], *, who: str) -> Iterator[list[Handed]]:
    """Start them, and give what QEMU is to be handed; our copies are closed at the end."""
    end_all(directory)
    if any(each.name == "tpm" for each in wanted):
        (directory / "tpm").mkdir(mode=0o700, exist_ok=True)
    lines: list[str] = []
    with ExitStack() as stack:
        handed = []
        for each in wanted:
            ours, theirs = _ends(directory, each)
            stack.callback(ours.close)
            try:
                process = _spawn(directory, each, theirs, who)
            finally:
                theirs.close()
            lines.append(f"{each.name} {process.pid} {start_of(process.pid)}\n")
            write_atomic(directory / LIST, "".join(lines), sync=False)
            number = ours.fileno()
            handed.append(Handed(each.said, each.instead.replace(HANDLE, str(number)), (number,)))
        yield handed


def _ends(directory: Path, companion: Companion) -> tuple[socket.socket, socket.socket]:
    """QEMU's end and the companion's. A listening one gets its only connection now, and loses its name."""
    if not companion.listens:
        return socket.socketpair()
    path = directory / f"{companion.name}.sock"
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        name = f"/proc/self/fd/{handle}/{path.name}"
        listener.bind(name)
        listener.listen(1)
        connected.connect(name)
    except BaseException:
        listener.close()
        connected.close()
        raise
    finally:
        os.close(handle)
        path.unlink(missing_ok=True)
    return connected, listener


def _spawn(directory: Path, companion: Companion, end: socket.socket, who: str) -> subprocess.Popen[bytes]:
    words = [word.replace(HANDLE, str(end.fileno())) for word in companion.argv]
    with (directory / f"{companion.name}.log").open("wb") as log:
        try:
            return subprocess.Popen(
                words,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[end.fileno()],
            )
        except OSError as error:
            raise SeraiError(Code.MISSING, f"{who}: {words[0]} cannot be run: {error.strerror}") from error


def start_of(pid: int) -> str:
    """When a process was started, in ticks since the boot: with its pid it is that process and no other.

    Empty for one that has ended. Source: proc_pid_stat(5), field 22; the name before it may hold anything.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    state, *fields = text.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def listed(directory: Path | str) -> list[tuple[str, int, str]]:
    """Name, pid and start of each that was started with the present QEMU, or the last one."""
    try:
        with open(f"{directory}/{LIST}") as file:  # noqa: PTH123 - hot path
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    return [(name, int(pid), start) for name, pid, start in (line.split(" ") for line in lines)]


def dead(directory: Path | str) -> list[str]:
    """The names of those that have ended while QEMU lives."""
    return [name for name, pid, start in listed(directory) if not start or start_of(pid) != start]


def last_words(directory: Path, name: str) -> str:
    """What it said last."""
    lines = [line for line in tail(directory / f"{name}.log", 5) if line.strip() and "syslog" not in line]
    return lines[-1].strip() if lines else ""


def end_all(directory: Path) -> None:
    """After QEMU has ended: see that they end too. None there: does nothing."""
    alive = [(pid, start) for _, pid, start in listed(directory) if start and start_of(pid) == start]
    if (directory / "tpm").exists():
        alive += [(pid, start_of(pid)) for pid in _strays(directory)]
    for pid, start in alive:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if start_of(pid) == start and not select.select([handle], [], [], END_BUDGET)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], END_BUDGET)
        finally:
            os.close(handle)
    (directory / LIST).unlink(missing_ok=True)


def _strays(directory: Path) -> list[int]:
    """Processes of swtpm that hold the TPM of this machine: one that QEMU never spoke to waits for ever."""
    mark = f"dir={directory}/tpm,".encode()
    found = []
    for entry in os.listdir("/proc"):  # noqa: PTH208 - one look at many
        if entry.isdigit():
            try:
                words = Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:
                continue
            if mark in words:
                found.append(int(entry))
    return found
