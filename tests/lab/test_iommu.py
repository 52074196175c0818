"""IOMMUs that are missing, off, unsafe, or helped by an argument that means nothing (HW-2, GPU-1)."""

from __future__ import annotations

import pytest

from lab.topologies import AMD, INTEL, INTEL_UNSAFE, NIC, PLAIN, SPLIT, THREADS, VIRTIO

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

CHECK = {
    "check": "serai host check --role gpu-passthrough --json",
    "log": "dmesg | grep -iE 'DMAR|AMD-Vi|remapp|Unknown option|VFIO'",
}
BIND = """
modprobe vfio-pci
cd /sys/bus/pci/devices/0000:01:00.0
echo vfio-pci >driver_override
echo 0000:01:00.0 >driver/unbind
echo 0000:01:00.0 >/sys/bus/pci/drivers_probe
echo quit | qemu-system-x86_64 -nodefaults -display none -S -device vfio-pci,host=01:00.0 -monitor stdio
"""
"""What a person would see: QEMU with that device."""


def test_interrupts_that_are_not_remapped_fail_as_vfio_refuses_them(ask):
    seen = ask([*SPLIT, *INTEL_UNSAFE, *NIC], CHECK | {"vfio": BIND})

    found = seen.checks()["iommu.intremap"]
    assert found["result"] == "fail"
    assert "Operation not permitted" in found["why"]
    assert "Operation not permitted" in seen.parts["vfio"], seen.parts["vfio"]
    assert seen.checks()["iommu.enabled"]["result"] == "pass"


def test_remapped_interrupts_pass_and_vfio_attaches(ask):
    seen = ask([*SPLIT, *INTEL, *NIC], CHECK | {"vfio": BIND})

    assert seen.checks()["iommu.intremap"]["result"] == "pass"
    assert "vfio" not in seen.parts["vfio"], seen.parts["vfio"]


def test_an_iommu_that_the_command_line_switches_off_is_named(ask):
    found = ask([*SPLIT, *INTEL, *NIC], CHECK, arguments="intel_iommu=off").checks()

    assert found["iommu.acpi"]["result"] == "pass"
    assert found["iommu.enabled"]["result"] == "fail"
    assert "DMAR" in found["iommu.enabled"]["why"]
    assert "intel_iommu=off" in found["iommu.enabled"]["value"] + found["iommu.enabled"]["next"]


def test_amds_iommu_works_without_an_argument_and_the_useless_one_is_named(ask):
    seen = ask([*SPLIT, *AMD, *NIC], CHECK, arguments="amd_iommu=on")

    found = seen.checks()
    assert found["iommu.useless-argument"]["result"] == "note"
    assert "Unknown option - 'on'" in seen.parts["log"], "the kernel itself says so"
    assert found["iommu.enabled"]["result"] == "pass"
    assert found["iommu.intremap"]["result"] == "pass", found["iommu.intremap"]


def test_virtio_iommu_without_its_driver_is_there_and_makes_no_groups(ask):
    found = ask([*PLAIN, *VIRTIO, *NIC], CHECK).checks()

    assert found["iommu.acpi"]["value"] == "VIOT"
    assert found["iommu.enabled"]["result"] == "fail"
    assert "virtio_iommu" in found["iommu.enabled"]["next"]


@pytest.fixture(scope="module")
def old(ask):
    """An Intel processor without microcode, two threads a core, no IOMMU, and no KVM."""
    threads = "cat /sys/devices/system/cpu/smt/control /sys/devices/system/cpu/online"
    parts = {
        "check": CHECK["check"],
        "all": "serai host check --json",
        "off": f"echo off >/sys/devices/system/cpu/smt/control; {threads}",
        "after": "serai host check --json",
    }
    return ask(THREADS, parts)


def test_a_host_without_an_iommu_is_told_so_once(old):
    found = old.checks()

    assert found["iommu.acpi"]["result"] == "fail"
    assert found["iommu.enabled"]["result"] == found["iommu.intremap"]["result"] == "not applicable"


def test_threads_that_share_what_is_open_are_warned_of_until_they_are_off(old):
    before, after = old.checks("all")["cpu.smt"], old.checks("after")["cpu.smt"]

    assert before["result"] == "warn"
    assert before["read"].endswith(("/mds", "/mmio_stale_data"))
    assert old.parts["off"].split() == ["off", "0,2"]
    assert after["result"] == "pass"


def test_an_old_processor_is_open_and_has_no_kvm(old):
    found = old.checks("all")

    assert found["cpu.vulnerabilities"]["result"] == "warn"
    assert "retbleed" in found["cpu.vulnerabilities"]["why"]
    assert found["cpu.kvm-api"]["result"] == "fail"
    assert found["kvm.probe-guest"]["result"] == "fail"
