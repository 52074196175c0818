"""Interfaces on the host's own network (NET-3, NET-4): taps on a bridge, macvtaps, taps that are there already.

A tap that serai makes has no other owner than the descriptor that QEMU is handed: it goes when QEMU ends, however
that happens. A macvtap outlives its descriptor, and so does a port in the database of Open vSwitch (NET-5): they
are taken away by the act that finds the machine ended.
"""

from __future__ import annotations

import array
import fcntl
import os
import socket
import stat
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from serai.providers.qemu.companions import Handed
from serai.providers.qemu.render.nics import tap_address, tuning
from serai.providers.qemu.site import Link, LinkKind
from serai.spec.machine import Machine
from serai.spec.network import PublicNic
from serai.util.errors import Code, SeraiError
from serai.util.process import run, which

TUN = "/dev/net/tun"
NET = Path("/sys/class/net")
BRIDGE_PROGRAMS = ("/usr/lib/qemu/qemu-bridge-helper", "/usr/libexec/qemu-bridge-helper")
BRIDGE_ALLOWED = Path("/etc/qemu/bridge.conf")

# Source: linux/if_tun.h, linux/if.h, linux/sockios.h.
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI, IFF_MULTI_QUEUE, IFF_VNET_HDR = 0x0002, 0x1000, 0x0100, 0x4000
SIOCSIFFLAGS, SIOCGIFFLAGS, SIOCSIFMTU, SIOCBRADDIF = 0x8914, 0x8913, 0x8922, 0x89A2
IFF_UP = 0x1
VSCTL_SECONDS = 10
NAME_SIZE = 16
"""IFNAMSIZ, its last byte is 0."""


@contextmanager
def opened(machine: Machine, links: Sequence[Link], *, who: str) -> Iterator[list[Handed]]:
    """Make what the machine needs and give QEMU's descriptors to it; our own copies are closed at the end."""
    handed = []
    with ExitStack() as stack:
        for link in links:
            if link.kind not in (LinkKind.TAP, LinkKind.MACVTAP):
                continue
            queues = tuning(machine, link).queues or 1
            nic = machine.networks[link.index].public
            assert nic is not None
            handles = _open(link, nic, queues, who)
            for handle in handles:
                stack.callback(os.close, handle)
            said = tap_address(link) + (f",queues={queues}" if queues > 1 else "")
            word = "fds" if queues > 1 else "fd"
            handed.append(Handed(said, f"{word}={':'.join(map(str, handles))}", tuple(handles)))
        yield handed


def _open(link: Link, nic: PublicNic, queues: int, who: str) -> list[int]:
    try:
        if link.kind is LinkKind.MACVTAP:
            return open_macvtap(link.device, link.on, str(nic.mode), link.mac, queues)
        if nic.tap:
            if os.geteuid() == 0:
                set_up(link.device)
            return open_tap(link.device, queues)
        if os.geteuid() != 0:
            return [by_bridge_program(link.on)]
        return _tap_on_bridge(link, queues)
    except OSError as error:
        what = f"{who}: {link.device} on {link.on}" if link.on else f"{who}: {link.device}"
        raise SeraiError(
            Code.FAILED, f"{what} cannot be used: {error.strerror}", hint="serai explain NET-3"
        ) from error


def _tap_on_bridge(link: Link, queues: int) -> list[int]:
    handles = open_tap(link.device, queues)
    try:
        if link.mtu:
            _interface(link.device, SIOCSIFMTU, struct.pack("i", link.mtu))
        if link.ovs:
            vsctl("--may-exist", "add-port", link.on, link.device)
        else:
            add_to_bridge(link.device, link.on)
        set_up(link.device)
    except BaseException:
        for handle in handles:
            os.close(handle)
        raise
    return handles


def open_tap(name: str, queues: int = 1) -> list[int]:
    """A descriptor for each queue of the tap, which is made when it is not there."""
    return _open_queues(Path(TUN), name, queues)


def _open_queues(path: Path, name: str, queues: int) -> list[int]:
    flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | (IFF_MULTI_QUEUE if queues > 1 else 0)
    request = struct.pack(f"{NAME_SIZE}sH22x", name.encode(), flags)
    handles: list[int] = []
    try:
        for _ in range(queues):
            handles.append(os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK))
            fcntl.ioctl(handles[-1], TUNSETIFF, request)
    except BaseException:
        for handle in handles:
            os.close(handle)
        raise
    return handles


def add_to_bridge(name: str, bridge: str) -> None:
    index = socket.if_nametoindex(name)
    _interface(bridge, SIOCBRADDIF, struct.pack("i", index))


def set_up(name: str) -> None:
    flags = struct.unpack_from("H", _interface(name, SIOCGIFFLAGS, bytes(2)), NAME_SIZE)[0]
    _interface(name, SIOCSIFFLAGS, struct.pack("H", flags | IFF_UP))


def _interface(name: str, act: int, value: bytes) -> bytes:
    """An ioctl on an interface by its name (netdevice(7), struct ifreq of 40 bytes)."""
    request = name.encode().ljust(NAME_SIZE, b"\0") + value
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
        return fcntl.ioctl(link, act, request.ljust(40, b"\0"))


def open_macvtap(name: str, device: str, mode: str, mac: str, queues: int = 1) -> list[int]:
    """A macvtap on the device, with the guest's own address: others are filtered by the kernel."""
    ip = which("ip", "iproute2")
    remove_macvtap(name)
    kind = ["type", "macvtap", "mode", "passthru" if mode == "passthrough" else mode]
    run([ip, "link", "add", "link", device, "name", name, "address", mac, *kind])
    try:
        run([ip, "link", "set", "dev", name, "up"])
        index = (NET / name / "ifindex").read_text().strip()
        return _open_queues(Path(f"/dev/tap{index}"), name, queues)
    except BaseException:
        remove_macvtap(name)
        raise


