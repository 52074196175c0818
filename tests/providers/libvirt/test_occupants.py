"""Who is on a network: what is only defined keeps it from going away, what runs keeps it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from libvirt_site import ON_BACK
from serai.providers.contract import Materials
from serai.providers.libvirt import networks, occupants
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.spec.network import Network


def test_a_domain_is_joined_while_it_exists_and_on_it_while_it_runs(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    network = networks.ensure(conn, pretended.scope, "back", Network(subnet="10.40.3.0/24"), Materials())
    domain = conn.defineXML(ON_BACK.format(name="guest"))
    assert "serai-t1-back" in occupants.joined(conn)
    assert occupants.running_on(conn, network) == []
    domain.create()
    assert occupants.running_on(conn, network) == ["guest"]
    domain.destroy()
    domain.undefine()
    assert "serai-t1-back" not in occupants.joined(conn)


def test_a_card_of_a_container_of_somebody_elses_is_on_it_too(
    pretended: Libvirt, uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    conn = opened(uri)
    network = networks.ensure(conn, pretended.scope, "back", Network(subnet="10.40.3.0/24"), Materials())
    for name in ("veth1a2b", "vnet3", f"{network.bridgeName()}-nic"):
        (tmp_path / network.bridgeName() / "brif" / name).mkdir(parents=True)
    monkeypatch.setattr(occupants, "NET", tmp_path)
    assert occupants.running_on(conn, network) == ["veth1a2b"]


def test_the_cards_of_a_domain_rest_while_it_does_not_run(pretended: Libvirt, uri: str) -> None:
    conn = opened(uri)
    network = networks.ensure(conn, pretended.scope, "back", Network(subnet="10.40.3.0/24"), Materials())
    source = "<source network='serai-t1-back'/>"
    guest = ON_BACK.format(name="guest").replace(source, f"{source}<mac address='52:54:00:AA:BB:01'/>")
    domain = conn.defineXML(guest)
    assert occupants.resting(conn, network) == {"52:54:00:aa:bb:01"}
    assert occupants.resting(conn, conn.networkLookupByName("default")) == set()
    domain.create()
    assert occupants.resting(conn, network) == set()
