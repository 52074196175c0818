"""Rules are there again after a boot: by a unit, or by a script that can be run twice."""

from __future__ import annotations

from bridging_trees import facts
from serai.host.changes.filter import IptablesRules
from serai.host.tunings.kept_rules import lasting, lasting_rules

SYSTEMD = {"usr/lib/systemd/systemd": ""}
RULES = ("FORWARD -i br0 -j ACCEPT",)


def test_rules_of_both_families_are_in_one_unit(tmp_path):
    plan = lasting_rules(facts(tmp_path, SYSTEMD), "x", "X", RULES, "docker.service", six=True)
    first, second, unit, _ = plan.changes

    assert (first, second.program) == (IptablesRules(rules=RULES), "ip6tables")
    assert "ExecStart=/usr/sbin/ip6tables -w 10 -t filter -I FORWARD -i br0 -j ACCEPT\n" in unit.text
    assert "ExecStop=/usr/sbin/iptables -w 10 -t filter -D FORWARD -i br0 -j ACCEPT\n" in unit.text
    assert plan.notes == ()


def test_without_systemd_a_script_looks_before_it_adds(tmp_path):
    plan = lasting_rules(facts(tmp_path, {"etc/local.d": None}), "x", "X", RULES, "docker.service")

    line = "iptables -w 10 -t filter {} FORWARD -i br0 -j ACCEPT"
    assert plan.changes[-1].text.endswith(f"{line.format('-C')} 2>/dev/null || {line.format('-I')}\n")
    assert "OpenRC" in plan.notes[0]


def test_where_nothing_would_run_it_that_is_said(tmp_path):
    changes, notes = lasting(facts(tmp_path, {}), "x", "X", ("true",), ("true",), "network.target")

    assert changes == ()
    assert notes == ("systemd does not run here: this lasts until the reboot",)
