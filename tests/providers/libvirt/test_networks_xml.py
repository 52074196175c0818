"""Networks: each mode as libvirt has it, reservations and names; libvirt takes all of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from serai.providers.libvirt.networks_xml import Host, dhcp_host, dns_host, gateway, network
from serai.spec.network import Network

WEB = Host(mac="52:54:00:AA:00:01", name="web", address="10.40.0.10")
NAMELESS = Host(mac="52:54:00:AA:00:02", name="", address="10.40.0.11")
SUBNET = "10.40.0.0/24"
CASES: dict[str, dict[str, Any]] = {
    "isolated": {"subnet": SUBNET},
    "nat": {"subnet": SUBNET, "mode": "nat", "mtu": 1400, "domain": "shop.test"},
    "route": {"subnet": SUBNET, "mode": "route", "dns": False},
    "open": {"subnet": SUBNET, "mode": "open", "dhcp": False},
    "bridge": {"mode": "bridge", "bridge": "br0", "portgroups": {"voice": {"vlan": 7, "default": True}}},
    "ranged": {"subnet": SUBNET, "dhcp_range": "10.40.0.100-10.40.0.199", "ipv6": "fd00:40::/64"},
    "trusting": {"mode": "bridge", "bridge": "br0", "portgroups": {"lab": {"trust_guest_rx_filters": True}}},
}


def of(case: str, **more: Any) -> str:
    spec = msgspec.convert(CASES[case], Network)
    return network("serai-3f2a-back", spec, bridge="serai3f2a0", hosts=(WEB, NAMELESS), **more)


def parsed(case: str, **more: Any) -> ElementTree.Element:
    return ElementTree.fromstring(of(case, **more))


@pytest.mark.parametrize("case", CASES)
def test_the_schema_of_libvirt_knows_all_of_it(case: str, need: Callable[..., None], tmp_path: Path) -> None:
    need("virt-xml-validate", "xmllint")
    (tmp_path / "network.xml").write_text(of(case, uuid="00000000-0000-8000-8000-000000000001"))
    words = ["virt-xml-validate", str(tmp_path / "network.xml"), "network"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("case", CASES)
def test_the_test_driver_runs_it(case: str, need: Callable[..., None], tmp_path: Path) -> None:
    need("virsh")
    (tmp_path / "network.xml").write_text(of(case))
    words = f"net-define {tmp_path}/network.xml; net-start serai-3f2a-back; net-info serai-3f2a-back"
    done = subprocess.run(
        ["virsh", "-q", "-c", "test:///default", words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.parametrize("case", CASES)
def test_a_real_libvirtd_defines_it(case: str, libvirtd: str, tmp_path: Path) -> None:
    name = f"serai-test-{case}-{os.getpid()}"
    (tmp_path / "network.xml").write_text(of(case).replace("serai-3f2a-back", name))
    virsh = ["virsh", "-q", "-c", libvirtd]
    define = [*virsh, "net-define", "--validate", str(tmp_path / "network.xml")]
    done = subprocess.run(define, capture_output=True, text=True, check=False)
    subprocess.run([*virsh, "net-undefine", name], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("case", "mode"),
    [("isolated", None), ("nat", "nat"), ("route", "route"), ("open", "open"), ("bridge", "bridge")],
)
def test_a_network_is_joined_as_it_says(case: str, mode: str | None) -> None:
    forward = parsed(case).find("forward")
    assert (None if forward is None else forward.get("mode")) == mode


def test_an_address_is_reserved_for_each_machine() -> None:
    found = [each.attrib for each in parsed("isolated").iterfind("ip/dhcp/host")]
    assert found == [
        {"mac": "52:54:00:aa:00:01", "name": "web", "ip": "10.40.0.10"},
        {"mac": "52:54:00:aa:00:02", "ip": "10.40.0.11"},
    ]


def test_the_host_has_the_first_address_and_dhcp_the_rest() -> None:
    root = parsed("isolated")
    ip, span = root.find("ip"), root.find("ip/dhcp/range")
    assert ip is not None
    assert span is not None
    assert (ip.get("address"), ip.get("netmask")) == ("10.40.0.1", "255.255.255.0")
    assert span.attrib == {"start": "10.40.0.2", "end": "10.40.0.254"}
    assert gateway(IPv4Network(SUBNET)) == "10.40.0.1"


def test_names_are_told_with_and_without_domain() -> None:
    assert [each.text for each in parsed("nat").iterfind("dns/host/hostname")] == ["web", "web.shop.test"]
    assert parsed("nat").find("domain[@localOnly='yes']") is not None


def test_without_dhcp_or_dns_there_is_none() -> None:
    assert parsed("open").find("ip/dhcp") is None
    assert parsed("route").find("dns[@enable='no']") is not None


def test_a_bridge_of_the_host_has_no_addresses_of_ours() -> None:
    root = parsed("bridge")
    assert root.find("ip") is None
    assert root.find("dns") is None
    assert root.find("bridge[@name='br0']") is not None
    assert root.find("virtualport[@type='openvswitch']") is not None
    assert root.find("portgroup[@default='yes']/vlan/tag[@id='7']") is not None


def test_metadata_is_there_only_where_it_is_given() -> None:
    assert parsed("nat").find("metadata") is None
    assert parsed("nat", metadata="{}").findtext("metadata/{https://serai.dev/xmlns/libvirt/1}network") == "{}"


def test_what_is_added_later_is_the_same_as_what_is_defined() -> None:
    assert ElementTree.fromstring(dhcp_host(WEB)).attrib == parsed("nat").find("ip/dhcp/host").attrib  # type: ignore[union-attr]
    names = [each.text for each in ElementTree.fromstring(dns_host(WEB, "shop.test"))]
    assert names == ["web", "web.shop.test"]


def test_a_range_and_an_ipv6_subnet_are_told() -> None:
    four, six = parsed("ranged").findall("ip")

    span = four.find("dhcp/range")
    assert span is not None and dict(span.attrib) == {"start": "10.40.0.100", "end": "10.40.0.199"}
    assert dict(six.attrib) == {"family": "ipv6", "address": "fd00:40::1", "prefix": "64"}
