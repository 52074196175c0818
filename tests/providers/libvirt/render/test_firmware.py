"""Firmware by its features, and never Secure Boot by chance; what is booted from, in which order."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import firmware
from serai.spec.device import Boot
from serai.spec.machine import Machine


@pytest.mark.parametrize(("wanted", "said"), [(None, "no"), (False, "no"), (True, "yes")])
def test_secure_boot_is_always_said(wanted: bool | None, said: str) -> None:
    machine = msgspec.structs.replace(machine_of("uefi"), secure_boot=wanted)
    root = Element("domain")
    firmware.add_os(root, machine, site_of(machine))
    features = {each.get("name"): each.get("enabled") for each in root.iterfind("os/firmware/feature")}
    assert features == {"secure-boot": said, "enrolled-keys": said}
    assert root.find("os/loader") is None


def test_bios_states_no_firmware() -> None:
    machine = machine_of("plain")
    root = Element("domain")
    firmware.add_os(root, machine, site_of(machine))
    assert root.find("os[@firmware]") is None


def test_disks_boot_as_they_are_written_and_the_seed_never() -> None:
    machine = machine_of("disks")
    order = firmware.boot_order(msgspec.structs.replace(machine, boot=Boot()), site_of(machine))
    names = ["root", "data", "part", "old", "seen", "pooled", "cd", "empty"]
    assert order == {name: place for place, name in enumerate(names, 1)}


def test_a_stated_order_is_all_that_boots() -> None:
    machine = machine_of("disks")
    assert firmware.boot_order(machine, site_of(machine)) == {"cd": 1, "root": 2, "network": 3}


def test_a_kernel_that_is_loaded_comes_before_all_disks() -> None:
    machine = machine_of("kernel")
    assert firmware.boot_order(machine, site_of(machine)) == {}


@pytest.mark.parametrize(
    ("arch", "configured", "board", "pcie"),
    [
        ("x86_64", "q35", "q35", True),
        ("x86_64", "pc-q35-7.2", "pc-q35-7.2", True),
        ("x86_64", "pc", "pc", False),
        ("aarch64", "q35", "virt", True),
        ("aarch64", "virt-8.0", "virt-8.0", True),
    ],
)
def test_an_arm_machine_has_the_board_virt(arch: str, configured: str, board: str, pcie: bool) -> None:
    machine = msgspec.convert({"providers": {"libvirt": {"machine": configured}}}, Machine)
    assert (firmware.board(machine, arch), firmware.pcie(machine, arch)) == (board, pcie)
