"""Interfaces of a host, from its /sys."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.interfaces import interfaces, is_there


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """eth0 in br0, eth1 free, eth2 down, a bridge for guests with a tap in it."""
    net = tmp_path / "sys/class/net"
    for name in ("eth0", "eth1", "eth2", "lo", "br0", "virbr0", "vnet3", "tap0", "wg0"):
        (net / name).mkdir(parents=True)
        (net / name / "type").write_text({"lo": "772\n", "wg0": "65534\n"}.get(name, "1\n"))
        (net / name / "operstate").write_text("down\n" if name == "eth2" else "up\n")
    for bridge, port in (("br0", "eth0"), ("virbr0", "vnet3")):
        (net / bridge / "bridge").mkdir()
        (net / bridge / "brif" / port).mkdir(parents=True)
        (net / port / "brport").mkdir()
    (net / "tap0/tun_flags").write_text("0x1002\n")
    return tmp_path


def test_bridges_come_first_and_those_that_lead_out_before_others(host: Path) -> None:
    assert [(each.name, each.key) for each in interfaces(host)] == [
        ("br0", "bridge"),
        ("virbr0", "bridge"),
        ("eth1", "dev"),
    ]


def test_each_says_what_it_is(host: Path) -> None:
    assert [each.about.partition(",")[0] for each in interfaces(host)] == [
        "bridge of eth0",
        "bridge inside the host",
        "device",
    ]


def test_what_is_there_is_known(host: Path) -> None:
    assert is_there("eth2", host)
    assert not is_there("eth7", host)


def test_a_host_without_a_network_has_none(tmp_path: Path) -> None:
    assert interfaces(tmp_path) == []
