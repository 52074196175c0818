"""Libvirt's block: cases, a file each, in cases/libvirt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serai.loaders.vagrantfile.config.model import MachineConfig
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.libvirt import map_libvirt
from vagrant_cases import check, names


@pytest.mark.parametrize("name", names("libvirt"))
def test_a_case_of_libvirt(name: str, tmp_path: Path) -> None:
    check("libvirt", name, tmp_path)


CALLS = """
config.vm.provider :libvirt do |v|
  v.storage :file, size: "1G"
  v.storage :file, size: "1G"
  v.pci bus: "0x06", slot: "0x12", function: "0x5"
  v.pci bus: "x", slot: 1, function: 0
  v.usb vendor: "0x1d6b"
  v.usb vendor: "banana"
  v.cpu_feature name: "a", policy: "require"
  v.cpu_feature name: "b", policy: "maybe"
  v.channel type: "unix", target_name: "one"
  v.channel type: "spicevmc"
  v.serial type: "pty"
  v.serial type: "tcp"
  v.memorybacking :locked
  v.memorybacking :discard
  v.hyperv_feature name: "vpindex", state: "on"
  v.hyperv_feature name: "odd", state: "on"
  v.clock_timer name: "hpet", present: "no"
  v.clock_timer name: "odd"
  v.redirdev type: "tcp"
  v.redirdev type: "spicevmc"
  v.input type: "tablet", bus: "usb"
  v.input type: "mouse", bus: "usb"
  v.boot "hd"
  v.boot "fd"
end
"""


def test_each_call_is_told_at_its_own_line(machine: Callable[..., MachineConfig]) -> None:
    config = machine(CALLS)
    draft = Draft(config, "qemu", Host())

    map_libvirt(draft, config.providers["libvirt"], config.provider_places["libvirt"])

    told = [note.where.line for note in draft.notes if not note.key.startswith("libvirt.boot")]
    assert sorted(set(told)) == list(range(3, 25)) and draft.places["disks", "disk-2"].line == 4
    assert [note.where.line for note in draft.notes if note.key == "libvirt.boot fd"] == [26]
