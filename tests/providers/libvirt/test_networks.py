"""Networks of a project: made with free subnets and bridges, changed while they run, gone when unused."""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt import connect, networks, occupants, subnets
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.networks_xml import Host
from serai.spec.network import Network, NetworkMode
from serai.util.errors import Code, SeraiError

BACK = Network(subnet="10.40.3.0/24")


def made(pretended: Libvirt, uri: str, network: Network = BACK, **hosts: str) -> Any:
    return networks.ensure(opened(uri), pretended.scope, "back", network, Materials(hosts=hosts))


def test_a_network_is_made_once_with_a_bridge_of_its_own(pretended: Libvirt, uri: str) -> None:
    first = made(pretended, uri)
    assert first.name() == "serai-t1-back"
    assert first.isActive()
    assert made(pretended, uri).UUIDString() == first.UUIDString()
    assert first.bridgeName().startswith("serai")
    assert len(first.bridgeName()) <= 15


def test_a_subnet_that_somebody_has_is_refused_with_his_name(pretended: Libvirt, uri: str) -> None:
    with pytest.raises(SeraiError, match="libvirt network default") as caught:
        made(pretended, uri, Network(subnet="192.168.122.0/25"))
    assert caught.value.code is Code.BUSY


def test_the_hosts_own_address_is_refused_to_a_machine(pretended: Libvirt, uri: str) -> None:
    with pytest.raises(SeraiError, match=r"10\.40\.3\.1 cannot be the address of web"):
        made(pretended, uri, web="10.40.3.1")


def test_an_external_network_must_be_there(pretended: Libvirt, uri: str) -> None:
    assert made(pretended, uri, Network(external="default")).name() == "default"
    with pytest.raises(SeraiError, match="no network 'lan'") as caught:
        made(pretended, uri, Network(external="lan"))
    assert caught.value.hint == "there are default"


