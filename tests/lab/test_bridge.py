"""The way in to a host, moved onto a bridge that closes it: all is put back, and why is said (NET-4, NET-5).

A bridge that stays, through a start of the host, is in test_life.py.
"""

from __future__ import annotations

import pytest

from lab.bridged import CARD, TUNE, WALL, WITHIN, again, links, way_out
from lab.tree import differences, disk

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]

REMEMBERED = "/var/lib/serai/host/bridge.rolled-back"


def test_a_bridge_that_closes_the_way_in_is_undone_and_why_is_remembered(shared):
    one = shared.host
    one.run("nft -f -", input=WALL)
    cut = one.run(TUNE, check=False, budget=240)
    again(one, WITHIN + 120)

    assert not cut.ok, cut.stdout
    assert links(one) == [CARD, "lo"]
    assert CARD in way_out(one)
    assert one.serai("host undo") == {"applied": []}
    changed = {line.partition(": ")[0] for line in differences(shared.before, disk(one))}
    assert changed == {"/var/lib/serai", "/var/lib/serai/host", REMEMBERED}, "the one line that says why"
    found = one.serai("host check net.rolled-back", codes=(0, 1))["checks"][0]
    assert found["result"] == "warn"
    assert "nobody confirmed it, and " in found["value"]
    assert "a bridge was put back: " in one.run(f"{TUNE} --dry-run", check=False).stderr

    one.run("nft delete table inet wall")
