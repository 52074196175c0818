"""The network of a container: made as its files say, in a namespace of its own, and gone without a trace."""

from __future__ import annotations

import os

import pytest

from serai.providers.container_cards import Card
from serai.providers.nspawn import netns
from serai.util.process import run


def test_names_of_cards_are_short_and_each_machines_own():
    assert len(netns.outer("serai-t1-web", 10)) <= 15
    assert netns.outer("serai-t1-web", 0) != netns.outer("serai-t1-db", 0)


def test_a_container_without_cards_has_a_loopback():
    assert list(netns.outside("m", [Card(kind="empty")])) == ["netns add m"]
    assert list(netns.inside([Card(kind="empty")])) == ["link set dev lo up"]


@pytest.mark.root
@pytest.mark.engine
def test_it_is_made_twice_and_removed_twice(need, tmp_path):
    need("ip", root=True)
    name, bridge = f"serai-test-{os.getpid()}", f"snt{os.getpid()}"
    cards = [Card(name="eth1", link=bridge, mac="52:54:00:00:00:07", mtu=1400, address="10.79.1.2/24",
                  gateway="10.79.1.1")]  # fmt: skip
    run(["ip", "link", "add", "name", bridge, "type", "bridge"])
    try:
        netns.write(tmp_path, name, cards)
        netns.make(tmp_path, name)
        netns.make(tmp_path, name)
        shown = run(["ip", "-netns", name, "address", "show", "dev", "eth1"]).stdout
        routes = run(["ip", "-netns", name, "route"]).stdout
        assert (netns.NET / bridge / "brif" / netns.outer(name, 0)).exists()
    finally:
        netns.remove(name)
        netns.remove(name)
        run(["ip", "link", "delete", "dev", bridge])

    assert "mtu 1400" in shown
    assert "52:54:00:00:00:07" in shown
    assert "inet 10.79.1.2/24 brd 10.79.1.255" in shown
    assert "default via 10.79.1.1" in routes
    assert not (netns.PLACE / name).exists()
    assert not (netns.NET / netns.outer(name, 0)).exists()
