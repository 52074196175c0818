"""Tuned machines on real QEMU: what the spec says is there, in the guest and on the host, and goes with them.

CPU-2, MEM-5, NET-3, NET-4, DISK-2 and the processes beside QEMU.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serai.providers.qemu.companions import listed, start_of

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(600)]

BRIDGE, HOST, GUEST = "serai-te0", "10.99.7.1", "10.99.7.5"
NEAR, FAR = "serai-tv0", "serai-tv1"
SHOP = """
project: shop
machines:
  web:
    image: tiny
    memory: {size: 256M, source: memfd}
    cpu: {count: 2, pin: {cpus: "1,0", emulator: 0, iothreads: {2: 1}, scheduler: batch}}
    numa: {cells: [{cpus: 0, memory: 128MiB, distances: {1: 30}}, {cpus: 1, memory: 128MiB, distances: {0: 30}}]}
    iothreads: 2
    devices: {tpm: true, channels: [com.example.one]}
    disks:
      data: {size: 1GiB, iothreads: [2], queues: 1, serial: S1}
      cd: {device: cdrom, bus: scsi, path: one.iso}
    networks:
      - public: {bridge: serai-te0, address: 10.99.7.5/24, mtu: 1400}
    synced_folders:
      - {source: live, target: /srv/live, type: virtiofs}
    ready: {within: 5m}
