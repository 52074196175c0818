"""The board, its firmware and its clocks."""

from __future__ import annotations

from typing import Any

import pytest

from serai.providers.qemu.firmware import Uefi
from serai.providers.qemu.render.chipset import board, clocks, firmware, is_pc, options, pcie

SECURE = Uefi("code.fd", "raw", "vars.fd", "raw", True)


def words(machine: Any, site: Any) -> dict[str, str]:
    return {option[0]: option[1] for option in options(machine, site)}


@pytest.mark.parametrize(
    ("configured", "arch", "name", "has_pcie", "pc"),
    [
        ("q35", None, "q35", True, True),
        ("pc", None, "pc", False, True),
        ("pc-q35-7.2,sata=off", None, "pc-q35-7.2", True, True),
        ("q35", "arm64", "virt", True, False),
    ],
)
def test_the_board_is_known_by_its_name(
    configured: str, arch: str | None, name: str, has_pcie: bool, pc: bool, machine_of: Any
) -> None:
    machine = machine_of(arch=arch, providers={"qemu": {"machine": configured}})
    assert (board(machine), pcie(machine), is_pc(machine)) == (name, has_pcie, pc)


def test_secure_boot_guards_its_variables(site_of: Any, machine_of: Any) -> None:
    found = words(machine_of(), site_of(uefi=SECURE))
    assert "smm=on" in found["-machine"]
    assert found["-global"] == "driver=cfi.pflash01,property=secure,value=on"
    assert "smm=off" in words(machine_of(), site_of())["-machine"]


def test_pages_are_merged_unless_told_otherwise(site_of: Any, machine_of: Any) -> None:
    assert "mem-merge=off" in words(machine_of(memory={"merge": False}), site_of())["-machine"]
    assert "mem-merge" not in words(machine_of(), site_of())["-machine"]


def test_a_memory_object_is_named_by_the_board_unless_nodes_name_theirs(site_of: Any, machine_of: Any) -> None:
    assert "memory-backend=ram0" in words(machine_of(memory={"prealloc": True}), site_of())["-machine"]
    cells = [{"cpus": "0", "memory": 512 << 20}]
    assert "memory-backend" not in words(machine_of(numa={"cells": cells}), site_of())["-machine"]


@pytest.mark.parametrize(
    ("clock", "accel", "said"),
    [
        ({}, "tcg", ["base=utc,driftfix=slew"]),
        ({"offset": "localtime", "rtc": "delay"}, "tcg", ["base=localtime"]),
        ({"pit": "discard"}, "kvm", ["base=utc,driftfix=slew", "kvm-pit.lost_tick_policy=discard"]),
    ],
)
def test_clocks(clock: dict[str, str], accel: str, said: list[str], site_of: Any, machine_of: Any) -> None:
    assert [option[1] for option in clocks(machine_of(clock=clock), site_of(accel=accel))] == said


def test_the_firmware_is_there_when_the_machine_has_one(site_of: Any, machine_of: Any) -> None:
    assert len(list(firmware(machine_of(), site_of(uefi=SECURE)))) == 2
    assert list(firmware(machine_of(), site_of())) == []
