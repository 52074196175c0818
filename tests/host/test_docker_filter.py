"""What docker keeps in the filter is looked for rule by rule, and what it was told not to keep is not missed."""

from __future__ import annotations

import pytest

from host_cases import Case, source, write
from serai.host.checks.row import Outcome
from serai.host.docker_filter import default_bridge, lost, lost_rules, setting, table, uses_iptables
from serai.host.facts.host import Facts

ROUTE = "Iface Destination Gateway Flags RefCnt Use Metric Mask\ndocker0 000011AC 00000000 1 0 0 0 0000FFFF"
FILTER = "*filter\n:DOCKER - [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\nCOMMIT\n"
NAT = """*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
COMMIT
"""


def host(root, words="dockerd", daemon="{}", **said):
    files = {
        "proc/7/comm": "dockerd",
        "proc/7/cmdline": words.replace(" ", "\0"),
        "proc/net/route": ROUTE,
        "sys/class/net/docker0": None,
        "etc/docker/daemon.json": daemon,
    }
    write(root, files)
    return Facts(
        source(root, Case(Outcome.PASS, run={each.replace("_", " "): text for each, text in said.items()}))
    )


def test_all_is_there(tmp_path):
    assert lost(host(tmp_path, **{"iptables-save": FILTER + NAT})) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":DOCKER-USER - [0:0]\n", "no chain DOCKER-USER in filter"),
        ("-A FORWARD -j DOCKER-USER\n", "no jump from FORWARD to DOCKER-USER"),
        ("-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n", "no jump to DOCKER in nat"),
        ("-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE\n", "no MASQUERADE of 172.17.0.0/16"),
    ],
)
def test_a_line_that_is_gone_is_named(tmp_path, line, said):
    assert lost_rules(host(tmp_path), (FILTER + NAT).replace(line, "")) == [said]


@pytest.mark.parametrize(
    ("words", "daemon"), [("dockerd --ip-masq=false", "{}"), ("dockerd", '{"ip-masq": false}')]
)
def test_a_docker_that_was_told_not_to_masquerade_lacks_nothing(tmp_path, words, daemon):
    assert lost_rules(host(tmp_path, words, daemon), FILTER + NAT.replace("MASQUERADE", "ACCEPT")) == []


@pytest.mark.parametrize(
    ("words", "daemon", "uses"),
    [
        ("dockerd", "{}", True),
        ("dockerd --iptables=false", "{}", False),
        ("dockerd --iptables", "{}", True),
        ("dockerd", '{"iptables": false}', False),
        ("dockerd", '{"firewall-backend": "nftables"}', False),
        ("dockerd --firewall-backend=nftables", "{}", False),
    ],
)
def test_whether_it_uses_iptables_is_told_by_flag_and_file(tmp_path, words, daemon, uses):
    assert uses_iptables(host(tmp_path, words, daemon)) is uses


@pytest.mark.parametrize(
    ("words", "daemon", "bridge"),
    [
        ("dockerd", "{}", "docker0"),
        ("dockerd -b br7", "{}", "br7"),
        ("dockerd --bridge=none", "{}", ""),
        ("dockerd", '{"bridge": "br8"}', "br8"),
    ],
)
def test_the_default_bridge_is_the_one_that_was_stated(tmp_path, words, daemon, bridge):
    assert default_bridge(host(tmp_path, words, daemon)) == bridge


def test_a_flag_without_a_value_is_true(tmp_path):
    assert setting(host(tmp_path, "dockerd --debug --mtu 1400"), "debug") == "true"


def test_a_table_ends_where_it_ends():
    assert table(FILTER + NAT, "filter") == FILTER.removeprefix("*filter\n").removesuffix("COMMIT\n")
