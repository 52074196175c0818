"""A bridge over the way in to a host whose network another tool makes (NET-4, NET-5).

The tests of this file are steps of one host, in this order; each leaves it as it was.
"""

from __future__ import annotations

import pytest

from lab.bridged import CARD, TUNE, WITHIN, again, links, way_out
from lab.machine import Host
from lab.topologies import PLAIN
from lab.tree import differences, tree

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(1500), pytest.mark.usefixtures("in_order")]

PLACES = ("/etc", "/usr/lib/systemd", "/var/lib")
OWN = "/var/lib/NetworkManager"
"""What it keeps for itself: leases, and when a profile was used."""
TO_NETWORK_MANAGER = f"""
cat >/etc/NetworkManager/system-connections/lan.nmconnection <<'END'
[connection]
id=lan
uuid=7e1ac0de-0000-4000-8000-6c6162000010
type=ethernet
interface-name={CARD}

[ipv4]
method=auto

[ipv6]
method=disabled
END
chmod 600 /etc/NetworkManager/system-connections/lan.nmconnection
mkdir -p /root/aside && mv /etc/systemd/network/80-lan.network /root/aside
systemctl mask -q systemd-networkd.service systemd-networkd.socket
systemctl enable -q NetworkManager.service
systemctl stop systemd-networkd.socket systemd-networkd.service; systemctl start NetworkManager.service
"""
TO_NETPLAN = f"""
mkdir -p /etc/netplan
cat >/etc/netplan/01-lan.yaml <<'END'
network:
  version: 2
  renderer: networkd
  ethernets:
    {CARD}:
      dhcp4: true
      link-local: []
END
chmod 600 /etc/netplan/01-lan.yaml
rm /etc/NetworkManager/system-connections/lan.nmconnection
systemctl disable -q NetworkManager.service
systemctl unmask -q systemd-networkd.service systemd-networkd.socket
netplan generate
systemctl stop NetworkManager.service; systemctl start systemd-networkd.service
"""


@pytest.fixture(scope="module")
def one(lab_image, lab_app, tmp_path_factory):
    host = Host(lab_image, tmp_path_factory.mktemp("bridged") / "host", lab_app, devices=PLAIN)
    try:
        host.wait()
        yield host
    finally:
        host.stop()


def switch(host, script):
    """To another tool, apart from the session that its network carries."""
    host.run("cat >/run/switch", input=script)
    host.run("systemd-run --quiet --collect sh -ex /run/switch")
    host.run(f"for i in $(seq 60); do ip route show default | grep -q {CARD} && break; sleep 1; done; sleep 3")
    again(host, 120)


def others(before, after):
    """Differences, but those of what a tool keeps for itself."""
    return [line for line in differences(before, after) if not line.startswith(OWN)]


def undo(host):
    undone = host.run("serai host undo bridge --yes", budget=120)
    assert undone.ok, "the session that undoes it lives on"
    again(host, WITHIN + 60)
    assert links(host) == [CARD, "lo"]
    assert CARD in way_out(host)
    assert "dynamic" in host.run(f"ip -4 address show dev {CARD}").stdout, "its tool has asked for a lease"


def test_networkmanager_makes_the_bridge_at_the_next_boot_and_has_its_card_back_when_it_is_undone(one):
    switch(one, TO_NETWORK_MANAGER)
    before = tree(one, *PLACES)
    kept = one.run(TUNE, budget=240)

    assert "the next boot makes it by NetworkManager" in kept.stdout
    assert "br0" in way_out(one)
    one.reboot()
    active = one.run("nmcli -t -f NAME,DEVICE connection show --active").stdout.split()
    assert {"serai-br0:br0", f"serai-br0-{CARD}:{CARD}"} <= set(active)
    assert "br0" in way_out(one)

    undo(one)
    assert f"lan:{CARD}" in one.run("nmcli -t -f NAME,DEVICE connection show --active").stdout
    assert others(before, tree(one, *PLACES)) == []


def test_netplan_makes_the_bridge_at_the_next_boot_and_has_its_card_back_when_it_is_undone(one):
    switch(one, TO_NETPLAN)
    before = tree(one, *PLACES)
    kept = one.run(TUNE, budget=240)

    assert "the next boot makes it by netplan" in kept.stdout
    assert "br0" in way_out(one)
    one.reboot()
    assert "br0" in way_out(one)
    assert "netplan-br0" in one.run("cat /run/systemd/netif/links/*").stdout

    undo(one)
    assert others(before, tree(one, *PLACES)) == []
