"""What Xen refuses of a spec, each key by its name, with the reason and a way out (XEN-1, XEN-2)."""

from __future__ import annotations

import pytest

from serai.providers.xen_check import check
from xen_site import loaded

PV, PVH, HVM = ("providers: {xen: {type: " + kind + "%s}}" for kind in ("pv", "pvh", "hvm"))
CASES = [
    (PV % "" + "\ncpu: {nested: true}", "cpu.nested"),
    (HVM % ", hap: false" + "\ncpu: {nested: true}", "providers.xen.hap"),
    (PV % "" + "\nfirmware: uefi", "firmware"),
    (PVH % "" + "\nhyperv: {}", "hyperv"),
    (PVH % "" + "\nclock: localtime", "clock.offset"),
    (PV % "" + "\nboot: [root]\ndisks: {root: 1GiB}", "boot.order"),
    (HVM % ", bootloader: pygrub", "providers.xen.bootloader"),
    (HVM % ", pvshim: true", "providers.xen.pvshim"),
    (PV % ", pvshim: true", "providers.xen.pvshim"),
    (PVH % ", ramdisk: /r", "providers.xen.ramdisk"),
    (PVH % ", kernel: /k, bootloader: pygrub", "providers.xen.bootloader"),
    ("cpu: {model: EPYC}", "cpu.model"),
    ("iothreads: 2", "iothreads"),
    ("disks: {a: {device: floppy}}", "disks.a.device"),
    ("disks: {a: {path: /srv/a.qcow2, readonly: true}}", "disks.a.readonly"),
    ("disks: {a: {size: 1GiB, cache: unsafe}}", "disks.a.cache"),
    ("disks: {a: {size: 1GiB, bus: scsi}}", "disks.a.bus"),
    (HVM % "" + "\ndisks: {a: {device: cdrom}, b: {device: cdrom}, c: {device: cdrom}}", "disks"),
    ("networks: [{uplink: {type: user}}]", "networks[0].uplink.type"),
    ("networks: [{uplink: {model: e1000e}}]", "networks[0].model"),
    ("cpu: 2\nnetworks: [{private: {network: back, queues: 2}}]", "networks[0].private.queues"),
    ("devices: {graphics: {type: spice}}", "devices.graphics.type"),
    ("devices: {graphics: vnc}", "devices.graphics.listen"),
    ("devices: {usb: [046d:c52b]}", "devices.usb[0].vendor"),
    (HVM % "" + "\ndevices: {serial: [{type: file}]}", "devices.serial[0].path"),
    (PV % "" + "\nnuma: {cells: [{cpus: '0', memory: 512MiB}]}", "numa.cells"),
    ("numa: {cells: [{cpus: '0', memory: 512MiB, host_nodes: '0-1'}]}", "numa.cells[0].host_nodes"),
]


@pytest.mark.parametrize(("body", "key"), CASES)
def test_it_is_refused_by_name(body: str, key: str) -> None:
    problems = check(loaded(body))

    assert any(each.message.startswith(f"web: {key}: ") for each in problems), problems
    assert all(each.hint for each in problems)


def test_nested_in_pv_is_refused_with_the_reason() -> None:
    (problem,) = check(loaded(PV % "" + "\ncpu: {nested: true}"))

    assert "without the processor's virtualization extensions" in problem.message
    assert problem.hint == "providers.xen: {type: hvm} or pvh"


@pytest.mark.parametrize(
    "body", ["image: tiny", HVM % "" + "\ncpu: {nested: true}", PVH % "" + "\ncpu: {nested: true}"]
)
def test_what_xen_can_do_is_taken(body: str) -> None:
    assert check(loaded(body)) == []
