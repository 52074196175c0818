"""Where the interfaces of a machine lead to, and what its guest is told of them (NET-1, NET-3, NET-4)."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from serai.providers.contract import Materials, Scope
from serai.providers.qemu.links import links_of, seed_nics, wants_vhost
from serai.providers.qemu.site import LinkKind
from serai.providers.qemu.uplink import uplink_of
from serai.spec.machine import Machine
from serai.spec.network import Network, NicTuning


def machine(*nics: object) -> Machine:
    return msgspec.convert({"name": "web", "networks": list(nics)}, Machine)


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path / "home")


def test_the_first_interface_is_the_way_in_and_private_networks_follow_in_order(scope: Scope) -> None:
    forward = {"forwarded_port": {"guest": 80, "host": 8080}}
    spec = machine({"private": {"network": "back"}}, forward, {"private": {}})
    links = links_of(scope, spec, {"back": Network(mtu=9000)})
    assert [link.network for link in links] == ["", "back", "private"]
    assert [link.socket is None for link in links] == [True, False, False]
    assert [link.mtu for link in links] == [None, 9000, None]
    assert len({link.mac for link in links}) == 3
    assert links == links_of(scope, spec, {"back": Network(mtu=9000)})


def test_a_stated_mac_and_mtu_are_used(scope: Scope) -> None:
    spec = machine({"private": {"network": "back", "mac": "52:54:00:00:00:01", "mtu": 1300}})
    link = links_of(scope, spec, {"back": Network(mtu=9000)})[1]
    assert (link.mac, link.mtu) == ("52:54:00:00:00:01", 1300)


def test_the_uplink_is_first_wherever_it_is_written(scope: Scope) -> None:
    spec = machine({"private": {}}, {"uplink": {"type": "passt"}})
    links = links_of(scope, spec, {})
    assert [link.kind for link in links] == [LinkKind.PASST, LinkKind.HUB]
    assert [link.index for link in links] == [1, 0]
    assert uplink_of(machine())[0] == -1


def test_without_an_uplink_the_others_keep_their_addresses(scope: Scope) -> None:
    with_it = links_of(scope, machine({"private": {}}), {})
    without = links_of(scope, machine({"private": {}}, {"uplink": {"type": "none"}}), {})
    assert [link.mac for link in without] == [link.mac for link in with_it[1:]]


@pytest.mark.parametrize(
    ("nic", "kind", "on"),
    [
        ({"bridge": "br0"}, LinkKind.TAP, "br0"),
        ({"dev": "eth0"}, LinkKind.MACVTAP, "eth0"),
        ({"tap": "tap7"}, LinkKind.TAP, ""),
    ],
)
def test_a_public_interface_is_a_tap_or_a_macvtap(
    nic: dict[str, str], kind: LinkKind, on: str, scope: Scope
) -> None:
    link = links_of(scope, machine({"public": nic}), {})[1]
    assert (link.kind, link.on) == (kind, on)
    assert len(link.device) < 16
    assert nic.get("tap") in (None, link.device)


def test_vhost_is_for_virtio_and_can_be_stated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("serai.providers.qemu.links.VHOST", str(tmp_path))
    assert wants_vhost(NicTuning())
    assert not wants_vhost(msgspec.convert({"model": "e1000"}, NicTuning))
    assert not wants_vhost(NicTuning(vhost=False))


def test_the_guest_is_told_its_addresses(scope: Scope) -> None:
    spec = machine(
        {"private": {"network": "back"}},
        {"public": {"bridge": "br0"}},
        {"public": {"bridge": "br0", "address": "192.168.1.50/24", "gateway": "192.168.1.1"}},
    )
    nics = seed_nics(scope, spec, Materials(addresses={"back": "10.40.0.10/24"}))
    assert [(nic.dhcp, nic.address, nic.gateway) for nic in nics] == [
        (True, None, None),
        (False, "10.40.0.10/24", None),
        (True, None, None),
        (False, "192.168.1.50/24", "192.168.1.1"),
    ]


def test_two_cards_on_a_network_have_an_address_each(scope: Scope) -> None:
    spec = machine(*({"private": {"network": "back", "address": f"10.40.0.{number}"}} for number in (20, 21)))
    nics = seed_nics(scope, spec, Materials(addresses={"back": "10.40.0.20/24"}))
    assert [nic.address for nic in nics[1:]] == ["10.40.0.20/24", "10.40.0.21/24"]
