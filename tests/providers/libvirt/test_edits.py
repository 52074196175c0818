"""Edits of the domain XML: added, merged, set and removed, each where it says."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.libvirt.edits import apply
from serai.spec.raw import XmlEdit
from serai.util.errors import SeraiError

DOMAIN = """<domain type='qemu'><memory unit='KiB'>1024</memory><features><acpi/></features>
<devices><disk device='disk'><driver cache='none'/></disk><disk device='cdrom'/><memballoon model='virtio'/>
</devices></domain>"""


def edited(*edits: XmlEdit) -> ElementTree.Element:
    root = ElementTree.fromstring(DOMAIN)
    apply(root, edits, "web")
    return root


def test_what_is_there_once_is_merged() -> None:
    root = edited(XmlEdit(add="<features><pae/></features><memory unit='MiB'>2</memory>"))
    assert [child.tag for child in root.iterfind("features/*")] == ["acpi", "pae"]
    (memory,) = root.iterfind("memory")
    assert (memory.get("unit"), memory.text) == ("MiB", "2")


def test_devices_stand_beside_each_other_but_for_those_that_are_one() -> None:
    root = edited(XmlEdit(add="<devices><disk device='lun'/><memballoon model='none'/></devices>"))
    assert [each.get("device") for each in root.iterfind("devices/disk")] == ["disk", "cdrom", "lun"]
    assert [each.get("model") for each in root.iterfind("devices/memballoon")] == ["none"]


def test_memory_devices_are_not_the_memory() -> None:
    root = edited(XmlEdit(at="./devices", add="<memory model='dimm'/><memory model='dimm'/>"))
    assert len(root.findall("devices/memory")) == 2


def test_attributes_are_set_on_all_that_the_path_finds() -> None:
    root = edited(XmlEdit(at="./devices/disk", set={"snapshot": "no"}))
    assert [each.get("snapshot") for each in root.iterfind("devices/disk")] == ["no", "no"]


def test_a_path_needs_no_dot() -> None:
    root = edited(XmlEdit(at="devices/disk[1]/driver", set={"io": "native"}))
    assert root.find("devices/disk/driver[@io='native']") is not None


def test_what_is_removed_is_gone() -> None:
    root = edited(XmlEdit(at="./devices/disk[@device='cdrom']", remove=True))
    assert [each.get("device") for each in root.iterfind("devices/disk")] == ["disk"]


def test_qemus_prefix_need_not_be_declared() -> None:
    root = edited(
        XmlEdit(add="<qemu:commandline><qemu:arg value='-S'/></qemu:commandline>"),
        XmlEdit(add="<qemu:commandline><qemu:arg value='-s'/></qemu:commandline>"),
    )
    (line,) = root.iterfind("{http://libvirt.org/schemas/domain/qemu/1.0}commandline")
    assert [each.get("value") for each in line] == ["-S", "-s"]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (XmlEdit(at="./devices/sound", set={"model": "ich9"}), "no such element"),
        (XmlEdit(at="./devices/disk[", set={"a": "b"}), r"xml\[0\].at"),
        (XmlEdit(at="./x:y", set={"a": "b"}), r"xml\[0\].at"),
        (XmlEdit(add="<memtune>"), "this is no XML"),
        (XmlEdit(remove=True), "<domain> itself"),
    ],
)
def test_an_edit_that_cannot_be_made_says_why(edit: XmlEdit, said: str) -> None:
    with pytest.raises(SeraiError, match=said) as caught:
        edited(edit)
    assert caught.value.hint
    assert str(caught.value).startswith("web: ")
