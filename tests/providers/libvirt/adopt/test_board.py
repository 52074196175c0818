"""Firmware, boot order, clocks and Hyper-V are read back."""

from __future__ import annotations

import pytest

from serai.providers.libvirt.adopt import board
from serai.spec.clock import Clock, HyperV, TickPolicy
from serai.spec.device import Boot, Gpu


@pytest.mark.parametrize(
    ("os", "wanted"),
    [
        ("<os/>", {}),
        ("<os firmware='efi'/>", {"firmware": "uefi", "secure_boot": None}),
        ("<os><loader type='pflash'/></os>", {"firmware": "uefi", "secure_boot": None}),
        ("<os><loader type='pflash' secure='yes'/></os>", {"firmware": "uefi", "secure_boot": True}),
    ],
)
def test_firmware(make, os, wanted):
    assert board.firmware_of(make(os)) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("pc-q35-7.2", "q35"), ("pc-i440fx-7.2", "pc"), ("virt-8.0", "q35"), ("microvm", "microvm")],
)
def test_the_machine_type_is_read_without_its_version(make, name, wanted):
    assert board.machine_type(make(f"<os><type machine='{name}'/></os>")) == wanted


def test_boot_by_kind_of_device(make):
    disks = "<disk device='disk'><a/></disk><disk device='cdrom'/>"
    root = make("<os><boot dev='cdrom'/><boot dev='hd'/><boot dev='network'/></os>", devices=disks)
    named = dict(zip(["root", "cd"], root.iterfind("devices/disk"), strict=True))
    assert board.boot_of(root, named, "seed") == Boot(order=["cd", "root", "network"])


def test_the_usual_order_is_not_stated(make):
    root = make("", devices="<disk><boot order='1'/></disk><disk><boot order='2'/></disk>")
    named = dict(zip(["root", "data"], root.iterfind("devices/disk"), strict=True))
    assert board.boot_of(root, named, "seed") == Boot()


def test_timers_that_are_not_there_are_as_libvirt_has_them(make):
    found = board.clock_of(make("<os><type arch='x86_64'/></os><clock offset='localtime'/>"))
    assert found == Clock(offset="localtime", rtc=TickPolicy.DELAY, hpet=True)


def test_hyperv_and_what_hides_kvm(make):
    states = "<relaxed state='on'/><spinlocks state='on' retries='4095'/><vendor_id state='on' value='inn'/>"
    root = make(f"<features><hyperv>{states}</hyperv><kvm><hidden state='on'/></kvm></features>")
    found = board.hyperv_of(root)
    assert isinstance(found, HyperV)
    assert (found.relaxed, found.spinlocks, found.vapic) == (True, 4095, False)
    assert board.gpu_of(root) == Gpu(hide_hypervisor=True, vendor_id="inn")


def test_a_vendor_alone_is_no_hyperv(make):
    assert board.hyperv_of(make("<features><hyperv><vendor_id state='on' value='x'/></hyperv></features>")) is None
    assert board.gpu_of(make()) == Gpu()
