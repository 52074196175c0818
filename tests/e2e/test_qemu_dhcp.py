"""DHCP on a private network, asked for by real guests that forget what their seed told them (VAG-6)."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]

LAN = """
project: lan
defaults: {image: tiny, memory: 192M, networks: [{private: lan}]}
networks: {lan: {subnet: 10.77.0.0/24, dhcp: %(dhcp)s}}
machines:
  one: {}
  two: {}
  fixed: {networks: [{private: {network: lan, address: 10.77.0.254}}]}
"""
ASK = "ip addr flush dev eth1; udhcpc -f -q -n -t 5 -i eth1 -s /tmp/told"
TOLD = """#!/bin/sh
[ "$1" = bound ] || exit 0
echo "ip=$ip mask=$mask router=$router dns=$dns"
ip addr add $ip/$mask dev eth1
"""


@pytest.fixture
def lan(need, serai, home_with_images):
    need("qemu-system-x86_64", "qemu-img", "ssh")
    yield serai
    serai("destroy", "-y", code=None)


def test_a_guest_that_reads_no_seed_gets_the_address_that_is_reserved_for_it(lan):
    lan.file(LAN % {"dhcp": "true"})
    lan("up", timeout=500)
    (lan.root / "told").write_text(TOLD)
    addresses = {name: machine["addresses"][0] for name, machine in lan.json("status")["machines"].items()}
    assert addresses == {"one": "10.77.0.10", "two": "10.77.0.11", "fixed": "10.77.0.254"}

    for name in ("two", "one"):  # not in the order of the addresses
        lan("cp", "told", f"{name}:/tmp/told")
        told = lan("ssh", name, "-c", f"chmod +x /tmp/told; {ASK}").stdout
        assert f"ip={addresses[name]} mask=24 router= dns=\n" in told.replace("255.255.255.0", "24")

    assert "1 packets received" in lan("ssh", "one", "-c", "ping -c 1 -W 20 two").stdout
    assert "1 packets received" in lan("ssh", "two", "-c", "ping -c 1 -W 20 10.77.0.254").stdout
    # TCP between guests: the server in the hub's process must not answer for them
    lan("ssh", "two", "-c", "mkdir -p /srv; echo served > /srv/index.html; httpd -h /srv")
    for _ in range(5):
        assert lan("ssh", "one", "-c", "wget -q -O - http://two/").stdout == "served\n"


def test_dhcp_false_turns_it_off(lan):
    lan.file(LAN % {"dhcp": "false"})
    lan("up", "one", timeout=500)
    (lan.root / "told").write_text(TOLD)
    lan("cp", "told", "one:/tmp/told")

    told = lan("ssh", "one", "-c", f"chmod +x /tmp/told; {ASK.replace('-t 5', '-t 2')}", code=1)

    assert "no lease" in told.stdout + told.stderr
