"""What the provider says of a machine: not there, or made."""

from __future__ import annotations

import pytest

from serai.providers.contract import Materials
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Hardware, Ram, editing
from serai.spec.disk import Disk, DiskDevice
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, PrivateNic
from serai.util.errors import SeraiError
from serai.util.units import MIB


def test_there_is_no_way_into_nothing(qemu: Qemu) -> None:
    with pytest.raises(SeraiError, match="web does not exist"):
        qemu.endpoint("web")
    assert qemu.failure("web") == "there is no such machine"
    assert qemu.observe() == {}


def test_a_machine_was_woken_when_its_memory_is_a_templates_or_of_a_fork(qemu: Qemu) -> None:
    machine = Machine(name="web")
    qemu.create(machine, Materials())
    assert not qemu.is_woken("web")

    for ram, woken in ((Ram.OWN, False), (Ram.TEMPLATE, True), (Ram.FORK, True), (Ram.NAMED, False)):
        with editing(qemu.directory("web")) as record:
            record.hardware = Hardware(machine=machine, ram=ram)
        assert qemu.is_woken("web") == woken


def test_the_disks_that_were_made_are_named_for_packing_the_root_first(qemu: Qemu) -> None:
    assert qemu.disk_paths("web") == []
    machine = Machine(
        name="web", disks={"data": Disk(size=MIB), "root": Disk(size=MIB), "iso": Disk(device=DiskDevice.CDROM)}
    )
    qemu.create(machine, Materials())
    assert [path.name for path in qemu.disk_paths("web")] == ["root.qcow2", "data.qcow2"]
    assert all(path.exists() for path in qemu.disk_paths("web"))


def test_a_guest_without_a_seed_is_told_of_its_cards_beside_the_uplink(qemu: Qemu) -> None:
    machine = Machine(name="web", networks=[Nic(private=PrivateNic(network="lan"))])
    materials = Materials(networks={"lan": Network(subnet="10.41.0.0/24")}, addresses={"lan": "10.41.0.10/24"})
    assert [card.address for card in qemu.cards(machine, materials)] == ["10.41.0.10/24"]
