"""Which bridge containers of LXC join, which files are touched for it, and who is told instead (LXC-3)."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.cli.main import run as serai
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

DEFAULT, WEB = "/etc/lxc/default.conf", "/var/lib/lxc/web/config"
BR, VIRBR = {"sys/class/net/lxcbr0/bridge": None}, {"sys/class/net/virbr0/bridge": None}
NAMES_VIRBR = {DEFAULT: "lxc.net.0.type = veth\nlxc.net.0.link = virbr0\nlxc.net.0.flags = up\n"}
OLD = "lxc.network.type = veth\nlxc.network.link = virbr0\nlxc.network.flags = up\n"


def planned(root, files, *, without=(), version="", **asked):
    write(root, files, without)
    source = Source(root, lambda argv: Result(argv, 0 if version else 1, version, ""))
    source.live = source.reach.live = bool(version)
    return TUNINGS["lxc-bridge"].plan(Facts(source), Asked(**asked))


def joined(plan):
    return {change.path: change.bridge for change in plan.changes}


@pytest.mark.parametrize(
    ("files", "value", "bridge"),
    [
        (NAMES_VIRBR | BR, "", {DEFAULT: "lxcbr0"}),
        (NAMES_VIRBR | VIRBR | BR, "", {}),
        ({DEFAULT: ""} | VIRBR, "", {DEFAULT: "virbr0"}),
        ({"etc/lxc": None} | VIRBR | BR, "", {DEFAULT: "lxcbr0"}),
        (NAMES_VIRBR | VIRBR | {"sys/class/net/br0/bridge": None}, "br0", {DEFAULT: "br0"}),
        ({DEFAULT: OLD} | VIRBR, "", {DEFAULT: ""}),
        ({DEFAULT: OLD} | BR, "", {DEFAULT: "lxcbr0"}),
    ],
    ids=["it is missing", "it is there", "none named", "no file", "asked for", "old keys", "old keys, missing"],
)
def test_new_containers_join_what_is_there(tmp_path, files, value, bridge):
    assert joined(planned(tmp_path, files, value=value)) == bridge


def test_of_containers_only_those_with_old_keys_are_touched(tmp_path):
    plan = planned(tmp_path, NAMES_VIRBR | BR | {WEB: OLD, "var/lib/lxc/db/config": NAMES_VIRBR[DEFAULT]})

    assert joined(plan) == {DEFAULT: "lxcbr0", WEB: ""}
    assert plan.notes == (
        "/var/lib/lxc/db/config: lxc.net.0.link = virbr0, which is not here; it is left to you",
        "/var/lib/lxc/web/config: lxc.net.0.link = virbr0, which is not here; it is left to you",
    )


def test_old_keys_are_renamed_where_no_bridge_is_there(tmp_path):
    plan = planned(tmp_path, {WEB: OLD})

    assert joined(plan) == {WEB: ""}
    assert "neither lxcbr0 nor virbr0 is here" in plan.notes[0]


def test_a_network_of_another_kind_joins_none(tmp_path):
    plan = planned(tmp_path, {DEFAULT: "lxc.net.0.type = macvlan\nlxc.net.0.link = eth9\n"} | BR, value="lxcbr0")

    assert not plan.changes
    assert "of the kind macvlan" in plan.notes[0]


def test_a_tree_without_a_kernel_takes_the_bridge_that_is_named(tmp_path):
    files = {DEFAULT: ""}
    with pytest.raises(SeraiError, match="only the running host knows its bridges"):
        planned(tmp_path, files, without=("sys",))

    assert joined(planned(tmp_path, files, without=("sys",), value="lxcbr0")) == {DEFAULT: "lxcbr0"}


@pytest.mark.parametrize(
    ("files", "asked", "code", "why"),
    [
        ({}, {}, Code.MISSING, "there is no LXC here"),
        (NAMES_VIRBR, {}, Code.MISSING, "neither lxcbr0 nor virbr0 is here"),
        (NAMES_VIRBR | BR, {"value": "br7"}, Code.INPUT, "there is no bridge br7"),
        (NAMES_VIRBR | BR, {"value": "../x"}, Code.INPUT, "there is no bridge"),
        ({DEFAULT: OLD} | BR, {"version": "1.0.11"}, Code.UNSUPPORTED, r"LXC 1\.0\.11 is older than 2\.1"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_way_out(tmp_path, files, asked, code, why):
    with pytest.raises(SeraiError, match=why) as refused:
        planned(tmp_path, files, **asked)
    assert refused.value.code is code
    assert refused.value.hint


def test_an_lxc_of_today_is_no_hindrance(tmp_path):
    assert joined(planned(tmp_path, NAMES_VIRBR | BR, version="5.0.2")) == {DEFAULT: "lxcbr0"}


def test_the_whole_way_there_and_back(tmp_path, capsys):
    write(tmp_path, {DEFAULT: OLD, WEB: f"# mine\n{OLD}lxc.tty = 4"} | BR)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    root = ["--root", str(tmp_path)]
    assert serai(["host", "check", "lxc.keys", "lxc.bridge", *root]) == 1
    assert f"serai host tune --root {tmp_path} lxc-bridge" in capsys.readouterr().out
    (tmp_path / "var/lib").mkdir(exist_ok=True)
    assert serai(["host", "tune", "lxc-bridge", "-y", *root]) == 0
    assert serai(["host", "tune", "lxc-bridge", "-n", *root]) == 0
    assert (tmp_path / WEB[1:]).read_text().endswith("lxc.net.0.flags = up\nlxc.tty.max = 4")
    assert serai(["host", "check", "lxc.keys", "lxc.bridge", *root]) == 0
    assert serai(["host", "undo", "lxc-bridge", "-y", *root]) == 0

    left = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert left == before
