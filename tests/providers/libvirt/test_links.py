"""What each network card is joined to."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Scope
from serai.providers.identity import mac_address
from serai.providers.libvirt import links
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.site import LinkKind
from serai.spec.machine import Machine
from serai.spec.network import Network, Nic, PrivateNic, PublicNic, UplinkNic, UplinkType
from serai.util.errors import SeraiError


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)


def machine(*nics: PrivateNic | PublicNic | UplinkNic) -> Machine:
    fields = {PrivateNic: "private", PublicNic: "public", UplinkNic: "uplink"}
    return Machine(name="web", networks=[Nic(**{fields[type(nic)]: nic}) for nic in nics])  # type: ignore[arg-type]


@pytest.mark.usefixtures("without_root")
@pytest.mark.parametrize(
    ("uri", "stated", "meant"),
    [
        ("qemu:///system", "auto", "network"),
        ("qemu:///session", "auto", "user"),
        ("qemu:///system", "passt", "passt"),
        ("qemu:///session", "none", "none"),
    ],
)
def test_the_uplink_is_what_the_uri_can_do(uri: str, stated: str, meant: str) -> None:
    assert links.uplink_kind(machine(UplinkNic(type=UplinkType(stated))), uri) == meant


def test_cards_come_in_the_order_of_their_macs_the_uplink_first(uri: str, scope: Scope) -> None:
    wanted = machine(PrivateNic(network="back"), UplinkNic(), PublicNic(bridge="br0"))
    found = links.links_of(opened(uri), scope, wanted, {"back": Network(mtu=1400)})
    assert [(link.kind, link.source, link.index) for link in found] == [
        (LinkKind.NETWORK, "default", 1),
        (LinkKind.NETWORK, "serai-t1-back", 0),
        (LinkKind.BRIDGE, "br0", 2),
    ]
    assert [link.mac for link in found] == [mac_address("t1", "web", number) for number in range(3)]
    assert found[1].mtu == 1400


def test_a_stated_mac_and_an_external_network_are_taken(uri: str, scope: Scope) -> None:
    mac = "52:54:00:11:22:33"
    wanted = machine(UplinkNic(type=UplinkType.NONE), PrivateNic(network="lan", mac=mac))
    (link,) = links.links_of(opened(uri), scope, wanted, {"lan": Network(external="office")})
    assert (link.source, link.mac) == ("office", mac)


@pytest.mark.parametrize(
    ("nic", "kind", "source"),
    [
        (PublicNic(bridge="br0", ovs=True), LinkKind.OVS, "br0"),
        (PublicNic(dev="eth7"), LinkKind.DIRECT, "eth7"),
        (PublicNic(network_name="lan", portgroup="red"), LinkKind.NETWORK, "lan"),
        (PublicNic(tap="tap3"), LinkKind.ETHERNET, "tap3"),
    ],
)
def test_a_public_card_is_joined_as_it_says(
    uri: str, scope: Scope, nic: PublicNic, kind: str, source: str
) -> None:
    link = links.links_of(opened(uri), scope, machine(nic), {})[-1]
    assert (link.kind, link.source) == (kind, source)


def test_one_that_says_nothing_is_on_the_default_route(
    uri: str, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "default_device", lambda *_: "br7")
    monkeypatch.setattr(links, "is_bridge", lambda device: device == "br7")
    assert links.links_of(opened(uri), scope, machine(PublicNic()), {})[-1].kind is LinkKind.BRIDGE
    monkeypatch.setattr(links, "is_bridge", lambda _: False)
    assert links.links_of(opened(uri), scope, machine(PublicNic()), {})[-1].kind is LinkKind.DIRECT


def test_the_device_of_another_host_must_be_stated() -> None:
    with pytest.raises(SeraiError, match=r"networks\[2\]\.public: which device") as caught:
        links.default_device(machine(), 2, "qemu+ssh://host/system")
    assert caught.value.hint == "state dev: or bridge:"


def test_a_loopback_device_is_no_bridge() -> None:
    assert not links.is_bridge("lo")


def test_the_uplink_is_ours_where_default_does_not_run(uri: str, scope: Scope) -> None:
    conn = opened(uri)
    conn.networkDefineXML("<network><name>serai-uplink</name><bridge name='serai9'/></network>")
    assert links.links_of(conn, scope, machine(), {})[0].source == "default"  # the test driver's is never started
