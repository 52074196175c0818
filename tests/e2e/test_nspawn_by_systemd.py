"""Containers of systemd-nspawn where systemd runs the host: that host is itself a container that serai made."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

import serai as package
from person import Serai

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.long, pytest.mark.timeout(240)]
SOURCES = Path(package.__file__).parents[1]
INNER = """
project: inner
networks: {back: {subnet: 10.78.9.0/24, mtu: 1400}}
machines:
  web:
    provider: nspawn
    memory: 64MiB
    container: {rootfs: /srv/busybox, keep_alive: true, restart: on-failure}
    networks: [{uplink: none}, {private: back}]
"""


def bare_debian(place: Path) -> Path:
    """A root filesystem that borrows this host's /usr, with nothing switched on but what systemd brings."""
    for name in (
        "usr",
        "etc/systemd/system",
        "var/lib",
        "proc",
        "sys",
        "dev",
        "run",
        "tmp",
        "root",
        "srv/busybox",
    ):
        (place / name).mkdir(parents=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (place / name).symlink_to(f"usr/{name}")
    for name in ("passwd", "group", "ld.so.cache", "alternatives", "dbus-1"):
        source = Path("/etc") / name
        if source.is_dir():
            shutil.copytree(source, place / "etc" / name, symlinks=True)
        elif source.exists():
            shutil.copy(source, place / "etc" / name)
    (place / "etc" / "os-release").write_text("ID=debian\nVERSION_ID=12\n")
    (place / "etc" / "fstab").touch()
    return place


@pytest.fixture
def booted(cells: Serai, busybox_tree: Path, need, tmp_path: Path) -> Serai:  # type: ignore[no-untyped-def]
    """A project with a container `host`, in which systemd is process 1, and that has serai in it."""
    need("dbus-daemon", "systemd-analyze")
    seen = {Path(sys.prefix), Path(sys.base_prefix), SOURCES, Path(package.__file__).parent.resolve().parent}
    options = "systemd.unit=basic.target systemd.firstboot=off"
    binds = "".join(
        f"        - {{source: {path}, target: {path}, read_only: true}}\n"
        for path in sorted(each for each in seen if not each.is_relative_to("/usr"))
    )
    root = bare_debian(tmp_path / "debian")
    cells.file(
        "project: shop\nmachines:\n  host:\n    provider: nspawn\n    networks: [{uplink: none}]\n"
        f"    providers: {{nspawn: {{settings: {{Exec: {{Parameters: [{options}]}}}}}}}}\n"
        f"    container:\n      rootfs: {root}\n      privileged: true\n      volumes:\n"
        "        - {source: /usr, target: /usr, read_only: true}\n"
        f"        - {{source: {busybox_tree}, target: /srv/busybox, read_only: true}}\n{binds}"
    )
    cells("up")
    return cells


def test_a_container_is_a_unit_that_systemd_limits_restarts_and_forgets(booted):
    def inside(command: str) -> str:
        words = f"cd /root && export PYTHONPATH={SOURCES} SERAI_HOME=/root/home && {command}"
        return str(booted("exec", "host", "--", words).stdout)

    serai = f"{sys.executable} -m serai"
    unit = "systemd-nspawn@*.service"
    inside("for n in 1 2 3 4 5 6 7 8 9; do systemctl is-active -q dbus.socket && break; sleep 1; done")
    inside(f"cat >serai.yaml <<'END'\n{INNER}END\n{serai} up")

    assert "ready" in inside(f"{serai} status")
    assert "systemd-nspawn" in inside("machinectl list --no-legend")
    shown = inside(f"systemctl show -p ActiveState,MemoryMax,Restart '{unit}'").splitlines()
    assert sorted(shown) == ["ActiveState=active", f"MemoryMax={64 << 20}", "Restart=on-failure"]
    told = inside(f"{serai} exec web -- 'cat /sys/class/net/eth1/mtu; ip -4 addr show dev eth1; hostname'")
    assert told.startswith("1400\n")
    assert "inet 10.78.9.10/24" in told
    assert told.endswith("web\n")

    inside(f"sed -i 's/64MiB/96MiB/' serai.yaml; {serai} up")
    assert inside(f"systemctl show -p MemoryMax '{unit}'").strip() == f"MemoryMax={96 << 20}"

    inside(f"{serai} halt")
    assert "stopped" in inside(f"{serai} status")
    assert inside("machinectl list --no-legend; ls /run/netns") == ""
    inside(f"{serai} destroy -y")
    assert inside("ls -A /var/lib/machines /etc/systemd/nspawn | grep serai || true") == ""
    assert inside("find /etc/systemd/system -name '*nspawn*'") == ""
