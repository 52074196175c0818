"""systemd-networkd's files come before those that are there, and say of the bridge what was said of the port."""

from __future__ import annotations

import pytest

from bridging_trees import FIXED, LEASED, MAC, facts, texts
from serai.host.bridging.networkd import matching, plan

STATIC = (
    "[Match]\nName=e*\n\n[Link]\nMTUBytes=1400\n\n[Network]\nAddress=10.0.0.2/24\n\n[Route]\nGateway=10.0.0.1\n"
)


def test_the_bridge_gets_the_sections_of_the_port(tmp_path):
    found = texts(plan(facts(tmp_path, {"etc/systemd/network/20-wired.network": STATIC}), FIXED))

    assert list(found) == ["05-serai-br0.netdev", "05-serai-br0.network", "05-serai-eth0.network"]
    assert f"[NetDev]\nName=br0\nKind=bridge\nMACAddress={MAC}\n" in found["05-serai-br0.netdev"]
    assert found["05-serai-br0.network"].endswith(
        "[Match]\nName=br0\n\n[Network]\nAddress=10.0.0.2/24\n\n[Route]\nGateway=10.0.0.1\n"
    )
    assert "[Match]\nName=eth0\n\n[Network]\nBridge=br0\n" in found["05-serai-eth0.network"]


def test_drop_ins_of_the_ports_file_count_too(tmp_path):
    place = "etc/systemd/network/20-wired.network"
    files = {
        place: "[Match]\nName=e*\n\n[Network]\nDHCP=yes\n",
        f"run/systemd/network/{place.rpartition('/')[2]}.d/a.conf": "[Network]\nAddress=10.9.9.9/24\n",
        f"usr/lib/systemd/network/{place.rpartition('/')[2]}.d/b.conf": "[Network]\nDHCP=ipv6\n",
        f"{place}.d/b.conf": "[Network]\nDHCP=no\nAddress=10.0.0.3/24\n",
        f"{place}.d/b.txt": "[Network]\nDHCP=ipv4\n",
    }

    assert texts(plan(facts(tmp_path, files), FIXED))["05-serai-br0.network"].endswith(
        "[Network]\nDHCP=yes\n\n[Network]\nAddress=10.9.9.9/24\n\n[Network]\nDHCP=no\nAddress=10.0.0.3/24\n"
    )


def test_without_a_file_it_is_told_what_the_link_has(tmp_path):
    fixed = texts(plan(facts(tmp_path, {}), FIXED))["05-serai-br0.network"]
    leased = texts(plan(facts(tmp_path, {}), LEASED))["05-serai-br0.network"]

    assert "Address=10.0.0.2/24\nAddress=fd00::2/64\nGateway=10.0.0.1\nDNS=10.0.0.53\nDNS=fd00::53\n" in fixed
    assert leased.endswith("[Network]\nDHCP=yes\n")


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("20-a.network", "[Match]\nName=eth0\n", True),
        ("20-a.network", "[Match]\nName=en* eth*\n", True),
        ("20-a.network", f"[Match]\nMACAddress={MAC}\n", True),
        ("20-a.network", "# Name=eth0\n[Match]\nName=eth1\n", False),
        ("20-a.network", "[Network]\nName=eth0\n", False),
        ("20-a.link", "[Match]\nName=eth0\n", False),
        ("05-serai-eth0.network", "[Match]\nName=eth0\n", False),
    ],
)
def test_the_file_of_a_link_is_found_by_name_or_mac(tmp_path, name, text, found):
    path = matching(facts(tmp_path, {f"etc/systemd/network/{name}": text}), FIXED)

    assert bool(path) is found


def test_a_running_host_is_asked_which_file_counts(tmp_path):
    live = facts(
        tmp_path,
        {
            "sys/class/net/eth0/ifindex": "7",
            "run/systemd/netif/links/7": "ADMIN_STATE=configured\nNETWORK_FILE=/run/systemd/network/1.network\n",
            "etc/systemd/network/20-a.network": STATIC,
        },
    )
    live.source.live = True

    assert matching(live, FIXED) == "/run/systemd/network/1.network"