def test_the_uplink_is_default_else_one_of_ours(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    conn = opened(uri)
    assert networks.uplink(conn, None).name() == "default"
    assert networks.uplink(conn, "default").name() == "default"
    default = conn.networkLookupByName("default")
    default.destroy()
    default.undefine()
    monkeypatch.setattr(subnets, "read_routes", lambda: {IPv4Network("10.41.0.0/24"): "tun0"})
    own = networks.uplink(conn, None)
    assert own.name() == "serai-uplink"
    assert "10.41.1.1" in own.XMLDesc(0)
    networks.release(conn, ["serai-uplink"])
    assert conn.listAllNetworks() == []


def test_subnets_in_use_are_those_of_others(pretended: Libvirt, uri: str) -> None:
    made(pretended, uri)
    assert "192.168.122.0/24" in pretended.subnets_in_use()
    assert "10.40.3.0/24" not in pretended.subnets_in_use()


def test_a_network_that_containers_joined_stays_until_they_are_gone(
    pretended: Libvirt, uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network = made(pretended, uri)
    ports = tmp_path / network.bridgeName() / "brif"
    for name in ("veth1a2b", "vnet3", f"{network.bridgeName()}-nic"):
        (ports / name).mkdir(parents=True)
    monkeypatch.setattr(occupants, "NET", tmp_path)
    networks.release(opened(uri), ["serai-t1-back"])
    assert networks.find(opened(uri), "serai-t1-back") is not None
    (ports / "veth1a2b").rmdir()
    networks.release(opened(uri), ["serai-t1-back"])
    assert networks.find(opened(uri), "serai-t1-back") is None


def test_a_container_of_libvirts_own_keeps_a_network_whose_machines_are_gone(
    pretended: Libvirt, uri: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network = made(pretended, uri)
    (tmp_path / network.bridgeName() / "brif" / "vnet3").mkdir(parents=True)
    (tmp_path / "vnet3").mkdir()
    for name, number in (("ifindex", "7"), ("iflink", "6")):
        (tmp_path / "vnet3" / name).write_text(number)
    monkeypatch.setattr(occupants, "NET", tmp_path)
    networks.release(opened(uri), ["serai-t1-back"])
    assert networks.find(opened(uri), "serai-t1-back") is not None

    (tmp_path / "vnet3" / "iflink").write_text("7")  # a tap leads nowhere: it is a virtual machine's
    networks.release(opened(uri), ["serai-t1-back"])
    assert networks.find(opened(uri), "serai-t1-back") is None


@pytest.fixture
def real(libvirtd: str) -> Iterator[Any]:
    """A network of a real libvirt's, without a way out."""
    conn = connect.opened(libvirtd)
    name = f"serai-test-{os.getpid()}"
    taken = subnets.taken(networks.trees(conn), networks.routes_of(conn))
    spec = Network(subnet=str(subnets.free_subnet(subnets.UPLINKS, taken)), mode=NetworkMode.ISOLATED)
    xml = networks.networks_xml.network(name, spec, bridge=networks.free_bridge(conn, networks.trees(conn)))
    network = conn.networkDefineXML(xml)
    network.create()
    yield network
    network.destroy()
    network.undefine()
    connect.close_all()


@pytest.mark.engine
@pytest.mark.root
def test_addresses_and_names_are_reserved_while_it_runs_and_taken_back(real: Any) -> None:
    mac = "52:54:00:aa:bb:01"
    address = networks.reserve(real, Host(mac=mac, name="web", address=""))
    assert networks.reserve(real, Host(mac=mac, name="web", address="")) == address
    other = address.partition("/")[0].rpartition(".")[0] + ".9"
    moved = networks.reserve(real, Host(mac=mac, name="web", address=other))
    assert moved == f"{other}/24"
    assert "<hostname>web</hostname>" in real.XMLDesc(0)
    with pytest.raises(SeraiError, match=f"{other} is reserved for {mac}"):
        networks.reserve(real, Host(mac="52:54:00:aa:bb:02", name="db", address=other))
    networks.forget(real, [mac], [moved, address])
    assert "<host " not in real.XMLDesc(0)
    assert "<host " not in real.XMLDesc(1)  # VIR_NETWORK_XML_INACTIVE


class Kept:
    """A network that keeps what it is told: libvirt's test driver takes no changes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.told: list[tuple[int, str]] = []

    def name(self) -> str:
        return self._name

    def connect(self) -> None:
        return None

    def isActive(self) -> bool:
        return False

    def XMLDesc(self, flags: int = 0) -> str:
        host = "<host mac='52:54:00:aa:bb:01' name='a' ip='10.40.3.10'/>"
        return f"<network><ip address='10.40.3.1' prefix='24'><dhcp>{host}</dhcp></ip></network>"

    def update(self, command: int, section: int, parent: int, xml: str, flags: int) -> None:
        self.told.append((command, xml))


@pytest.mark.parametrize(
    ("name", "rest", "gives_way"),
    [
        ("serai-t1-back", {"52:54:00:aa:bb:01"}, True),
        ("serai-t1-back", {"52:54:00:aa:bb:03"}, False),
        ("office", {"52:54:00:aa:bb:01"}, False),
    ],
)
@pytest.mark.usefixtures("uri")
def test_an_address_of_a_guest_that_does_not_run_is_another_ones_on_a_network_of_serais(
    name: str, rest: set[str], gives_way: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "resting", lambda conn, network: rest)
    network, host = Kept(name), Host(mac="52:54:00:aa:bb:02", name="", address="10.40.3.10")
    if not gives_way:
        with pytest.raises(SeraiError, match=r"10\.40\.3\.10 is reserved for 52:54:00:aa:bb:01"):
            networks.reserve(network, host)
        assert network.told == []
        return
    assert networks.reserve(network, host) == "10.40.3.10/24"
    assert [("bb:01" in xml, "bb:02" in xml) for _, xml in network.told] == [(True, False), (False, True)]
