"""The way in to a host, moved onto a bridge over itself: a change that closes it is undone by itself (NET-4)."""

from __future__ import annotations

import pytest

from lab.topologies import PLAIN
from lab.tree import differences, tree

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

CARD = "enp0s28"
WALL = f"""
table inet wall {{
    chain into {{
        type filter hook input priority 0; policy drop;
        iifname {{ "lo", "{CARD}" }} accept
    }}
}}
"""
"""A firewall that lets in what comes by the host's card: from a bridge nothing comes in."""
WITHIN = 30
"""Seconds to confirm."""
PLACES = ("/etc", "/usr/lib/systemd", "/var/lib")
REMEMBERED = "/var/lib/serai/host/bridge.rolled-back"
TUNE = f"serai host tune bridge --interface {CARD} --within {WITHIN} --yes"


def links(host):
    return host.run("ls /sys/class/net").stdout.split()


def way_out(host):
    return host.run("ip route show default").stdout


def test_a_bridge_that_closes_the_way_in_is_undone_and_one_that_does_not_stays_until_it_is_undone(host):
    one = host(PLAIN)
    before = tree(one, *PLACES)
    one.run("nft -f -", input=WALL)
    cut = one.run(TUNE, check=False, budget=240)
    one.boot = ""
    one.wait(WITHIN + 120)

    assert not cut.ok, cut.stdout
    assert links(one) == [CARD, "lo"]
    assert CARD in way_out(one)
    assert one.serai("host undo") == {"applied": []}
    changed = {line.partition(": ")[0] for line in differences(before, tree(one, *PLACES))}
    assert changed == {"/var/lib/serai", "/var/lib/serai/host", REMEMBERED}, "the one line that says why"
    found = one.serai("host check net.rolled-back", codes=(0, 1))["checks"][0]
    assert found["result"] == "warn"
    assert "nobody confirmed it, and " in found["value"]
    assert "a bridge was put back: " in one.run(f"{TUNE} --dry-run", check=False).stderr

    one.run("nft delete table inet wall")
    kept = one.run(TUNE, budget=240)
    assert "the way in is open" in kept.stderr
    assert "br0" in way_out(one)
    assert not one.run(f"ls {REMEMBERED}", check=False).ok
    one.reboot()
    assert "br0" in way_out(one), "made again by systemd-networkd"

    undone = one.run("serai host undo bridge --yes", budget=120)
    assert undone.ok, "the session that undoes it lives on"
    one.boot = ""
    one.wait(WITHIN + 60)
    assert links(one) == [CARD, "lo"]
    assert CARD in way_out(one)
    assert "dynamic" in one.run(f"ip -4 address show dev {CARD}").stdout, "systemd-networkd has asked for a lease"
    assert differences(before, tree(one, *PLACES)) == []
