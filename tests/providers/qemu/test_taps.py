"""Taps on a bridge, macvtaps, and taps that are there already (NET-3, NET-4)."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.qemu import taps
from serai.providers.qemu.site import Link, LinkKind
from serai.spec.machine import Machine
from serai.spec.network import PublicNic
from serai.util.errors import SeraiError

MAC = "52:54:00:aa:bb:01"
BRIDGE, TAP, MACVTAP, DUMMY = "serai-tb0", "serai-tt0", "serai-tm0", "serai-td0"
NET = Path("/sys/class/net")


def machine(**public: Any) -> Machine:
    return msgspec.convert({"name": "web", "networks": [{"public": public}]}, Machine)


def link(kind: LinkKind, device: str, on: str = "", **more: Any) -> Link:
    return Link(mac=MAC, kind=kind, index=0, device=device, on=on, **more)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@pytest.fixture
def network(need: Any) -> Iterator[None]:
    """A bridge and a device that lead nowhere."""
    need("ip", root=True)
    if not os.access(taps.TUN, os.R_OK | os.W_OK):
        pytest.skip("only where the kernel has tun")
    ip("link", "add", BRIDGE, "type", "bridge")
    ip("link", "add", DUMMY, "type", "bridge")
    ip("link", "set", DUMMY, "up")
    yield
    for name in (BRIDGE, DUMMY):
        ip("link", "del", name)
    assert not (NET / TAP).exists()
    assert not (NET / MACVTAP).exists()


@pytest.mark.root
@pytest.mark.parametrize("queues", [1, 2])
def test_a_tap_is_on_its_bridge_and_goes_with_its_descriptors(queues: int, network: None) -> None:
    spec = machine(bridge=BRIDGE, queues=queues)
    with taps.opened(spec, [link(LinkKind.TAP, TAP, BRIDGE, mtu=1400)], who="web") as (handed,):
        assert len(handed.handles) == queues
        assert handed.instead.startswith("fds=" if queues > 1 else "fd=")
        assert (NET / TAP / "master").resolve().name == BRIDGE
        assert (NET / TAP / "mtu").read_text().strip() == "1400"
        assert int((NET / TAP / "flags").read_text(), 16) & taps.IFF_UP
    assert not (NET / TAP).exists()


@pytest.mark.root
def test_a_tap_that_is_there_stays(network: None) -> None:
    ip("tuntap", "add", "dev", TAP, "mode", "tap")
    try:
        with taps.opened(machine(tap=TAP), [link(LinkKind.TAP, TAP)], who="web") as (handed,):
            assert len(handed.handles) == 1
            assert int((NET / TAP / "flags").read_text(), 16) & taps.IFF_UP
        assert (NET / TAP).exists()
    finally:
        ip("link", "del", TAP)


@pytest.mark.root
def test_a_macvtap_has_the_guests_address_and_is_taken_away(network: None) -> None:
    found = link(LinkKind.MACVTAP, MACVTAP, DUMMY)
    with taps.opened(machine(dev=DUMMY), [found], who="web") as (handed,):
        assert len(handed.handles) == 1
        assert (NET / MACVTAP / "address").read_text().strip() == MAC
    assert (NET / MACVTAP).exists()
    taps.release([found])
    taps.release([found])
    assert not (NET / MACVTAP).exists()


@pytest.mark.root
def test_a_bridge_that_is_none_is_told_and_leaves_no_tap(network: None) -> None:
    opened = taps.opened(machine(bridge="lo"), [link(LinkKind.TAP, TAP, "lo")], who="web")
    with pytest.raises(SeraiError, match=f"web: {TAP} on lo cannot be used"):
        opened.__enter__()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "net/br0/bridge").mkdir(parents=True)
    (tmp_path / "net/eth0").mkdir()
    (tmp_path / "net/tap7").mkdir()
    (tmp_path / "net/tap7/tun_flags").touch()
    (tmp_path / "net/tap7/owner").write_text("1000\n")
    (tmp_path / "net/tap7/flags").write_text("0x1003\n")
    (tmp_path / "net/tap6").mkdir()
    (tmp_path / "net/tap6/tun_flags").touch()
    (tmp_path / "net/tap6/owner").write_text("1000\n")
    (tmp_path / "net/tap6/flags").write_text("0x1002\n")
    monkeypatch.setattr(taps, "NET", tmp_path / "net")
    monkeypatch.setattr(taps, "TUN", str(tmp_path))
    monkeypatch.setattr(taps, "BRIDGE_PROGRAMS", (str(tmp_path / "program"),))
    monkeypatch.setattr(taps, "BRIDGE_ALLOWED", tmp_path / "bridge.conf")
    return tmp_path


@pytest.mark.parametrize(
    ("nic", "user", "word"),
    [
        (PublicNic(bridge="br0"), 0, ""),
        (PublicNic(bridge="br1"), 0, "no bridge br1"),
        (PublicNic(bridge="eth0"), 0, "eth0 is no bridge"),
        (PublicNic(dev="eth0"), 0, ""),
        (PublicNic(dev="eth1"), 0, "no device eth1"),
        (PublicNic(dev="eth0"), 1000, "needs root"),
        (PublicNic(bridge="br0"), 1000, "needs root"),
        (PublicNic(tap="tap7"), 1000, ""),
        (PublicNic(tap="tap6"), 1000, "is down"),
        (PublicNic(tap="tap6"), 0, ""),
        (PublicNic(tap="tap7"), 1001, "another user"),
        (PublicNic(tap="tap7"), 0, ""),
        (PublicNic(tap="tap8"), 0, "no tap tap8"),
    ],
)
def test_why_not(nic: PublicNic, user: int, word: str, host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    found = taps.why_not(nic)
    assert (word in found[0] and found[1]) if word and found else found is None


def test_qemus_program_helps_where_it_may(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (host / "program").touch()
    (host / "program").chmod(0o4755)
    found = taps.why_not(PublicNic(bridge="br0"))
    assert found
    assert "does not allow br0" in found[0]
    (host / "bridge.conf").write_text("# bridges\nallow  br0\n")
    assert taps.why_not(PublicNic(bridge="br0")) is None


@pytest.mark.root
def test_qemus_program_sends_a_tap(network: None, host: Path, monkeypatch: pytest.MonkeyPatch, need: Any) -> None:
    program = Path("/usr/lib/qemu/qemu-bridge-helper")
    if not program.exists():
        pytest.skip("needs qemu-bridge-helper")
    allowed = Path("/etc/qemu/bridge.conf")
    if allowed.exists():
        pytest.skip("only where nobody keeps a list of bridges")
    monkeypatch.setattr(taps, "BRIDGE_PROGRAMS", (str(program),))
    others = allowed.parent.exists()  # the guest agent's package has files there
    allowed.parent.mkdir(exist_ok=True)
    allowed.write_text(f"allow {BRIDGE}\n")
    try:
        handle = taps.by_bridge_program(BRIDGE)
        assert list((NET / BRIDGE / "brif").iterdir())
        os.close(handle)
        assert not list((NET / BRIDGE / "brif").iterdir())
    finally:
        allowed.unlink()
        if not others:
            allowed.parent.rmdir()


@pytest.fixture
def open_vswitch(need: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Open vSwitch with a bridge of its own, without its kernel module; its files are the test's."""
    need("ovs-vsctl", "ovsdb-server", "ovs-vswitchd", "ovsdb-tool", root=True)
    place = Path(tempfile.mkdtemp(prefix="serai-t", dir="/tmp"))
    for name in ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR"):
        monkeypatch.setenv(name, str(place))
    schema = "/usr/share/openvswitch/vswitch.ovsschema"
    subprocess.run(["ovsdb-tool", "create", place / "conf.db", schema], check=True)
    daemon = ["--pidfile", "--detach", "--no-chdir", "--log-file=/dev/null", "-vconsole:off"]
    server = ["ovsdb-server", place / "conf.db", f"--remote=punix:{place}/db.sock", *daemon]
    pids = []
    try:
        subprocess.run(server, check=True)
        pids.append(int((place / "ovsdb-server.pid").read_text()))
        monkeypatch.setattr(taps, "vsctl", _vsctl_at(f"unix:{place}/db.sock"))
        subprocess.run(["ovs-vsctl", f"--db=unix:{place}/db.sock", "--no-wait", "init"], check=True)
        subprocess.run(["ovs-vswitchd", f"unix:{place}/db.sock", *daemon], check=True)
        pids.append(int((place / "ovs-vswitchd.pid").read_text()))
        taps.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev")
        yield
        taps.vsctl("del-br", BRIDGE)
    finally:
        for pid in reversed(pids):
            end(pid)
        shutil.rmtree(place)


