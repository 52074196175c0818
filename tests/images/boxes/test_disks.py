"""Where the disks are, in a box of every provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.boxes import disks
from serai.images.boxes.metadata import BoxDisk, Metadata
from serai.util.errors import Code, SeraiError

OVF = """<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
 <References><File ovf:href="b-disk1.vmdk" ovf:id="f1"/><File ovf:href="a-config.vmdk" ovf:id="f2"/></References>
 <DiskSection><Info/><Disk ovf:diskId="d1" ovf:fileRef="f1"/><Disk ovf:diskId="d2" ovf:fileRef="f2"/></DiskSection>
</Envelope>"""
VMX = """.encoding = "UTF-8"
scsi0:1.fileName = "second.vmdk"
scsi0:0.fileName = "first.vmdk"
ide1:0.fileName = "auto detect"
sata0:0.fileName = "a.iso"
"""


def box(folder: Path, *names: str, **texts: str) -> Path:
    for name in (*names, "metadata.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def found(folder: Path, provider: str, *listed: str) -> list[str]:
    metadata = Metadata(provider, disks=[BoxDisk(name) for name in listed])
    return [path.relative_to(folder).as_posix() for path in disks.of(folder, metadata)]


def test_each_providers_disks_are_found_the_bootable_one_first(tmp_path: Path):
    assert found(box(tmp_path / "1", "box.img"), "libvirt") == ["box.img"]
    assert found(box(tmp_path / "2", "z.img", "a.img"), "libvirt", "z.img", "a.img") == ["z.img", "a.img"]
    ovf = box(tmp_path / "3", "a-config.vmdk", "b-disk1.vmdk", box_ovf=OVF)
    assert found(ovf, "virtualbox") == ["b-disk1.vmdk", "a-config.vmdk"]
    vmx = box(tmp_path / "4", "first.vmdk", "second.vmdk", "a.iso", box_vmx=VMX)
    assert found(vmx, "vmware_desktop") == ["first.vmdk", "second.vmdk"]
    split = box(tmp_path / "5", "disk.vmdk", "disk-s001.vmdk", "disk-s002.vmdk")
    assert found(split, "vmware_fusion") == ["disk.vmdk"]
    hyper = box(tmp_path / "6", "Virtual Hard Disks/a.vhdx", "Virtual Machines/x.vmcx")
    assert found(hyper, "hyperv") == ["Virtual Hard Disks/a.vhdx"]
    assert found(box(tmp_path / "7", "box.img"), "qemu") == ["box.img"]
    assert found(box(tmp_path / "8", "some.qcow2"), "utm") == ["some.qcow2"]


@pytest.mark.parametrize("provider", ["docker", "aws", "parallels", "lxc"])
def test_a_box_from_which_no_machine_can_be_made_says_why(tmp_path: Path, provider: str):
    with pytest.raises(SeraiError, match=f"it is for {provider}: ") as caught:
        found(box(tmp_path), provider)
    assert caught.value.code is Code.UNSUPPORTED


def test_a_dummy_box_says_that_it_is_one(tmp_path: Path):
    with pytest.raises(SeraiError, match="metadata alone, for the provider cloudly"):
        found(box(tmp_path / "box"), "cloudly")


@pytest.mark.parametrize("name", ["../up.img", "/etc/passwd", "gone.img", "a\0b", "link.img", "..\\up.img"])
def test_a_disk_that_is_not_in_the_box_is_refused(tmp_path: Path, name: str):
    folder = box(tmp_path / "box", "box.img")
    (tmp_path / "up.img").write_bytes(b"outside")
    (folder / "link.img").symlink_to(tmp_path / "up.img")
    with pytest.raises(SeraiError, match="which is not in it") as caught:
        found(folder, "libvirt", name)
    assert caught.value.code is Code.CORRUPT


def test_a_box_that_lost_its_disk_is_damaged(tmp_path: Path):
    with pytest.raises(SeraiError, match="no disk in this box for virtualbox") as caught:
        found(box(tmp_path, "box.nvram"), "virtualbox")
    assert caught.value.code is Code.CORRUPT


def test_a_machine_on_qemu_takes_what_can_be_converted_and_the_native_first():
    wanted = disks.wanted("qemu")
    assert wanted[0] == "libvirt" and "virtualbox" in wanted
    assert disks.wanted("docker") == ("docker",)
