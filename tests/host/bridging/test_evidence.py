"""The way in is open when the gateway answers and the SSH session carries data; nothing is believed."""

from __future__ import annotations

import json

import pytest

from serai.host.bridging.evidence import Evidence, Session, session
from serai.host.bridging.link import Link, Route
from serai.host.reach.local import Local
from serai.util.process import Result

LOGIN = Session("10.0.0.7", 40000, "10.0.0.2", 22)
LINK = Link(
    "eth0",
    "02::",
    1500,
    routes=(Route("default", gateway="10.0.0.1"),),
    neighbours={"10.0.0.1": "02:00:00:00:00:01"},
)


class Host(Local):
    def __init__(self, root):
        super().__init__(root, self.answer)
        self.state, self.acked, self.asked, self.old = "STALE", "100", [], False

    def answer(self, argv):
        self.asked.append(" ".join(argv))
        if argv[0] == "ss":
            return Result(argv, 0, f"0 0 10.0.0.2:22 10.0.0.7:40000\n\t cubic bytes_acked:{self.acked} segs", "")
        if "show" in argv:
            return Result(argv, 0, json.dumps([{"dst": "10.0.0.1", "state": [self.state]}]), "")
        return Result(argv, int(self.old and argv[-1] == "use"), "", "")


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_both_are_needed(host):
    evidence = Evidence(host, LINK, "br0", LOGIN)

    assert evidence.against() == "the gateway 10.0.0.1 does not answer on br0"
    assert "ip neighbour replace 10.0.0.1 dev br0 use" in host.asked
    host.state = "REACHABLE"
    assert evidence.against() == "the SSH session of 10.0.0.7 port 40000 carried no data since"
    host.acked = "164"
    assert evidence.against() == ""
    host.acked = "0"
    assert evidence.against() != ""


def test_without_a_session_the_gateway_counts(host):
    host.state = "REACHABLE"
    assert Evidence(host, LINK, "br0", None).against() == ""


def test_with_nothing_to_ask_nothing_is_proved(host):
    bare = Link("eth0", "02::", 1500)
    assert Evidence(host, bare, "br0", None).against() == "there is neither a gateway nor an SSH session to ask"


def test_an_older_ip_asks_by_the_known_mac_or_by_a_ping(host, tmp_path):
    host.old = True
    Evidence(host, LINK, "br0", None).against()
    assert host.asked[-2] == "ip neighbour replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev br0 nud probe"
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/ping").touch()
    Evidence(host, Link("eth0", "02::", 1500, routes=LINK.routes), "br0", None).against()
    assert host.asked[-2] == "ping -c 1 -W 1 -I br0 10.0.0.1"


def test_the_session_is_that_of_the_login_also_below_sudo(tmp_path):
    shown = "10.0.0.7 40000 10.0.0.2 22"
    assert session(Local(tmp_path), {"SSH_CONNECTION": shown}, 9) == LOGIN
    for pid, parent, environ in ((9, 5, "HOME=/root"), (5, 1, f"A=b\0SSH_CONNECTION={shown}\0")):
        (tmp_path / f"proc/{pid}").mkdir(parents=True)
        (tmp_path / f"proc/{pid}/environ").write_text(environ)
        (tmp_path / f"proc/{pid}/stat").write_text(f"{pid} (a) b) S {parent} 0")
    assert session(Local(tmp_path), {}, 9) == LOGIN
    assert session(Local(tmp_path), {}, 8) is None