"""


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
def shop(home_with_images: Path, serai: Any, need: Any) -> Iterator[Any]:
    need("qemu-system-x86_64", "qemu-img", "ssh", "swtpm")
    (serai.root / "live").mkdir(parents=True)
    (serai.root / "live/hello").write_text("from the host\n")
    for name in ("one", "two"):
        (serai.root / f"{name}.iso").write_bytes(name.encode().ljust(1 << 20, b"\0"))
    yield serai
    serai("destroy", "-y", "--force", code=None)


def inside(shop: Any, command: str) -> str:
    return str(shop("exec", "web", "--", "sh", "-c", command).stdout).strip()


def machine(home: Path) -> Path:
    return next(home.glob("projects/*/machines/web"))


def threads(home: Path) -> list[tuple[set[int], int]]:
    """CPUs and scheduler of each thread of QEMU."""
    pid = (machine(home) / "qemu.pid").read_text().strip()
    found = []
    for entry in Path(f"/proc/{pid}/task").iterdir():
        try:
            found.append((os.sched_getaffinity(int(entry.name)), os.sched_getscheduler(int(entry.name))))
        except ProcessLookupError:
            continue  # a worker that has ended meanwhile
    return found


def companions(home: Path) -> dict[str, int]:
    """Those that live."""
    return {name: pid for name, pid, start in listed(machine(home)) if start_of(pid) == start}


def until(happened: Any, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return False


def test_what_is_stated_is_there_and_goes_with_the_machine(bridge: None, shop: Any, home: Path) -> None:
    shop.file(SHOP)
    shop("up", timeout=400)

    assert inside(shop, "cat /sys/class/tpm/tpm0/tpm_version_major") == "2"
    assert inside(shop, "cat /srv/live/hello; echo from the guest > /srv/live/answer") == "from the host"
    assert (shop.root / "live/answer").read_text() == "from the guest\n"
    assert inside(shop, "cat /sys/devices/system/node/node1/distance") == "30 10"
    assert inside(shop, "cat /sys/devices/system/node/node1/cpulist") == "1"
    assert inside(shop, "cat /sys/class/net/eth1/mtu") == "1400"
    assert inside(shop, "ls /sys/block/vdb/mq") == "0"
    assert inside(shop, "cat /sys/block/vdb/serial") == "S1"
    assert "com.example.one" in inside(shop, "cat /sys/class/virtio-ports/*/name")
    with socket.create_connection((GUEST, 22), timeout=30) as link:
        assert link.recv(4) == b"SSH-"

    batch = [cpus for cpus, scheduler in threads(home) if scheduler == os.SCHED_BATCH]
    assert sorted(batch, key=min) == [{0}, {1}]
    assert {1} in [cpus for cpus, scheduler in threads(home) if scheduler != os.SCHED_BATCH]
    assert all(len(cpus) == 1 or cpus == os.sched_getaffinity(0) for cpus, _ in threads(home))

    assert set(companions(home)) == {"share0", "tpm"}
    started = [pid for _, pid, _ in listed(machine(home))]
    shop("destroy", "-y")
    assert not [pid for pid in started if start_of(pid)]


def test_discs_and_pins_are_changed_while_it_runs(bridge: None, shop: Any, home: Path) -> None:
    shop.file(SHOP)
    shop("up", timeout=400)
    inside(shop, "modprobe -a virtio_scsi sr_mod; for i in 1 2 3 4 5 6 7 8 9; do [ -b /dev/sr0 ] || sleep 1; done")
    assert inside(shop, "head -c 3 /dev/sr0") == "one"
    shop.file(SHOP.replace("one.iso", "two.iso").replace('cpus: "1,0", emulator: 0', "cpus: 0-1, emulator: 1"))
    done = shop("up")
    assert "apply" in done.stderr
    assert inside(shop, "head -c 3 /dev/sr0") == "two"
    assert sum(cpus == {1} for cpus, _ in threads(home)) > sum(cpus == {0} for cpus, _ in threads(home))
    assert "nothing to do" in shop("plan").stdout + shop("plan").stderr


def test_a_dead_companion_is_told_and_a_reload_brings_it_back(bridge: None, shop: Any, home: Path) -> None:
    shop.file(SHOP)
    shop("up", timeout=400)
    os.kill(companions(home)["tpm"], signal.SIGKILL)
    assert until(lambda: "tpm" not in companions(home))
    assert "the swtpm of its TPM has died" in shop("status").stdout
    shop("reload", timeout=400)
    assert "tpm" in companions(home)
    assert "died" not in shop("status").stdout


def test_nothing_is_left_of_a_qemu_that_was_killed(bridge: None, shop: Any, home: Path) -> None:
    shop.file(SHOP)
    shop("up", timeout=400)
    left = list(companions(home).values())
    os.kill(int((machine(home) / "qemu.pid").read_text()), signal.SIGKILL)
    assert until(lambda: not any(start_of(pid) for pid in left))
    assert until(lambda: not list(Path(f"/sys/class/net/{BRIDGE}/brif").iterdir()))
    assert shop.states() == {"web": "failed"}


def test_passt_carries_ssh_and_ports_and_a_tpm_is_saved_with_the_memory(shop: Any, home: Path) -> None:
    if shutil.which("passt") is None:
        pytest.skip("only Debian 12, Ubuntu 23.04 and later have passt")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shop.file(
        "project: shop\nmachines: {web: {image: tiny, memory: 192M, devices: {tpm: true}, ready: {within: 5m},\n"
        f"  networks: [{{uplink: passt}}, {{forwarded_port: '{port}:80'}}]}}}}\n"
    )
    shop("up", timeout=400)
    inside(shop, "echo hello > /etc/index.html; httpd -h /etc")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
        link.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"200 OK" in link.recv(64)
    shop("suspend", "--to-disk", "web")
    assert companions(home) == {}
    shop("resume", "web", timeout=400)
    assert set(companions(home)) == {"passt", "tpm"}
    assert inside(shop, "cat /sys/class/tpm/tpm0/tpm_version_major; cat /etc/index.html") == "2\nhello"


@pytest.fixture
def cable(need: Any) -> Iterator[None]:
    """Two ends of a cable: a machine joins at one, the host is at the other."""
    need("ip", root=True)
    subprocess.run(["ip", "link", "del", NEAR], check=False, capture_output=True)  # of a run that was killed
    subprocess.run(["ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR], check=True)
    subprocess.run(["ip", "addr", "add", f"{HOST}/24", "dev", FAR], check=True)
    for end in (NEAR, FAR):
        subprocess.run(["ip", "link", "set", end, "up"], check=True)
    yield
    left = [each.name for each in Path("/sys/class/net").iterdir() if (each / f"lower_{NEAR}").exists()]
    subprocess.run(["ip", "link", "del", NEAR], check=True)
    assert left == []


def test_a_macvtap_is_the_only_way_in(cable: None, shop: Any, home: Path) -> None:
    shop.file(
        "project: shop\nmachines: {web: {image: tiny, memory: 192M, cpu: 2, ready: {within: 5m},\n"
        f"  networks: [{{uplink: none}}, {{public: {{dev: {NEAR}, address: {GUEST}/24, queues: 2}}}}]}}}}\n"
    )
    shop("up", timeout=400)
    assert f"HostName {GUEST}" in shop("ssh-config", "web").stdout
    assert GUEST in shop("status").stdout
    assert inside(shop, "ls /sys/class/net") == "eth0\nlo"
    assert inside(shop, "ls -d /sys/class/net/eth0/queues/rx-1")
    shop("destroy", "-y")
