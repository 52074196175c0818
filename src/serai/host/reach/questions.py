"""Questions that no file answers: the running kernel is asked, by a call.

Of the standard library alone, from Python 3.6 on: it is sent to other hosts as text; nothing is installed there.
"""

import errno
import fcntl
import os
import shutil
import socket
import tempfile
from typing import Callable

from serai.host.reach.path_mtu import Silent, path_mtu
from serai.providers.probe_guest import KVM_GET_API_VERSION, told, why_not_kvm

STA_UNSYNC = 0x0040
"""Source: linux/timex.h."""
TIMEX_STATUS = 5
"""Of the words of struct timex: modes, offset, freq, maxerror, esterror, status. Source: adjtimex(2)."""

NODES = ("/dev/dri/", "/dev/nvidia", "/dev/vfio/")
"""Whose users `device-users` names."""


class Unanswered(Exception):
    """Why there is no answer, and what was asked."""

    def __init__(self, why: str, read: str) -> None:
        super().__init__(why)
        self.why = why
        self.read = read


def answer(question: str, about: str = "") -> str:
    """The answer to one of QUESTIONS, as a word or a number. Raises Unanswered."""
    if question not in QUESTIONS:
        raise Unanswered("nobody knows this question", question)
    return QUESTIONS[question](about)


def _kvm_api(_: str) -> str:
    """The API version of /dev/kvm; `absent`, or `refused: …` when it cannot be opened."""
    try:
        device = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return "absent"
    except OSError as error:
        return f"refused: {error.strerror}"
    try:
        return str(fcntl.ioctl(device, KVM_GET_API_VERSION, 0))
    except OSError as error:
        raise Unanswered(f"KVM_GET_API_VERSION: {error.strerror}", "/dev/kvm") from error
    finally:
        os.close(device)


def _probe_guest(_: str) -> str:
    """`kvm`, or `tcg: why`: what a guest that really runs code finds."""
    binary = shutil.which("qemu-system-x86_64")
    if binary is None:
        raise Unanswered("qemu-system-x86_64 is not installed, so no guest was started", "/dev/kvm")
    reason = why_not_kvm(binary)
    return f"tcg: {told(reason)}" if reason else "kvm"


def _clock(_: str) -> str:
    """`synchronised` or `unsynchronised`. Source: adjtimex(2)."""
    import ctypes

    words = (ctypes.c_long * 64)()
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(words)) < 0:
        raise Unanswered(os.strerror(ctypes.get_errno()), "adjtimex(2)")
    status = ctypes.cast(ctypes.byref(words), ctypes.POINTER(ctypes.c_int))[TIMEX_STATUS * 2]
    return "unsynchronised" if status & STA_UNSYNC else "synchronised"


def _space(path: str) -> str:
    """`FREE TOTAL`, in bytes."""
    try:
        found = os.statvfs(path)
    except OSError as error:
        raise Unanswered(f"statvfs: {error.strerror}", path) from error
    return f"{found.f_bavail * found.f_frsize} {found.f_blocks * found.f_frsize}"


def _direct(path: str) -> str:
    """`yes` or `no`: whether a file there can be opened with O_DIRECT."""
    try:
        with tempfile.NamedTemporaryFile(prefix="serai-direct-", dir=path) as file:
            os.close(os.open(file.name, os.O_RDONLY | os.O_DIRECT))
    except OSError as error:
        if error.errno == errno.EINVAL:
            return "no"
        raise Unanswered(f"no file can be made there: {error.strerror}", path) from error
    return "yes"


def _memlock(_: str) -> str:
    """Bytes that a process of this user may lock, or `unlimited`."""
    import resource

    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    return "unlimited" if limit == resource.RLIM_INFINITY else str(limit)


def _user(_: str) -> str:
    """`UID GID…`: who asks."""
    return " ".join(map(str, [os.geteuid(), *os.getgroups()]))


def _owner(path: str) -> str:
    """`UID GID MODE`, the mode in octal; `absent`."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return "absent"
    except OSError as error:
        raise Unanswered(f"cannot be looked at: {error.strerror}", path) from error
    return f"{found.st_uid} {found.st_gid} {found.st_mode & 0o7777:o}"


def _device_users(_: str) -> str:
    """Lines `NODE COMMAND (PID)`: who has graphics cards and VFIO groups open. Other users' are root's to see."""
    found = []
    for process in (name for name in os.listdir("/proc") if name.isdigit()):
        place = f"/proc/{process}"
        try:
            nodes = {os.readlink(f"{place}/fd/{each}") for each in os.listdir(f"{place}/fd")}
            with open(f"{place}/comm") as file:
                command = file.read().strip()
        except OSError:
            continue  # it has ended, or is another user's
        held = sorted(node for node in nodes if node.startswith(NODES) and node != "/dev/vfio/vfio")
        found += [f"{node} {command} ({process})" for node in held]
    return "\n".join(found)


def _fqdn(_: str) -> str:
    """The host's full name."""
    return socket.getfqdn()


def _path_mtu(about: str) -> str:
    """As reach/path_mtu.py has it."""
    try:
        return path_mtu(about)
    except Silent as error:
        raise Unanswered(str(error), f"echoes to {about.split()[0]}") from error


QUESTIONS: "dict[str, Callable[[str], str]]" = {
    "kvm-api": _kvm_api,
    "probe-guest": _probe_guest,
    "clock": _clock,
    "space": _space,
    "direct": _direct,
    "memlock": _memlock,
    "user": _user,
    "owner": _owner,
    "fqdn": _fqdn,
    "device-users": _device_users,
    "path-mtu": _path_mtu,
}