def end(pid: int) -> None:
    """Ask a daemon to end, and wait until it has: it removes its own files."""
    watched = os.pidfd_open(pid)
    os.kill(pid, signal.SIGTERM)
    assert select.select([watched], [], [], 10)[0], f"{pid} did not end"
    os.close(watched)


def _vsctl_at(database: str) -> Callable[..., None]:
    real = taps.vsctl
    return lambda *words: real(f"--db={database}", *words)


@pytest.mark.root
def test_a_port_of_open_vswitch_is_made_and_taken_away(open_vswitch: None) -> None:
    found = link(LinkKind.TAP, TAP, BRIDGE, ovs=True)
    assert taps.why_not(PublicNic(bridge=BRIDGE, ovs=True)) is None
    assert taps.why_not(PublicNic(bridge="serai-none", ovs=True)) == (
        "Open vSwitch has no bridge serai-none",
        "ovs-vsctl list-br lists them",
    )
    with taps.opened(machine(bridge=BRIDGE, ovs=True), [found], who="web") as (handed,):
        assert len(handed.handles) == 1
        assert int((NET / TAP / "flags").read_text(), 16) & taps.IFF_UP
        taps.vsctl("port-to-br", TAP)
    taps.release([found])
    with pytest.raises(SeraiError):
        taps.vsctl("port-to-br", TAP)
    assert not (NET / TAP).exists()


def test_without_root_or_open_vswitch_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nic = PublicNic(bridge="br0", ovs=True)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "needs root" in str(taps.why_not(nic))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install openvswitch-switch" in str(taps.why_not(nic))
