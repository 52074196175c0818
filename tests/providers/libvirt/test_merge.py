"""What serai says is set, what it had said and says no more is gone, and everything else stays."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from serai.providers.libvirt.merge import difference, merged, same

DEFINED = """
<domain type='qemu'>
  <name>shop_web</name>
  <memory unit='KiB'>1048576</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='maximum' check='none'><feature policy='disable' name='svm'/></cpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/a/root.qcow2'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/a/data.qcow2'/><target dev='vdb' bus='virtio'/>
    </disk>
    <interface type='network'><mac address='52:54:00:00:00:0A'/><source network='default'/>
      <model type='virtio'/></interface>
  </devices>
</domain>"""

CURRENT = """
<domain type='qemu'>
  <name>shop_web</name>
  <title>my favourite</title>
  <memory unit='KiB'>2097152</memory>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os>
  <cpu mode='maximum' check='none'><feature policy='disable' name='svm'/>
    <feature policy='disable' name='vmx'/></cpu>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='/a/root.qcow2'/><target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/><source file='/a/data.qcow2'/><target dev='vdb' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
    </disk>
    <interface type='network'><mac address='52:54:00:00:00:0a'/><source network='default'/>
      <model type='virtio'/><address type='pci' bus='0x01'/></interface>
    <sound model='ich9'/>
  </devices>
