"""Who is told an address by DHCP, and that nobody claims one that the guest was not told."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from bare_metal import WEB
from serai.providers.contract import Image, Materials, Scope
from serai.providers.qemu import dhcp, hub, launch, leases
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.record import Record, hold_life, save
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


def test_each_card_of_a_machine_on_a_network_has_its_own_address(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    nics = [PrivateNic(network="back", address=f"10.40.0.{number}") for number in (20, 21)]
    directory = scope.home / "machines" / "web"
    directory.mkdir(parents=True)
    record = Record(
        name="web",
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        applied=msgspec.structs.replace(WEB, name="web", networks=[Nic(private=each) for each in nics]),
        addresses={"back": "10.40.0.20/24"},
        networks={"back": BACK},
    )
    save(directory, record)

    found, unseeded = leases.reserved(scope, "back")

    assert list(found) == unseeded == ["10.40.0.20", "10.40.0.21"]
    assert len(set(found.values())) == 2


def test_of_two_machines_with_one_address_the_one_that_runs_has_it(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    nics = [Nic(private=PrivateNic(network="back", address="10.40.0.20"))]
    macs = []
    for name in ("web", "web2"):
        (scope.home / "machines" / name).mkdir(parents=True)
        record = Record(
            name=name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(scope.root),
            applied=msgspec.structs.replace(WEB, name=name, networks=nics),
            addresses={"back": "10.40.0.20/24"},
            networks={"back": BACK},
        )
        save(scope.home / "machines" / name, record)
        macs.append(leases._cards(scope, record, "back")["10.40.0.20"])

    assert leases.reserved(scope, "back")[0] == {"10.40.0.20": macs[0]}
    life = hold_life(scope.home / "machines" / "web2")
    try:
        assert leases.reserved(scope, "back")[0] == {"10.40.0.20": macs[1]}
    finally:
        os.close(life)
