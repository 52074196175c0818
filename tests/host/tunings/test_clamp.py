"""Segments that fit the way out: in the filter that a host uses, again after each boot, and gone when undone."""

from __future__ import annotations

import pytest

from host_cases import write
from private_host import PrivateHost
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import SeraiError
from serai.util.process import Result

NFT = {"usr/sbin/nft": "", "proc/1/comm": "init"}
ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 0100090A 3 0 0 0 00000000"
RULES = "/etc/serai/mss-clamp.nft"
RULE = "FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS"


def planned(root, files=NFT, live=True, ruleset="", ask=None, **asked):
    write(root, {"proc/net/route": ROUTE, "sys/class/net/eth0/mtu": "1500", **files})

    def run(argv):
        return Result(argv, int(argv[0] != "nft"), ruleset, "")

    source = Source(root, run if live else None, ask)
    source.live = live
    return TUNINGS["mss-clamp"].plan(Facts(source), Asked(**asked))


def files_of(plan):
    return {each.path: each.text for each in plan.changes if hasattr(each, "text") and hasattr(each, "path")}


def test_a_tree_with_systemd_gets_a_unit(tmp_path):
    plan = planned(tmp_path, {"usr/lib/systemd/systemd": "", "usr/sbin/nft": ""}, live=False, value="1360")

    assert list(files_of(plan)) == [
        RULES,
        "/etc/systemd/system/serai-mss-clamp.service",
        "/etc/systemd/system/multi-user.target.d/90-serai-mss-clamp.conf",
    ]
    assert "tcp flags syn tcp option maxseg size set 1360\n" in files_of(plan)[RULES]
    unit = files_of(plan)["/etc/systemd/system/serai-mss-clamp.service"]
    assert f"ExecStart=/usr/sbin/nft -f {RULES}\nExecStop=/usr/sbin/nft delete table inet" in unit
    assert "After=nftables.service netfilter-persistent.service" in unit


def test_the_file_of_nftables_includes_it_so_that_a_reload_keeps_it(tmp_path):
    loaded = {
        "usr/lib/systemd/systemd": "",
        "etc/nftables.conf": "flush ruleset\n",
        "etc/systemd/system/sysinit.target.wants/nftables.service": "",
    }
    plan = planned(tmp_path, NFT | loaded)

    assert plan.changes[-1].lines == (f'include "{RULES}"',)
    assert list(files_of(plan)) == [RULES]
    assert not [each for each in planned(tmp_path / "b", made(tmp_path / "b")).changes if hasattr(each, "lines")]


def made(root):
    root.mkdir()
    return NFT | {"etc/nftables.conf": "flush ruleset\n"}


@pytest.mark.parametrize(
    ("files", "ruleset", "is_iptables"),
    [
        ({}, "", True),
        (NFT, "", False),
        (NFT | {"proc/net/ip_tables_names": "filter\n"}, "", True),
        (NFT | {"proc/net/ip_tables_names": "filter\n"}, "table inet filter {}", False),
    ],
    ids=["no nft", "nft", "all rules are of the old kind", "both"],
)
def test_it_goes_where_the_rules_of_this_host_are(tmp_path, files, ruleset, is_iptables):
    first, second, *_ = planned(tmp_path, files | {"proc/1/comm": "init"}, ruleset=ruleset, value="1360").changes

    assert hasattr(first, "rules") is is_iptables
    if is_iptables:
        assert (first.program, second.program) == ("iptables", "ip6tables")
        assert first.rules == (f"{RULE} --set-mss 1360",)
        assert first.table == "mangle"


def test_without_systemd_ifup_or_openrc_does_it_and_else_it_is_said(tmp_path):
    hook = planned(tmp_path, {"etc/network/if-up.d": None, "usr/sbin/ifup": ""})
    script = hook.changes[-1]

    assert (script.path, script.mode) == ("/etc/network/if-up.d/serai-mss-clamp", 0o755)
    again = f"iptables -w 10 -t mangle -C {RULE} --clamp-mss-to-pmtu 2>/dev/null || iptables -w 10 -t mangle -I"
    assert again in script.text
    assert "ifup does it" in hook.notes[0]
    (tmp_path / "etc/local.d").mkdir()
    assert planned(tmp_path, {}).changes[-1].path == "/etc/local.d/serai-mss-clamp.start"
    (tmp_path / "b").mkdir()
    assert planned(tmp_path / "b").notes == ("systemd does not run here: this lasts until the reboot",)


def test_a_measured_way_gives_the_size(tmp_path):
    asked = []

    def ask(question, about):
        asked.append((question, about))
        return "1400 silent"

    plan = planned(tmp_path, ask=ask, value="path:10.9.1.2")

    assert "maxseg size set 1360" in files_of(plan)[RULES]
    assert asked == [("path-mtu", "10.9.1.2 1500 1.0")]


@pytest.mark.parametrize("value", ["12", "large"])
def test_a_segment_has_a_size(tmp_path, value):
    with pytest.raises(SeraiError, match="a number of bytes from 536"):
        planned(tmp_path, value=value)


@pytest.fixture
def host(tmp_path, need):
    need("nft", "iptables", "unshare", root=True)
    made = PrivateHost(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.root
@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("mss-clamp", "tcp flags syn tcp option maxseg size set rt mtu"),
        ("mss-clamp=1360", "tcp option maxseg size set 1360"),
    ],
)
def test_the_kernel_takes_it_and_gives_it_back(host, name, has):
    before, ours = host.run("nft", "list", "ruleset"), host.run("find", "/etc", "-name", "*serai*")
    assert "done" in host.serai("host", "tune", name, "--yes")
    assert has in host.run("nft", "list", "ruleset")
    host.run("nft", "-f", RULES)
    assert host.run("nft", "list", "ruleset").count("maxseg") == 1, "read a second time, it is there once"
    assert "nothing to do" in host.serai("host", "tune", name, "--yes")
    host.run("nft", "flush", "ruleset")
    assert "lost" in host.serai("host", "tune", check=False)
    host.serai("host", "undo", "--all", "--yes")
    assert host.run("nft", "list", "ruleset") == before
    assert host.run("find", "/etc", "-name", "*serai*") == ours
