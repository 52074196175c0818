"""NetworkManager's profiles of ours win by priority, and have the addresses of the profile that is there."""

from __future__ import annotations

import configparser

from bridging_trees import FIXED, LEASED, MAC, facts, texts
from serai.host.bridging.network_manager import plan

PROFILE = """[connection]
id=Wired
type=ethernet
interface-name=eth0

[ethernet]
mtu=1400

[ipv4]
address1=10.0.0.2/24,10.0.0.1
method=manual

[ipv6]
method=ignore
"""


def read(text):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return parser


def planned(root, wanted, files=None):
    changes = plan(facts(root, files or {}), wanted)
    assert {change.mode for change in changes} == {0o600}, "NetworkManager ignores others"
    found = texts(changes)
    return read(found["serai-br0.nmconnection"]), read(found["serai-br0-eth0.nmconnection"])


def test_port_and_bridge_know_each_other(tmp_path):
    bridge, port = planned(tmp_path, FIXED)

    assert bridge["connection"]["uuid"] == port["connection"]["master"]
    assert (bridge["bridge"]["mac-address"], bridge["bridge"]["stp"]) == (MAC, "false")
    assert port["connection"]["slave-type"] == "bridge"
    assert {each["connection"]["autoconnect-priority"] for each in (bridge, port)} == {"900"}
    assert planned(tmp_path, FIXED)[0] == bridge, "the same ids every time"


def test_the_addresses_are_those_of_the_profile_that_is_there(tmp_path):
    place = "etc/NetworkManager/system-connections"
    bridge, _ = planned(tmp_path, FIXED, {f"{place}/Wired.nmconnection": PROFILE, f"{place}/x": "[connection]\n"})

    assert dict(bridge["ipv4"]) == {"address1": "10.0.0.2/24,10.0.0.1", "method": "manual"}
    assert dict(bridge["ipv6"]) == {"method": "ignore"}
    assert "ethernet" not in bridge


def test_without_one_they_are_those_of_the_link(tmp_path):
    bridge, _ = planned(tmp_path, FIXED)

    assert dict(bridge["ipv4"]) == {
        "method": "manual", "address1": "10.0.0.2/24", "gateway": "10.0.0.1", "dns": "10.0.0.53;",
    }  # fmt: skip
    assert dict(bridge["ipv6"]) == {"method": "manual", "address1": "fd00::2/64", "dns": "fd00::53;"}
    assert planned(tmp_path, LEASED)[0]["ipv4"]["method"] == "auto"
