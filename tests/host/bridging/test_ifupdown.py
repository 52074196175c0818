"""ifupdown's stanzas are renamed to the bridge, and what they say is what a boot makes of them."""

from __future__ import annotations

import pytest

from bridging_trees import FIXED, LEASED, facts
from serai.host.bridging.ifupdown import describes, plan
from serai.host.bridging.wanted import NotByFile

STATIC = """source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

allow-hotplug eth0
iface eth0 inet static
    address 10.9.0.2/24
    gateway 10.9.0.1
    up ip route add 10.77.0.0/16 via 10.9.0.1 dev eth0
iface eth0 inet6 static
    address fd09::2/64
"""
BRIDGED = """source /etc/network/interfaces.d/*

auto lo
iface lo inet loopback

auto br0
# the port of br0: serai host tune bridge
iface eth0 inet manual

iface br0 inet static
    pre-up ip link add name br0 address 02:00:00:00:00:aa type bridge stp_state 0 forward_delay 0 || true
    pre-up ip link set dev eth0 up master br0
    post-down ip link set dev eth0 nomaster || true
    post-down ip link delete dev br0 || true
    address 10.9.0.2/24
    gateway 10.9.0.1
    up ip route add 10.77.0.0/16 via 10.9.0.1 dev br0
iface br0 inet6 static
    address fd09::2/64
"""


def test_the_stanzas_of_the_port_become_those_of_the_bridge(tmp_path):
    (change,) = plan(facts(tmp_path, {"etc/network/interfaces": STATIC}), FIXED)

    assert change.text == BRIDGED
    assert describes(facts(tmp_path, {}), "eth0")
    assert not describes(facts(tmp_path, {}), "eth1")


def test_a_file_of_the_directory_is_edited_where_it_stands(tmp_path):
    files = {
        "etc/network/interfaces": "source x\n",
        "etc/network/interfaces.d/50-eth0": "auto eth0\niface eth0 inet dhcp\n",
    }
    (change,) = plan(facts(tmp_path, files), LEASED)

    assert change.path == "/etc/network/interfaces.d/50-eth0"
    assert "iface br0 inet dhcp\n    pre-up ip link add name br0 address 02:" in change.text


def test_what_uses_the_port_otherwise_is_left_to_a_person(tmp_path):
    with pytest.raises(NotByFile, match="vlan-raw-device eth0"):
        plan(facts(tmp_path, {"etc/network/interfaces": "iface vlan7 inet dhcp\n  vlan-raw-device eth0\n"}), FIXED)


@pytest.mark.root
def test_a_boot_makes_the_bridge_of_them(site, need):
    need("ifup")
    site.host.write("/etc/network/interfaces", STATIC)
    for when in ("pre-up", "up", "down", "post-down"):
        site.host.run("mkdir", f"/etc/network/if-{when}.d")
    site.host.run("ifup", "-a")
    site.host.run("ifup", "eth0", check=False)
    before = site.links()
    site.host.serai("host", "tune", "bridge", "--yes", "--within", "20")
    site.host.run(
        "sh", "-c", "ip link delete br0; ip address flush dev eth0; ip link set eth0 down; rm -rf /run/network"
    )
    site.host.run("ifup", "-a")

    links = site.links()
    assert "br0    inet 10.9.0.2/24" in links and "br0    inet6 fd09::2/64" in links
    assert "default via 10.9.0.1 dev br0" in links and "10.77.0.0/16 via 10.9.0.1 dev br0" in links
    site.listen()
    assert "bridge" in site.client.run(*site.ssh("ip -d link show br0"))
    site.host.serai("host", "undo", "--all", "--yes")
    assert site.host.read("/etc/network/interfaces") == STATIC
    assert "br0" not in site.links() and before.count("10.9.0.2") == site.links().count("10.9.0.2")
