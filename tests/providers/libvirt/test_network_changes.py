"""A network of libvirt's that the file states otherwise now: told, made anew when nothing runs on it (NET-5)."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from libvirt_site import ON_BACK
from serai.providers.contract import Effect, Materials
from serai.providers.libvirt import connect, networks, networks_xml
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.driver import Libvirt
from serai.providers.libvirt.network_changes import differences
from serai.spec.network import Network, NetworkMode, PortGroup
from serai.util.errors import Code, SeraiError

OLD = Network(subnet="10.40.3.0/24", mtu=1400, domain="shop.test", dhcp_range="10.40.3.100-10.40.3.200")


def told(old: Network, new: Network) -> dict[str, tuple[Any, Any]]:
    tree = ElementTree.fromstring(networks_xml.network("back", old, bridge="serai0"))
    return {key: (was, wanted) for key, was, wanted in differences(new, tree)}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, {}),
        (Network(mtu=1400, domain="shop.test", dhcp_range=OLD.dhcp_range), {}),
        (
            Network(subnet="10.40.4.0/24", mtu=1400, domain="shop.test"),
            {"subnet": ("10.40.3.0/24", "10.40.4.0/24"), "dhcp_range": (OLD.dhcp_range, None)},
        ),
        (
            Network(subnet="10.40.3.0/24", dns=False, mode=NetworkMode.NAT, dhcp_range=OLD.dhcp_range),
            {
                "mtu": (1400, None),
                "mode": ("isolated", "nat"),
                "dns": (True, False),
                "domain": ("shop.test", None),
            },
        ),
        (
            Network(subnet="10.40.3.0/24", mtu=1400, domain="shop.test", dhcp=False, ipv6="fd00:1::/64"),
            {
                "dhcp": (True, False),
                "dhcp_range": (OLD.dhcp_range, None),
                "ipv6": (None, "fd00:1::/64"),
            },
        ),
    ],
)
def test_what_differs_is_told_by_key(new: Network, expected: dict[str, tuple[Any, Any]]) -> None:
    assert told(OLD, new) == expected


def test_groups_of_ports_and_the_bridge_count(pretended: Libvirt) -> None:
    old = Network(mode=NetworkMode.BRIDGE, bridge="br0", portgroups={"guests": PortGroup(vlan=7)})
    assert told(old, old) == {}
    new = Network(mode=NetworkMode.BRIDGE, bridge="br1", portgroups={"guests": PortGroup(vlan=8)})
    assert told(old, new).keys() == {"bridge", "portgroups"}


def test_a_network_that_two_libvirts_of_one_daemon_have_is_told_once(
    pretended: Libvirt, there: Any, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setattr(connect, "uris_of", lambda scope: [uri, f"{uri}?again"])
    monkeypatch.setattr(connect, "opened", lambda _uri: opened(uri))
    new = Network(subnet="10.40.3.0/24", mtu=1300, domain="shop.test", dhcp_range=OLD.dhcp_range)
    assert [each.key for each in pretended.network_changes({"back": new}, ["web"])] == ["mtu"]


@pytest.fixture
def there(pretended: Libvirt, uri: str) -> Any:
    """The network, as libvirt has it."""
    return networks.ensure(opened(uri), pretended.scope, "back", OLD, Materials())


def test_nothing_runs_on_it_and_it_is_made_anew_with_its_name_and_bridge(
    pretended: Libvirt, uri: str, there: Any
) -> None:
    new = Network(subnet="10.40.3.0/24", mtu=1300)
    found = {each.key: each.verdict.effect for each in pretended.network_changes({"back": new}, ["web"])}
    assert found == dict.fromkeys(("mtu", "domain", "dhcp_range"), Effect.LIVE)

    renewed = networks.ensure(opened(uri), pretended.scope, "back", new, Materials())
    assert (renewed.UUIDString(), renewed.bridgeName()) == (there.UUIDString(), there.bridgeName())
    assert renewed.isActive() and "<mtu size='1300'/>" in renewed.XMLDesc(0)
    assert pretended.network_changes({"back": new}, ["web"]) == []


def test_who_runs_on_it_keeps_it_and_is_named(pretended: Libvirt, uri: str, there: Any) -> None:
    domain = opened(uri).defineXML(ON_BACK.format(name="guest-of-somebody"))
    domain.create()
    new = Network(subnet="10.40.3.0/24", mtu=1300)
    verdicts = {each.verdict for each in pretended.network_changes({"back": new}, ["web"])}
    assert {verdict.effect for verdict in verdicts} == {Effect.IMMUTABLE}
    assert all("guest-of-somebody" in verdict.reason for verdict in verdicts)

    kept = networks.ensure(opened(uri), pretended.scope, "back", new, Materials())
    assert "<mtu size='1400'/>" in kept.XMLDesc(0)
    domain.destroy()
    assert "<mtu size='1300'/>" in networks.ensure(opened(uri), pretended.scope, "back", new, Materials()).XMLDesc(
        0
    )


def test_a_subnet_of_somebody_elses_leaves_it_as_it_was(pretended: Libvirt, uri: str, there: Any) -> None:
    with pytest.raises(SeraiError, match="libvirt network default") as caught:
        networks.ensure(opened(uri), pretended.scope, "back", Network(subnet="192.168.122.0/25"), Materials())
    assert caught.value.code is Code.BUSY
    assert there.isActive() and "10.40.3.1" in there.XMLDesc(0)


def test_what_libvirt_refuses_leaves_it_as_it_was(
    pretended: Libvirt, uri: str, there: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(conn: Any, xml: str) -> Any:
        return conn.networkDefineXML(xml.replace("<network>", "<nothing>"))

    monkeypatch.setattr(networks, "defined", refused)
    with pytest.raises(SeraiError, match=r"networks\.back cannot be made anew"):
        networks.ensure(opened(uri), pretended.scope, "back", Network(subnet="10.40.3.0/24"), Materials())
    assert there.isActive() and "<mtu size='1400'/>" in there.XMLDesc(0)
