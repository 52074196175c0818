"""A tuned machine on a real libvirtd: what the spec says is there, in the guest and on the host.

CPU-2, MEM-5, NET-2, NET-5, DISK-2.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]

URI = "qemu:///system"
BRIDGE, HOST, GUEST = "serai-tl0", "10.99.8.1", "10.99.8.5"
SHOP = """
project: %s
machines:
  web:
    provider: libvirt
    image: tiny
    ready: {within: 8m}
    cpu: {count: 2, max: 4, pin: {each: {0: "1", 1: "0"}, emulator: 0, iothreads: {2: "1"}, scheduler: batch}}
    memory: {size: 256MiB, max: 512MiB, source: memfd, shared: true, prealloc: true}
    numa:
      cells:
        - {cpus: 0-1, memory: 128MiB, distances: {1: 30}}
        - {cpus: 2-3, memory: 128MiB, distances: {0: 30}}
    iothreads: 2
    disks:
      data: {size: 1GiB, queues: 1, iothreads: 2, serial: DATA-7}
      plain: {size: 64MiB, format: raw, cache: writeback, readonly: true}
      cd: {device: cdrom}
    devices:
      tpm: true
      watchdog: reset
      graphics: vnc
      serial: pty
      channels: com.example.one
    networks:
      - uplink: {queues: 2}
      - public: {bridge: serai-tl0, address: 10.99.8.5/24, mtu: 1400}
    synced_folders:
      - {source: live, target: /srv/live, type: virtiofs}
"""
SEEN = {
    "cat /sys/class/tpm/tpm0/tpm_version_major": "2",
    "cat /srv/live/hello": "from the host",
    "cat /sys/devices/system/node/online": "0-1",
    "cat /sys/devices/system/node/node0/distance": "10 30",
    "cat /sys/devices/system/cpu/online": "0-1",
    "cat /sys/block/vdb/serial": "DATA-7",
    "ls /sys/block/vda/mq | wc -l": "2",
    "ls /sys/block/vdb/mq | wc -l": "1",
    "cat /sys/block/vdc/ro": "1",
    "cat /sys/class/net/eth1/mtu": "1400",
    "ls -d /sys/class/net/eth0/queues/rx-* | wc -l": "2",
    "cat /sys/class/virtio-ports/*/name | sort": "com.example.one\norg.qemu.guest_agent.0",
}
"""Command in the guest -> what it says."""


@pytest.fixture
def bridge(need: Any) -> Iterator[None]:
    need("ip", root=True)
    if os.cpu_count() == 1:
        pytest.skip("only where there are two CPUs to pin to")
    subprocess.run(["ip", "link", "del", BRIDGE], check=False, capture_output=True)  # of a run that was killed
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
    subprocess.run(["ip", "addr", "add", f"{HOST}/24", "dev", BRIDGE], check=True)
    subprocess.run(["ip", "link", "set", BRIDGE, "up"], check=True)
    yield
    left = list(Path(f"/sys/class/net/{BRIDGE}/brif").iterdir())
    subprocess.run(["ip", "link", "del", BRIDGE], check=True)
    assert left == []


@pytest.fixture
def shop(home_with_images: Path, serai: Any, need: Any, libvirtd: str, bridge: None) -> Iterator[Any]:
    need("ssh", "swtpm")
    (serai.root / "live").mkdir(parents=True)
    (serai.root / "live/hello").write_text("from the host\n")
    yield serai
    serai("destroy", "-y", "--force", code=None)


def virsh(*words: str) -> str:
    return subprocess.run(["virsh", "-q", "-c", URI, *words], check=True, capture_output=True, text=True).stdout


def inside(shop: Any, command: str) -> str:
    return str(shop("exec", "web", "--", "sh", "-c", command).stdout).strip()


def test_what_is_stated_is_there_in_the_guest_and_on_the_host(shop: Any) -> None:
    project = f"t{os.getpid()}"
    shop.file(SHOP % project)
    shop("up", timeout=600)

    assert {command: inside(shop, command) for command in SEEN} == SEEN
    assert inside(shop, f"ping -c 1 -w 20 {HOST} >/dev/null && echo reached") == "reached"

    pins = dict(line.split() for line in virsh("vcpupin", f"{project}_web").splitlines())
    threads = dict(line.split() for line in virsh("iothreadinfo", f"{project}_web").splitlines())
    assert (pins["0"], pins["1"], threads["2"]) == ("1", "0", "1")
    assert virsh("emulatorpin", f"{project}_web").split()[-1] == "0"

    shop("plan", code=0)  # nothing is left to be changed
