"""The root filesystem inside a disk, as a tar."""

from __future__ import annotations

import tarfile

import pytest

from serai.images import rootfs
from serai.images.rootfs import _Partition, _Table
from serai.providers.contract import Image
from serai.util.errors import Code, SeraiError
from serai.util.process import run


def test_the_largest_linux_partition_is_the_root():
    efi = _Partition(2048, 200000, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B")
    swap = _Partition(900000, 9000000, "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F")
    root = _Partition(300000, 500000, "0FC63DAF-8483-4772-8E79-3D69D8477DE4")

    assert rootfs.root_partition(_Table(512, [efi, swap, root])) == (300000 * 512, 500000 * 512)


def test_a_disk_without_a_table_is_the_file_system_itself():
    assert rootfs.root_partition(None) == (0, 0)
    assert rootfs.root_partition(_Table()) == (0, 0)


def test_an_image_without_a_disk_is_refused(home):
    with pytest.raises(SeraiError) as caught:
        rootfs.tar_of(Image(reference="net", digest="sha256:1"), lambda phrase: None)

    assert caught.value.code is Code.UNSUPPORTED


@pytest.mark.root
@pytest.mark.engine
@pytest.mark.parametrize("table", [True, False])
def test_a_disk_is_packed_without_what_a_kernel_reads(home, need, tmp_path, table):
    need("mke2fs", "sfdisk", "qemu-img", root=True)
    tree = tmp_path / "tree"
    for name in ("etc/hostname", "boot/vmlinuz", "lib/modules/6/x.ko", "dev/null"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(name)
    part, raw, disk = tmp_path / "part", tmp_path / "raw", tmp_path / "disk.qcow2"
    run(["mke2fs", "-q", "-t", "ext4", "-d", tree, part, "8M"])
    if table:
        raw.write_bytes(bytes(1 << 20) + part.read_bytes() + bytes(1 << 20))
        run(["sfdisk", "-q", raw], input="label: gpt\nstart=2048, size=16384, type=L\n")
    else:
        part.rename(raw)
    run(["qemu-img", "convert", "-O", "qcow2", raw, disk])

    found = rootfs.tar_of(Image(reference="x", digest="sha256:77", disk=disk), lambda phrase: None)

    with tarfile.open(found) as archive:
        names = archive.getnames()
    assert "./etc/hostname" in names
    assert not [name for name in names if "vmlinuz" in name or "modules/6" in name or "null" in name]
    assert rootfs.tar_of(Image(reference="x", digest="sha256:77", disk=disk), lambda phrase: None) == found
