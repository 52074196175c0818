"""Interfaces that QEMU alone cannot give, each refused by its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.qemu import taps
from serai.providers.qemu.check_nics import check, check_networks
from serai.spec.machine import Machine
from serai.spec.network import Network

FORWARD = {"forwarded_port": {"guest": 80, "host": 8080}}


def refused(*nics: dict[str, Any]) -> list[str]:
    found = list(check(msgspec.convert({"name": "web", "networks": list(nics)}, Machine)))
    assert all(each.hint for each in found)
    return [each.message.partition(":")[0] for each in found]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with a bridge, a device and a tap, where one may be root."""
    (tmp_path / "br0/bridge").mkdir(parents=True)
    (tmp_path / "eth0").mkdir()
    (tmp_path / "tap7").mkdir()
    (tmp_path / "tap7/tun_flags").write_text("0x1002\n")
    (tmp_path / "tap7/owner").write_text("1000\n")
    monkeypatch.setattr(taps, "NET", tmp_path)
    monkeypatch.setattr(taps, "TUN", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return tmp_path


@pytest.mark.parametrize(
    ("nic", "key"),
    [
        ({"forwarded_port": {"guest": 80, "host": 8080, "host_ip": "::"}}, "networks[0].forwarded_port.host_ip"),
        (
            {"forwarded_port": {"guest": 80, "host": 8080, "guest_ip": "fd00::1"}},
            "networks[0].forwarded_port.guest_ip",
        ),
        ({"private": {"portgroup": "dmz"}}, "networks[0].private.portgroup"),
        ({"private": {"filter": "clean-traffic"}}, "networks[0].private.filter"),
        ({"private": {"mac_spoofing": False}}, "networks[0].private.mac_spoofing"),
        ({"private": {"trust_guest_rx_filters": True}}, "networks[0].private.trust_guest_rx_filters"),
        ({"private": {"vhost": True}}, "networks[0].private.vhost"),
        ({"private": {"queues": 2}}, "networks[0].private.queues"),
        ({"private": {"rx_queue_size": 300}}, "networks[0].private.rx_queue_size"),
        ({"private": {"tx_queue_size": 512}}, "networks[0].private.tx_queue_size"),
        ({"private": {"model": "e1000", "mtu": 1400}}, "networks[0].private.mtu"),
        ({"uplink": {"type": "network"}}, "networks[0].uplink.type"),
        ({"uplink": {"network_name": "default"}}, "networks[0].uplink.network_name"),
        ({"uplink": {"type": "none"}}, "networks[0].uplink.type"),
        ({"public": {}}, "networks[0].public"),
        ({"public": {"bridge": "br0", "dev": "eth0"}}, "networks[0].public"),
        ({"public": {"network_name": "lan"}}, "networks[0].public.network_name"),
        ({"public": {"portgroup": "dmz", "bridge": "br0"}}, "networks[0].public.portgroup"),
        ({"public": {"dev": "eth0", "ovs": True}}, "networks[0].public.ovs"),
        ({"public": {"bridge": "br9", "ovs": True}}, "networks[0].public.bridge"),
        ({"public": {"bridge": "br0", "mode": "vepa"}}, "networks[0].public.mode"),
        ({"public": {"bridge": "br9"}}, "networks[0].public.bridge"),
        ({"public": {"bridge": "eth0"}}, "networks[0].public.bridge"),
        ({"public": {"tap": "tap9"}}, "networks[0].public.tap"),
    ],
)
def test_it_is_refused_by_its_key(nic: dict[str, Any], key: str, host: Path) -> None:
    assert refused(nic) == [key]


@pytest.mark.parametrize(
    "nic",
    [
        {"public": {"bridge": "br0", "queues": 4, "vhost": True, "rx_queue_size": 1024, "mtu": 9000}},
        {"public": {"dev": "eth0", "mode": "private"}},
        {"public": {"tap": "tap7", "model": "e1000"}},
        {"uplink": {"type": "passt", "mtu": 1400}},
        {"private": {"rx_queue_size": 512, "tx_queue_size": 256}},
    ],
)
def test_what_can_be_done_is_not_refused(nic: dict[str, Any], host: Path) -> None:
    assert refused(nic) == []


def test_no_uplink_needs_another_way_in_and_forwards_nothing(host: Path) -> None:
    known = {"public": {"bridge": "br0", "address": "192.168.1.5/24"}}
    assert refused({"uplink": {"type": "none"}}, known) == []
    assert refused({"uplink": {"type": "none"}}, known, FORWARD) == ["networks[2].forwarded_port"]


def test_passt_knows_one_address_of_the_guest(host: Path) -> None:
    forward = {"forwarded_port": {"guest": 80, "host": 8080, "guest_ip": "10.0.2.15"}}
    assert refused({"uplink": {"type": "passt"}}, forward) == ["networks[1].forwarded_port.guest_ip"]


@pytest.mark.parametrize(
    ("network", "key"),
    [
        ({"mode": "nat"}, "networks.back.mode"),
        ({"bridge": "br0"}, "networks.back.bridge"),
        ({"external": "lan"}, "networks.back.external"),
        ({"domain": "shop.test"}, "networks.back.domain"),
        ({"portgroups": {"dmz": {}}}, "networks.back.portgroups"),
    ],
)
def test_a_network_that_leads_elsewhere_is_refused(network: dict[str, Any], key: str) -> None:
    machine = msgspec.convert({"name": "web", "networks": [{"private": {"network": "back"}}]}, Machine)
    networks = {"back": msgspec.convert(network, Network), "other": Network(domain="not.looked.at")}
    assert [each.message.partition(":")[0] for each in check_networks(machine, networks)] == [key]
