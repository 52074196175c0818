"""Bridges of guests come into the zones that let them live, and go back to those that they were in."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.apply import tune, undo
from serai.host.changes.change import State
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import SeraiError
from serai.util.process import Result

LINKS = {"usr/bin/firewall-cmd": "", "sys/class/net/virbr0": None, "sys/class/net/lxcbr0": None}


class Firewalld(Local):
    """firewall-cmd, with zones as they are now and as they are kept."""

    def __init__(self, root, **zones):
        super().__init__(root, self.answer)
        write(root, LINKS)
        self.zones = {False: dict(zones), True: dict(zones)}

    def answer(self, argv):
        if argv[0] != "firewall-cmd":
            return Result(argv, 1, "", "")
        words = dict(word.lstrip("-").partition("=")[::2] for word in argv[1:])
        now = self.zones["permanent" in words]
        if "get-active-zones" in words:
            return Result(argv, 0, "".join(f"{zone}\n  interfaces: {link}\n" for link, zone in now.items()), "")
        if link := words.get("get-zone-of-interface"):
            return Result(argv, 0 if link in now else 2, now.get(link, "no zone"), "")
        if link := words.get("change-interface"):
            now[link] = words["zone"]
        if link := words.get("remove-interface"):
            del now[link]
        return Result(argv, 0, "success", "")


def planned(reach):
    return TUNINGS["firewalld-zones"].plan(Facts(Source(reach=reach)), Asked())


def test_each_bridge_comes_into_its_zone_for_now_and_for_good_and_goes_back(tmp_path):
    host = Firewalld(tmp_path, virbr0="public")
    seen = tune(host, "firewalld-zones", "", planned(host).changes, lambda line: None)

    assert {each.state for each in seen} == {State.DONE}
    assert host.zones[False] == host.zones[True] == {"virbr0": "libvirt", "lxcbr0": "trusted"}
    assert planned(host).changes == ()
    undo(host, Ledger(host).read("firewalld-zones"), lambda line: None)
    assert host.zones[False] == host.zones[True] == {"virbr0": "public"}


def test_a_zone_that_does_as_well_is_left(tmp_path):
    host = Firewalld(tmp_path, virbr0="libvirt-routed", lxcbr0="trusted")
    assert planned(host).changes == ()


def test_without_firewalld_there_is_nothing_to_tune(tmp_path):
    write(tmp_path, {})
    with pytest.raises(SeraiError, match="there is no firewalld here"):
        planned(Local(tmp_path))
