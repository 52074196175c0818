"""Network cards that the host needs are told from those that it can spare."""

from __future__ import annotations

from host_cases import write
from serai.providers.host_files import Below
from serai.providers.pci_links import uses
from serai.providers.pci_use import Need

ONE, TWO = "0000:01:00.0", "0000:02:00.0"
ROUTES = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
BY_ONE = (
    f"{ROUTES}eth1 00000000 0202000A 0003 0 0 0 00000000 0 0 0\neth1 0002000A 00000000 0001 0 0 0 00FFFFFF 0 0 0"
)
NO_PEER = "  sl  local_address rem_address st\n"


def link(name, owner, flags="0x1003"):
    place = f"sys/devices/pci0000:00/{owner}/net/{name}"
    return {f"sys/class/net/{name}": f"-> ../../devices/pci0000:00/{owner}/net/{name}", f"{place}/flags": flags}


BOTH = {**link("eth1", ONE), **link("eth2", TWO)}


def found(root, files):
    write(root, {**files, "sys/class/net/lo": "-> ../../devices/virtual/net/lo"})
    return {address: [(use.need, use.what) for use in each] for address, each in uses(Below(root)).items()}


def test_the_card_with_the_default_route_is_needed_and_one_that_is_up_can_be_put_down(tmp_path):
    assert found(tmp_path, {**BOTH, "proc/net/route": BY_ONE}) == {
        ONE: [(Need.CONTACT, "eth1: it has the default route")],
        TWO: [(Need.FIRST, "eth2 is up")],
    }


def test_a_card_that_is_down_is_free(tmp_path):
    assert found(tmp_path, {**link("eth1", ONE), **link("eth2", TWO, "0x1002")}).get(TWO) is None


def test_the_only_card_is_needed_also_without_a_route(tmp_path):
    assert found(tmp_path, link("eth1", ONE)) == {
        ONE: [(Need.CONTACT, "eth1 is the only network card of the host")]
    }


def test_a_bridge_stands_on_its_port(tmp_path):
    bridge = {
        "sys/class/net/br0": "-> ../../devices/virtual/net/br0",
        "sys/devices/virtual/net/br0/lower_eth2": "",
    }
    said = found(tmp_path, {**BOTH, **bridge, "proc/net/route": BY_ONE.replace("eth1 00000000", "br0 00000000")})

    assert said[TWO] == [(Need.CONTACT, "eth2: it has the default route")]


def test_a_default_route_of_ipv6_counts(tmp_path):
    line = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 27}1 00000400 00000001 00000000 00000003 eth2"
    assert found(tmp_path, {**BOTH, "proc/net/ipv6_route": line})[TWO] == [
        (Need.CONTACT, "eth2: it has the default route")
    ]


def test_the_card_of_an_ssh_session_is_found_by_the_way_to_its_peer(tmp_path):
    other = f"{ROUTES}eth2 0002000A 00000000 0001 0 0 0 00FFFFFF 0 0 0"
    session = f"{NO_PEER} 0: 0F02000A:0016 0202000A:C350 01"
    said = found(tmp_path, {**BOTH, "proc/net/route": other, "proc/net/tcp": session})

    assert said[TWO] == [(Need.CONTACT, "eth2: an SSH session comes in by it")]


def test_a_session_over_a_socket_of_ipv6_is_found_too(tmp_path):
    other = f"{ROUTES}eth2 0002000A 00000000 0001 0 0 0 00FFFFFF 0 0 0"
    session = f"{NO_PEER} 0: 0000000000000000FFFF00000F02000A:0016 0000000000000000FFFF00000202000A:C350 01"
    said = found(tmp_path, {**BOTH, "proc/net/route": other, "proc/net/tcp6": session})

    assert said[TWO] == [(Need.CONTACT, "eth2: an SSH session comes in by it")]