def remove_macvtap(name: str) -> None:
    """Take it away, when it is there and is one."""
    if (NET / name / "macvtap").exists():
        run([which("ip", "iproute2"), "link", "del", "dev", name], check=False)


def vsctl(*words: str) -> None:
    """Change Open vSwitch's database, and wait until its daemon has done so."""
    run([which("ovs-vsctl", "openvswitch-switch"), f"--timeout={VSCTL_SECONDS}", *words])


def release(links: Sequence[Link]) -> None:
    """After QEMU has ended: what its descriptors did not take with them."""
    for link in links:
        if link.kind is LinkKind.MACVTAP:
            remove_macvtap(link.device)
        elif link.ovs:
            vsctl("--if-exists", "del-port", link.device)


def by_bridge_program(bridge: str) -> int:
    """A tap on the bridge, made by QEMU's privileged program and sent over a socket (SCM_RIGHTS)."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [bridge_program(), f"--br={bridge}", f"--fd={theirs.fileno()}", "--use-vnet"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            pass_fds=[theirs.fileno()],
            check=False,
        )
        if done.returncode:
            raise SeraiError(
                Code.REFUSED,
                f"bridge {bridge}: {done.stderr.strip() or 'its tap was refused'}",
                hint=f"as root: echo allow {bridge} >> {BRIDGE_ALLOWED}",
            )
        handles = array.array("i")
        _, parts, _, _ = ours.recvmsg(1, socket.CMSG_LEN(handles.itemsize))
        for _level, _kind, data in parts:
            handles.frombytes(data[: handles.itemsize])
    os.set_inheritable(handles[0], False)
    return handles[0]


def bridge_program() -> str:
    """QEMU's program that makes taps for everybody. Raises Code.MISSING."""
    for path in BRIDGE_PROGRAMS:
        if os.access(path, os.X_OK):
            return path
    raise SeraiError(
        Code.MISSING, "qemu-bridge-helper is not there", hint="install it: apt install qemu-system-common"
    )


def why_not(nic: PublicNic) -> tuple[str, str] | None:
    """Why the host's network cannot be joined this way by this user, with the way out; None: it can."""
    if nic.tap:
        return _why_not_tap(nic.tap)
    if nic.ovs:
        return _why_not_ovs(nic.bridge or "")
    name = nic.bridge or nic.dev or ""
    if not (NET / name).exists():
        what = "bridge" if nic.bridge else "device"
        return f"the host has no {what} {name}", f"there are {', '.join(_candidates(bool(nic.bridge))) or 'none'}"
    if nic.bridge and not (NET / name / "bridge").exists():
        return f"{name} is no bridge", f"dev: {name} joins it by macvtap, or make a bridge (serai explain NET-4)"
    if os.geteuid() == 0:
        if not os.access(TUN, os.R_OK | os.W_OK):
            return f"{TUN} cannot be opened", "modprobe tun"
        return None
    if nic.dev:
        return "a macvtap needs root", "run serai as root, or use forwarded_port"
    return _why_not_program(name)


def _why_not_ovs(bridge: str) -> tuple[str, str] | None:
    if os.geteuid() != 0:
        return "a port of Open vSwitch needs root", "run serai as root, or use forwarded_port"
    try:
        vsctl("br-exists", bridge)
    except SeraiError as error:
        if error.code is Code.MISSING:
            return error.message, error.hint
        return f"Open vSwitch has no bridge {bridge}", "ovs-vsctl list-br lists them"
    return None


def _why_not_tap(name: str) -> tuple[str, str] | None:
    owner = NET / name / "owner"
    make = f"as root: ip tuntap add dev {name} mode tap user {os.geteuid()}"
    if not (NET / name / "tun_flags").exists():
        return f"the host has no tap {name}", make
    if os.geteuid() not in (0, int(owner.read_text())):
        return f"tap {name} belongs to another user", make
    if os.geteuid() != 0 and not int((NET / name / "flags").read_text(), 16) & IFF_UP:
        return f"tap {name} is down", f"as root: ip link set dev {name} up"
    return None


def _why_not_program(bridge: str) -> tuple[str, str] | None:
    """qemu-bridge-helper makes a tap for who is not root, where it is setuid and its list allows the bridge."""
    root = "run serai as root, or use forwarded_port (host_ip: 0.0.0.0 opens it to the network)"
    if not program_is_setuid():
        return "joining the host's network needs root: qemu-bridge-helper is not there, or not setuid", root
    try:
        lines = BRIDGE_ALLOWED.read_text().splitlines()
    except OSError:
        lines = []
    if not {f"allow {bridge}", "allow all"} & {" ".join(line.split()) for line in lines}:
        return f"{BRIDGE_ALLOWED} does not allow {bridge}", f"as root: echo allow {bridge} >> {BRIDGE_ALLOWED}"
    return None


def program_is_setuid() -> bool:
    """Whether QEMU's program may make taps for who is not root."""
    return any(Path(path).exists() and Path(path).stat().st_mode & stat.S_ISUID for path in BRIDGE_PROGRAMS)


def _candidates(bridges: bool) -> list[str]:
    """Bridges of the host, or its other devices."""
    return sorted(each.name for each in NET.iterdir() if (each / "bridge").exists() == bridges)