</domain>"""


def after(wanted: str, *, base: str | None = DEFINED, current: str = CURRENT) -> ElementTree.Element:
    return ElementTree.fromstring(merged(current, base, wanted))


def test_what_others_added_stays():
    found = after(DEFINED)

    assert found.findtext("title") == "my favourite"
    assert found.find("devices/sound").get("model") == "ich9"
    assert found.find("os/boot") is not None
    assert [each.get("name") for each in found.iterfind("cpu/feature")] == ["svm", "vmx"]


def test_what_serai_says_is_set_again():
    assert after(DEFINED).findtext("memory") == "1048576"


def test_addresses_that_libvirt_chose_stay_so_that_the_guest_finds_its_devices():
    wanted = DEFINED.replace("cache='none'", "cache='writeback'")
    disk = after(wanted).find("devices/disk")

    assert disk.find("driver").get("cache") == "writeback"
    assert disk.find("address").get("bus") == "0x04"


def test_another_bus_has_no_use_for_the_old_address():
    wanted = DEFINED.replace("dev='vdb' bus='virtio'", "dev='vdb' bus='scsi'")

    assert after(wanted).findall("devices/disk")[1].find("address") is None


def test_a_disk_that_serai_takes_out_is_gone_and_one_that_others_put_in_is_not():
    wanted = ElementTree.fromstring(DEFINED)
    wanted.find("devices").remove(wanted.findall("devices/disk")[1])
    foreign = CURRENT.replace("</devices>", "<disk type='file'><target dev='vdz' bus='virtio'/></disk></devices>")
    found = after(ElementTree.tostring(wanted, encoding="unicode"), current=foreign)

    assert [disk.find("target").get("dev") for disk in found.iterfind("devices/disk")] == ["vda", "vdz"]


def test_a_controller_stays_where_a_device_may_be_on_it():
    port = "<controller type='pci' index='5' model='pcie-root-port'/>"
    found = after(
        DEFINED,
        base=DEFINED.replace("</devices>", f"{port}</devices>"),
        current=CURRENT.replace("</devices>", f"{port}</devices>"),
    )

    assert found.find("devices/controller").get("index") == "5"


def test_without_what_was_defined_last_nothing_is_taken_out():
    wanted = DEFINED.replace("name='svm'", "name='avx'")
    found = after(wanted, base=None)

    assert [each.get("name") for each in found.iterfind("cpu/feature")] == ["svm", "vmx", "avx"]


def test_a_new_interface_comes_behind_the_others():
    wanted = DEFINED.replace(
        "</devices>", "<interface type='user'><mac address='52:54:00:00:00:0b'/></interface></devices>"
    )
    found = after(wanted)

    assert [each.get("type") for each in found.iterfind("devices/interface")] == ["network", "user"]
    assert found.find("devices/interface/address") is not None  # of the first: known by its MAC in upper case


def test_the_board_keeps_its_version_until_another_one_is_asked_for():
    assert after(DEFINED).find("os/type").get("machine") == "pc-q35-7.2"
    assert after(DEFINED.replace("machine='q35'", "machine='pc'")).find("os/type").get("machine") == "pc"


def test_another_cpu_mode_takes_nothing_of_the_old_one_along():
    wanted = DEFINED.replace("mode='maximum' check='none'", "mode='host-model'").replace(
        "<feature policy='disable' name='svm'/>", ""
    )
    cpu = after(wanted).find("cpu")

    assert cpu.attrib == {"mode": "host-model"}
    assert len(cpu) == 0


def test_an_attribute_that_serai_no_longer_states_is_gone():
    assert after(DEFINED.replace(" cache='none'", "")).find("devices/disk/driver").get("cache") is None


def test_a_boot_order_of_devices_replaces_the_one_of_kinds():
    wanted = DEFINED.replace(
        "<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='virtio'/><boot order='1'/>"
    )
    found = after(wanted)

    assert found.find("os/boot") is None
    assert found.find("devices/disk/boot").get("order") == "1"


def test_arguments_of_others_stay_beside_ours():
    space = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"

    def with_args(text: str, *values: str) -> str:
        args = "".join(f"<qemu:arg value='{value}'/>" for value in values)
        text = text.replace("<domain", f"<domain {space}")
        return text.replace("</domain>", f"<qemu:commandline>{args}</qemu:commandline></domain>")

    current, base = with_args(CURRENT, "-a", "-theirs"), with_args(DEFINED, "-a")
    found = after(with_args(DEFINED, "-b"), base=base, current=current)

    assert [each.get("value") for each in found.iter() if each.tag.endswith("}arg")] == ["-theirs", "-b"]


def numbered(text: str) -> str:
    """With serial numbers, as serai renders disks."""
    text = text.replace("<target dev='vda'", "<serial>root</serial><target dev='vda'")
    return text.replace("<target dev='vdb'", "<serial>data</serial><target dev='vdb'")


def disks_of(root):
    return {disk.find("target").get("dev"): disk.findtext("serial") for disk in root.iterfind("devices/disk")}


def test_a_disk_that_comes_between_takes_nobodys_address():
    new = "<disk type='file'><source file='/a/n'/><serial>new</serial><target dev='vdb' bus='virtio'/></disk>"
    wanted = numbered(DEFINED).replace("dev='vdb'", "dev='vdc'").replace("<interface", f"{new}<interface", 1)
    found = after(wanted, base=numbered(DEFINED), current=numbered(CURRENT))

    assert disks_of(found) == {"vda": "root", "vdb": "new", "vdc": "data"}
    buses = {disk.findtext("serial"): disk.find("address") for disk in found.iterfind("devices/disk")}
    assert buses["new"] is None and buses["data"].get("bus") == "0x05"


def test_a_disk_of_others_keeps_its_name_and_ours_gets_the_next():
    foreign = CURRENT.replace("dev='vdb'", "dev='vdc'").replace("/a/data.qcow2", "/theirs.qcow2")
    found = after(numbered(DEFINED).replace("dev='vdb'", "dev='vdc'"), base=None, current=foreign)

    assert disks_of(found) == {"vda": "root", "vdc": None, "vdb": "data"}


def test_twice_is_once():
    once = merged(CURRENT, DEFINED, DEFINED)

    assert difference(once, merged(once, DEFINED, DEFINED)) == []


def test_a_difference_is_shown_as_lines():
    lines = difference(CURRENT, merged(CURRENT, DEFINED, DEFINED))

    assert [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        '-  <memory unit="KiB">2097152</memory>',
        '+  <memory unit="KiB">1048576</memory>',
    ]


def test_the_record_is_no_difference():
    marked = DEFINED.replace("<memory", "<metadata><x/></metadata><memory", 1)

    assert difference(DEFINED, marked) == []


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("0,1", "0-1", True),
        ("0-3,^2", "3,0-1", True),
        ("0x0a", "0xa", True),
        ("52:54:00:00:00:0A", "52:54:00:00:00:0a", True),
        ("10", "0x10", False),
        ("a", "b", False),
        ("1", None, False),
        (None, None, True),
    ],
)
def test_values_that_mean_the_same_are_left_as_they_are(one, other, wanted):
    assert same(one, other) is wanted
