"""Disks in use are traced to their controller: partitions, LVM, NVMe with several paths, swap, ZFS."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.providers.host_files import Below
from serai.providers.pci_disks import uses
from serai.providers.pci_use import Need

SATA, NVME = "0000:00:1f.2", "0000:05:00.0"
DISKS = {
    "sys/class/block/sda1": f"-> ../../devices/pci0000:00/{SATA}/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1",
    f"sys/devices/pci0000:00/{SATA}/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1/dev": "8:1",
    "sys/class/block/nvme0n1": "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1",
    "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/dev": "259:0",
    "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0": f"-> ../../../pci0000:00/{NVME}/nvme/nvme0",
}
MAPPED = {
    "sys/class/block/dm-0": "-> ../../devices/virtual/block/dm-0",
    "sys/devices/virtual/block/dm-0/dev": "254:0",
    "sys/devices/virtual/block/dm-0/dm/name": "vg-root",
    "sys/devices/virtual/block/dm-0/slaves/sda1": "",
    f"sys/devices/pci0000:00/{SATA}/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1/holders/dm-0": "",
}


def found(root, files, zpool=None):
    write(root, {**DISKS, **files})
    return {
        address: [(use.need, use.what, use.way) for use in each]
        for address, each in uses(Below(root), zpool).items()
    }


@pytest.mark.parametrize("name", ["proc/self/mountinfo", "proc/mounts"])
def test_what_is_mounted_is_traced_to_its_controller(tmp_path, name):
    texts = {
        "proc/self/mountinfo": "20 1 8:1 / / rw - ext4 /dev/root rw\n"
        "21 1 259:0 / /srv/a\\040b rw shared:1 - xfs /dev/nvme0n1 rw\n22 1 0:5 / /dev rw - devtmpfs dev rw",
        "proc/mounts": "/dev/sda1 / ext4 rw 0 0\n/dev/nvme0n1 /srv/a\\040b xfs rw 0 0\ndev /dev devtmpfs rw 0 0",
    }
    assert found(tmp_path, {name: texts[name]}) == {
        SATA: [(Need.VITAL, "/ is mounted from sda1", "")],
        NVME: [(Need.FIRST, "/srv/a b is mounted from nvme0n1", "umount /srv/a b")],
    }


def test_volumes_of_lvm_are_on_the_disk_below(tmp_path):
    said = found(tmp_path, {**MAPPED, "proc/mounts": "/dev/mapper/vg-root / ext4 rw 0 0"})[SATA]

    assert [what for _, what, _ in said] == ["/ is mounted from dm-0", "sda1 is part of vg-root"]


def test_a_mount_of_btrfs_is_found_by_its_source(tmp_path):
    text = "20 1 0:31 /@ / rw - btrfs /dev/sda1 rw"
    assert found(tmp_path, {"proc/self/mountinfo": text})[SATA][0][1] == "/ is mounted from sda1"


def test_swap_ends_by_a_command(tmp_path):
    text = "Filename Type Size Used Priority\n/dev/sda1 partition 1 0 -2"
    assert found(tmp_path, {"proc/swaps": text})[SATA] == [
        (Need.FIRST, "the host swaps to sda1", "swapoff /dev/sda1")
    ]


def test_pools_of_zfs_are_believed_or_suspected(tmp_path):
    pool = {"proc/spl/kstat/zfs/tank/state": "ONLINE"}
    assert found(tmp_path, pool, zpool=["/dev/sda1"])[SATA][0][1] == "sda1 is in a pool of ZFS"
    suspected = found(
        tmp_path / "other",
        {"proc/spl/kstat/zfs/tank/state": "ONLINE"} if (tmp_path / "other").mkdir() is None else {},
    )
    assert {address: each[0][0] for address, each in suspected.items()} == {SATA: Need.VITAL, NVME: Need.VITAL}
