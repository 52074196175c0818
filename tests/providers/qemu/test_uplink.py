"""Where serai comes into a machine of QEMU's: by ports of the host, or by an address of its own."""

from __future__ import annotations

from serai.providers.qemu.uplink import has_uplink, known_address, uplink_of
from serai.spec.machine import Machine
from serai.spec.network import Nic, PublicNic, UplinkNic, UplinkType

NONE = Nic(uplink=UplinkNic(type=UplinkType.NONE))


def test_a_machine_that_says_nothing_is_reached_by_forwarded_ports() -> None:
    assert has_uplink(Machine(name="web"))
    assert uplink_of(Machine(name="web"))[0] == -1
    assert known_address(Machine(name="web")) == ""


def test_one_without_them_by_its_static_address() -> None:
    public = Nic(public=PublicNic(bridge="br0", address="192.0.2.5/24"))
    machine = Machine(name="web", networks=[public, NONE])
    assert not has_uplink(machine)
    assert uplink_of(machine)[0] == 1
    assert known_address(machine) == "192.0.2.5"
