"""What the guest is shown of KVM and Hyper-V, and its timers."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import features
from serai.spec.machine import Machine


def of(spec: dict[str, Any], **site: Any) -> Element:
    machine = msgspec.convert({"name": "web", **spec}, Machine)
    root = Element("domain")
    place = msgspec.structs.replace(site_of(machine_of("plain")), **site)
    features.add_features(root, machine, place)
    features.add_clock(root, machine, place)
    return root


def test_a_plain_machine_has_nothing_of_hyper_v() -> None:
    root = of({})
    assert [child.tag for child in root[0]] == ["acpi", "apic", "vmport", "smm"]


def test_enlightenments_are_the_safe_ones_with_a_clock() -> None:
    root = of({"hyperv": {}})
    found = {child.tag for child in root.iterfind("features/hyperv/*")}
    assert {"relaxed", "stimer", "synic", "vpindex"} <= found
    assert not {"evmcs", "avic", "reenlightenment", "vendor_id"} & found
    assert root.find("clock/timer[@name='hypervclock']") is not None


def test_one_that_is_turned_off_is_not_there() -> None:
    root = of({"hyperv": {"stimer": False, "spinlocks": None}})
    assert root.find("features/hyperv/stimer") is None
    assert root.find("features/hyperv/spinlocks") is None
    assert root.find("clock/timer[@name='hypervclock']") is None


def test_hiding_needs_no_enlightenment() -> None:
    root = of({"gpu": {"hide_hypervisor": True}})
    assert [child.tag for child in root.iterfind("features/hyperv/*")] == ["vendor_id"]
    assert root.find("features/kvm/hidden[@state='on']") is not None


def test_smm_is_for_secure_boot_alone() -> None:
    machine = machine_of("secure-boot")
    root = Element("domain")
    features.add_features(root, machine, site_of(machine))
    assert root.find("features/smm[@state='on']") is not None
    assert of({"secure_boot": True}).find("features/smm[@state='off']") is not None


def test_an_arm_board_has_acpi_with_uefi_and_no_timers_of_x86() -> None:
    assert list(of({}, arch="aarch64").iterfind("features/*")) == []
    assert [each.tag for each in of({}, arch="aarch64", uefi=True).iterfind("features/*")] == ["acpi"]
    assert list(of({}, arch="aarch64").iterfind("clock/*")) == []
