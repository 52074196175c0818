"""Interfaces and where they lead to (NET-1, NET-3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.contract import Forward
from serai.providers.qemu.render.nics import hostfwd, options, tuning
from serai.providers.qemu.site import Link, LinkKind

MAC = "52:54:00:00:00:01"


def words(machine: Any, site: Any, link: Link) -> tuple[str, str]:
    (_, netdev), (_, card) = options(machine, msgspec.structs.replace(site, links=(link,)))
    return netdev, card


def test_a_forward_names_both_ends() -> None:
    forward = Forward(guest=53, host=5353, protocol="udp", guest_ip="10.0.2.15")
    assert hostfwd(forward, woken=False) == "udp:127.0.0.1:5353-10.0.2.15:53"


def test_a_woken_guest_has_the_first_address_under_another_mac(site_of: Any, machine_of: Any) -> None:
    site = site_of(woken=True, forwards=(Forward(guest=22, host=2200),))
    netdev, _ = words(machine_of(), site, Link(mac=MAC))
    assert netdev.endswith(",dhcpstart=10.0.2.14,hostfwd=tcp:127.0.0.1:2200-10.0.2.15:22")


def test_a_tap_has_as_many_queues_as_the_card(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(networks=[{"public": {"bridge": "br0", "queues": 4, "rx_queue_size": 1024}}])
    link = Link(mac=MAC, kind=LinkKind.TAP, index=0, device="st0", on="br0", vhost=True, mtu=9000)
    netdev, card = words(machine, site_of(), link)
    assert netdev == "tap,id=net0,ifname=st0,script=no,downscript=no,queues=4,vhost=on"
    assert "host_mtu=9000,mq=on,vectors=10,rx_queue_size=1024" in card


@pytest.mark.parametrize("model", ["e1000", "e1000e", "rtl8139"])
def test_other_cards_know_no_virtio_options(model: str, site_of: Any, machine_of: Any) -> None:
    machine = machine_of(networks=[{"uplink": {"model": model}}])
    _, card = words(machine, site_of(), Link(mac=MAC, index=0, mtu=1400))
    assert card == f"{model},id=nic0,netdev=net0,mac={MAC},romfile="


def test_passt_is_behind_a_socket(site_of: Any, machine_of: Any) -> None:
    netdev, _ = words(machine_of(), site_of(), Link(mac=MAC, kind=LinkKind.PASST))
    assert netdev == "stream,id=net0,server=off,addr.type=unix,addr.path=passt.sock"


@pytest.mark.parametrize(
    ("able", "again"), [({"reconnect"}, ",reconnect=1"), ({"reconnect-ms"}, ",reconnect-ms=1000"), (set(), "")]
)
def test_a_hub_is_joined_again_where_qemu_can(able: set[str], again: str, site_of: Any, machine_of: Any) -> None:
    site = site_of()
    site = msgspec.structs.replace(site, features=msgspec.structs.replace(site.features, stream_options=able))
    netdev, _ = words(machine_of(), site, Link(mac=MAC, kind=LinkKind.HUB, socket="x.sock"))
    assert netdev.endswith(f"addr.path=x.sock{again}")


def test_booting_from_the_network_needs_the_cards_rom(site_of: Any, machine_of: Any) -> None:
    machine = machine_of(boot={"order": ["root", "network"]})
    _, card = words(machine, site_of(), Link(mac=MAC))
    assert card.endswith("bootindex=1")
    assert "romfile" not in card


def test_an_uplink_that_nobody_stated_has_the_defaults(machine_of: Any) -> None:
    assert tuning(machine_of(), Link(mac=MAC)).queues is None
