"""The host's facts are read from its files, as far as a machine asks for them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.host_facts import HugePages, read_host_facts, used_for
from serai.spec.machine import Machine

MIB = 1 << 20
MOUNTS = """\
36 35 8:17 / /srv rw,noatime - ext4 /dev/sdb1 rw
40 35 253:3 / /var/lib/vms rw - xfs /dev/mapper/vg0-vms rw
"""
SWAPS = "Filename\tType\tSize\tUsed\tPriority\n/dev/sdc partition 8388604 0 -2\n"


def machine(**spec: Any) -> Machine:
    return msgspec.convert({"name": "web", **spec}, Machine)


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A host with two CPUs, a NUMA node, huge pages of 2 MiB, and some disks."""
    files = {
        "sys/devices/system/cpu/online": "0-1\n",
        "sys/devices/system/node/online": "0\n",
        "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "8\n",
        "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "3\n",
        "proc/meminfo": "MemTotal: 1 kB\nHugepagesize:    2048 kB\n",
        "proc/self/mountinfo": MOUNTS,
        "proc/swaps": SWAPS,
        "dev/vhost-net": "",
        "sys/class/block/sdb/dev": "8:16",
        "sys/class/block/sdb/sdb1/partition": "1",
        "sys/class/block/sdb1/dev": "8:17",
        "sys/class/block/sdc/dev": "8:32",
        "sys/class/block/sdd/dev": "8:48",
        "sys/class/block/sdd/holders/dm-0": "",
        "sys/class/block/dm-3/dev": "253:3",
        "sys/class/block/sde/dev": "8:64",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in ("sdb", "sdb1", "sdc", "sdd", "sde", "dm-3"):
        (tmp_path / "dev" / name).touch()
    (tmp_path / "dev/vg0").mkdir()
    (tmp_path / "dev/vg0/vms").symlink_to("../dm-3")
    return tmp_path


def test_a_plain_machine_asks_for_nothing(tmp_path: Path) -> None:
    facts = read_host_facts(Machine(name="web"), tmp_path)

    assert (facts.online, facts.nodes, facts.hugepages, facts.vhost_net, facts.memlock) == (None,) * 5
    assert facts.uses == {}


def test_what_is_asked_for_is_read(host: Path) -> None:
    spec = machine(
        cpu={"pin": {"emulator": "0"}},
        numa={"host_nodes": "0"},
        memory={"hugepages": {}},
        networks=[{"private": {"vhost": True}}],
        disks={"a": {"path": "/dev/sdb"}, "b": {"path": "/dev/sde"}, "c": {"path": "x.qcow2"}},
    )

    facts = read_host_facts(spec, host, accel="kvm", privileged=False)

    assert (facts.accel, facts.root) == ("kvm", False)
    assert (facts.online, facts.nodes) == ({0, 1}, {0})
    assert facts.hugepages == (HugePages(2 * MIB, 8, 3),)
    assert (facts.default_hugepage, facts.vhost_net) == (2 * MIB, True)
    assert facts.uses == {"/dev/sdb": "its partition sdb1 is mounted at /srv"}


@pytest.mark.parametrize(
    ("device", "use"),
    [
        ("/dev/sdb1", "mounted at /srv"),
        ("/dev/sdb", "its partition sdb1 is mounted at /srv"),
        ("/dev/sdc", "swap"),
        ("/dev/sdd", "part of dm-0"),
        ("/dev/vg0/vms", "mounted at /var/lib/vms"),
        ("/dev/sde", ""),
        ("/dev/gone", ""),
    ],
)
def test_a_device_is_used_for(host: Path, device: str, use: str) -> None:
    assert used_for(device, host) == use


def test_a_host_without_huge_pages_or_nodes_says_so(tmp_path: Path) -> None:
    facts = read_host_facts(machine(memory={"hugepages": {}}, numa={"host_nodes": "0"}), tmp_path)

    assert (facts.hugepages, facts.default_hugepage, facts.nodes) == ((), 0, None)


@pytest.mark.root
@pytest.mark.engine
def test_a_real_device_that_is_mounted_is_in_use(need: Callable[..., None], tmp_path: Path) -> None:
    """On this kernel itself: a loop device, mounted."""
    need("losetup", "mke2fs", "mount", root=True)
    image = tmp_path / "disk.img"
    image.write_bytes(bytes(4 * MIB))
    subprocess.run(["mke2fs", "-q", "-t", "ext4", image], check=True)
    found = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("only where loop devices can be made")
    device = found.stdout.strip()
    try:
        assert used_for(device) == ""
        (tmp_path / "place").mkdir()
        if subprocess.run(["mount", device, tmp_path / "place"], capture_output=True, check=False).returncode:
            pytest.skip("only where file systems can be mounted")
        try:
            assert used_for(device) == f"mounted at {tmp_path / 'place'}"
        finally:
            subprocess.run(["umount", tmp_path / "place"], check=True)
    finally:
        subprocess.run(["losetup", "-d", device], check=True)
