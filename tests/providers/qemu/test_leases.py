"""Who is told an address by DHCP, and that nobody claims one that the guest was not told."""

from __future__ import annotations

import msgspec
import pytest

from bare_metal import WEB
from serai.providers.contract import Image, Materials
from serai.providers.qemu import dhcp, hub, launch, leases
from serai.providers.qemu.driver import Qemu
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, PrivateNic

pytestmark = pytest.mark.engine

MACHINE = msgspec.structs.replace(WEB, networks=[Nic(private=PrivateNic(network="back"))])
BACK = Network(subnet="10.40.0.0/24")
OFF = Network(subnet="10.40.0.0/24", dhcp=False)


def materials(address: str, network: Network = BACK, seed: str = "none") -> Materials:
    image = Image(reference="blank", digest="sha256:0", seed=seed)
    return Materials(image=image, addresses={"back": f"{address}/24"}, networks={"back": network})


def up(qemu: Qemu, name: str, made_of: Materials) -> list[str]:
    """What is said while it starts."""
    machine: Machine = msgspec.structs.replace(MACHINE, name=name)
    said: list[str] = []
    qemu.create(machine, made_of)
    qemu.start(machine, made_of, said.append)
    return said


def parts(qemu: Qemu) -> str:
    with launch.connect(qemu.scope.home / "networks" / "back", "back") as client:
        return client.hmp("info network")


def test_each_machine_has_its_reservation_and_shows_its_address(qemu: Qemu) -> None:
    up(qemu, "web", materials("10.40.0.10"))
    up(qemu, "two", materials("10.40.0.11", seed="cloud-init"))

    found, unseeded = leases.reserved(qemu.scope, "back")

    assert list(found) == ["10.40.0.11", "10.40.0.10"]
    assert len(set(found.values())) == 2
    assert unseeded == ["10.40.0.10"]
    assert "dhcp-out-hub" in parts(qemu)
    assert "sink" not in parts(qemu)
    assert qemu.observe()["web"].addresses == ("10.40.0.10",)


def test_without_dhcp_an_address_is_not_claimed(qemu: Qemu) -> None:
    said = up(qemu, "web", materials("10.40.0.10", OFF))

    assert "set its address in the guest" in said[-1]
    assert qemu.observe()["web"].addresses == ()
    assert "dhcp" not in parts(qemu)


def test_who_reads_a_seed_has_its_address_without_dhcp(qemu: Qemu) -> None:
    up(qemu, "web", materials("10.40.0.10", OFF, seed="cloud-init"))

    assert qemu.observe()["web"].addresses == ("10.40.0.10",)


def test_the_seventeenth_address_is_not_claimed(qemu: Qemu) -> None:
    up(qemu, "web", materials("10.40.0.10"))
    up(qemu, "two", materials("10.40.0.26"))

    seen = qemu.observe()

    assert (seen["web"].addresses, seen["two"].addresses) == (("10.40.0.10",), ())


def test_a_hub_that_has_no_server_gets_one_with_the_next_machine(qemu: Qemu) -> None:
    """As one that an older serai has started."""
    up(qemu, "web", materials("10.40.0.10"))
    with hub.opened(qemu.scope.home, "back") as client:
        hub.add_sink(client)
        dhcp.remove(client)
    assert "dhcp" not in parts(qemu)

    up(qemu, "two", materials("10.40.0.11"))

    assert "dhcp-out-hub" in parts(qemu)


def test_dhcp_that_is_turned_off_ends_with_the_next_start(qemu: Qemu) -> None:
    up(qemu, "web", materials("10.40.0.10"))
    up(qemu, "two", materials("10.40.0.11", OFF, seed="cloud-init"))

    assert "dhcp" not in parts(qemu)
    assert "sink-hub" in parts(qemu)


def test_why_there_is_no_server_is_told_and_the_machine_starts(
    qemu: Qemu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(dhcp, "_filter", refuse)

    said = up(qemu, "web", materials("10.40.0.10"))

    assert "network back: no DHCP: [Errno 1] Operation not permitted" in said
    assert qemu.observe()["web"].addresses == ()
    assert "dhcp" not in parts(qemu)
