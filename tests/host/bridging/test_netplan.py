"""netplan's files: ours on top, and out of the others only what cannot be overridden."""

from __future__ import annotations

import pytest
import yaml

from bridging_trees import FIXED, LEASED, MAC, facts
from serai.host.bridging.netplan import OWN, describes, plan
from serai.host.bridging.wanted import NotByFile

DHCP = "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n      dhcp-identifier: mac\n"
STATIC = f"""# the network of this house
network:
  version: 2
  ethernets:
    uplink:
      match:
        macaddress: "{MAC.upper()}"
      addresses: [10.0.0.2/24]   # fixed
      routes:
        - to: default
          via: 10.0.0.1
      wakeonlan: true
    other: {{}}
"""


def planned(root, text, wanted=FIXED):
    texts = text if isinstance(text, dict) else {"50-cloud-init": text}
    changes = plan(facts(root, {f"etc/netplan/{name}.yaml": each for name, each in texts.items()}), wanted)
    return {change.path: change for change in changes}


def network(change):
    return yaml.safe_load(change.text)["network"]


def test_with_dhcp_the_files_that_are_there_stay(tmp_path):
    found = planned(tmp_path, DHCP)

    assert list(found) == [OWN]
    ours = network(found[OWN])
    assert ours["ethernets"]["eth0"]["dhcp4"] is False
    assert ours["bridges"]["br0"] == {
        "interfaces": ["eth0"], "macaddress": MAC, "parameters": {"stp": False, "forward-delay": 0},
        "dhcp4": True, "dhcp-identifier": "mac",
    }  # fmt: skip
    assert found[OWN].mode == 0o600


def test_static_keys_move_and_the_rest_of_their_file_stays(tmp_path):
    found = planned(tmp_path, STATIC)
    theirs = found["/etc/netplan/50-cloud-init.yaml"]

    assert network(theirs)["ethernets"]["uplink"] == {"match": {"macaddress": MAC.upper()}, "wakeonlan": True}
    assert theirs.text.startswith("# the network of this house\n")
    bridge = network(found[OWN])["bridges"]["br0"]
    assert bridge["interfaces"] == ["uplink"]
    assert bridge["addresses"] == ["10.0.0.2/24"]
    assert bridge["routes"] == [{"to": "default", "via": "10.0.0.1"}]


def test_what_several_files_add_up_to_moves_and_none_that_is_read_later_takes_it_back(tmp_path):
    def file(card: str) -> str:
        return f"network: {{version: 2, ethernets: {{eth0: {card}}}}}\n"

    route = "routes: [{to: default, via: 192.0.2.1}]"
    first = f"{{addresses: [192.0.2.10/24], {route}, nameservers: {{addresses: [10.1.1.1]}}}}"
    second = "{addresses: [198.51.100.7/24, 192.0.2.10/24], nameservers: {search: [lan]}, dhcp4: false}"
    found = planned(
        tmp_path,
        {
            "50-cloud-init": file(first),
            "60-more": file(second),
            "99_config": file("{dhcp4: true, wakeonlan: true}"),
        },
    )
    bridge = network(found[OWN])["bridges"]["br0"]

    assert bridge["addresses"] == ["192.0.2.10/24", "198.51.100.7/24"]
    assert bridge["routes"] == [{"to": "default", "via": "192.0.2.1"}]
    assert bridge["nameservers"] == {"addresses": ["10.1.1.1"], "search": ["lan"]}
    assert bridge["dhcp4"] is True
    assert network(found["/etc/netplan/60-more.yaml"])["ethernets"]["eth0"] == {"dhcp4": False}
    assert network(found["/etc/netplan/99_config.yaml"])["ethernets"]["eth0"] == {"wakeonlan": True}


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ("eth0: {dhcp4: true}", True),
        ("a: {match: {name: eth0}}", True),
        ("a: {set-name: eth0}", True),
        ("eth0: {match: {name: eth1}}", False),
        ("eth1: {}", False),
    ],
)
def test_a_card_is_known_by_name_or_match(tmp_path, card, found):
    files = {"etc/netplan/a.yaml": f"network: {{ethernets: {{{card}}}}}", "etc/netplan/b.yaml": "- 1\n"}

    assert describes(facts(tmp_path, files), LEASED) is found


def test_what_netplan_cannot_read_is_no_base(tmp_path):
    with pytest.raises(NotByFile, match=r"50-cloud-init\.yaml"):
        planned(tmp_path, "network: {")
