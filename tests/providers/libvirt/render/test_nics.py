"""Interfaces: what each kind is joined to, and which of them have queues, rings and an MTU (NET-2..5, VAG-9)."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import msgspec
import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render import nics
from serai.providers.libvirt.site import Link, LinkKind
from serai.spec.machine import Machine

MAC = "52:54:00:AB:CD:EF"
TUNED = {"queues": 2, "vhost": True, "rx_queue_size": 512}


def of(kind: LinkKind, spec: dict[str, Any], *, boot: int | None = None, mtu: int | None = None) -> Element:
    machine = msgspec.convert({"name": "web", "networks": [{"uplink": spec}]}, Machine)
    link = Link(kind=kind, mac=MAC, source="x0", index=0, mtu=mtu)
    return nics.interface(machine, site_of(machine_of("plain")), link, boot)


@pytest.mark.parametrize(
    ("kind", "type", "source"),
    [
        (LinkKind.USER, "user", None),
        (LinkKind.PASST, "user", None),
        (LinkKind.NETWORK, "network", {"network": "x0"}),
        (LinkKind.BRIDGE, "bridge", {"bridge": "x0"}),
        (LinkKind.OVS, "bridge", {"bridge": "x0"}),
        (LinkKind.DIRECT, "direct", {"dev": "x0", "mode": "bridge"}),
        (LinkKind.ETHERNET, "ethernet", None),
    ],
)
def test_a_kind_is_joined_to_its_source(kind: LinkKind, type: str, source: dict[str, str] | None) -> None:
    element = of(kind, {})
    found = element.find("source")
    assert element.get("type") == type
    assert (None if found is None else found.attrib) == source


def test_a_tap_that_is_there_is_not_libvirts() -> None:
    target = of(LinkKind.ETHERNET, {}).find("target")
    assert target is not None
    assert target.attrib == {"dev": "x0", "managed": "no"}


def test_a_card_of_the_host_is_tuned_and_user_networking_is_not() -> None:
    tuned = of(LinkKind.NETWORK, TUNED).find("driver")
    assert tuned is not None
    assert tuned.attrib == {"name": "vhost", "queues": "2", "rx_queue_size": "512"}
    assert of(LinkKind.USER, TUNED).find("driver") is None
    assert of(LinkKind.NETWORK, {**TUNED, "model": "e1000"}).find("driver") is None
    assert of(LinkKind.NETWORK, {}).find("driver") is None


def test_vhost_false_is_qemus_own_backend() -> None:
    assert of(LinkKind.NETWORK, {"vhost": False}).find("driver[@name='qemu']") is not None


def test_the_interfaces_mtu_is_before_its_networks() -> None:
    size = [of(LinkKind.NETWORK, spec, mtu=1400).find("mtu") for spec in ({"mtu": 9000}, {})]
    assert [each.get("size") for each in size if each is not None] == ["9000", "1400"]
    assert of(LinkKind.DIRECT, {}, mtu=1400).find("mtu") is None


def test_a_card_that_nobody_boots_from_has_no_option_rom() -> None:
    assert of(LinkKind.NETWORK, {}).find("rom[@enabled='no']") is not None
    booted = of(LinkKind.NETWORK, {}, boot=3)
    assert booted.find("rom") is None
    assert booted.find("boot[@order='3']") is not None


def test_addresses_that_are_not_its_own_are_filtered() -> None:
    assert of(LinkKind.NETWORK, {"mac_spoofing": False}).find("filterref[@filter='no-mac-spoofing']") is not None
    assert of(LinkKind.NETWORK, {}).find("filterref") is None


def test_an_uplink_that_is_not_stated_is_plain() -> None:
    machine = machine_of("plain")
    (link,) = site_of(machine).links
    assert link.index == -1
    assert [child.tag for child in nics.interface(machine, site_of(machine), link)] == [
        "mac",
        "source",
        "model",
        "rom",
    ]


def test_passt_forwards_its_ports_itself() -> None:
    machine = machine_of("uplink-passt")
    site = site_of(machine)
    rules = nics.interface(machine, site, site.links[0]).findall("portForward")
    assert [(rule.get("proto"), rule.get("address"), rule[0].attrib) for rule in rules] == [
        ("tcp", "127.0.0.1", {"start": "8080", "to": "80"}),
        ("udp", "127.0.0.2", {"start": "5353", "to": "53"}),
    ]
