"""Forwarding, and filters of bridges: what is written, what is refused, and what the kernel takes."""

from __future__ import annotations

import pytest

from host_cases import write
from private_host import PrivateHost
from serai.host.changes.filter import IptablesRules
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

FORWARD6 = "/proc/sys/net/ipv6/conf/all/forwarding"
DEFAULT6 = "00000000000000000000000000000000"
ROUTES = f"{DEFAULT6} 00 {DEFAULT6} 00 fe80000000000000 00000400 00000001 00000000 00450003     eth0\n"
HOST = {
    "proc/1/comm": "init",
    "proc/sys/net/ipv4/ip_forward": "0",
    "proc/sys/net/ipv6/conf/all/forwarding": "0",
    "proc/sys/net/ipv6/conf/eth0/accept_ra": "1",
    "proc/net/ipv6_route": ROUTES,
}


def planned(root, name, files=None, live=True, **asked):
    write(root, HOST | (files or {}))
    source = Source(root, (lambda argv: Result(argv, 1, "", "")) if live else None)
    source.live = live
    return TUNINGS[name].plan(Facts(source), Asked(**asked))


def values(plan):
    return {each.path: each.value for each in plan.changes if isinstance(each, KernelValue)}


def files(plan):
    return {each.path: each.text for each in plan.changes if hasattr(each, "text") and hasattr(each, "path")}


def test_a_host_that_has_its_way_out_from_a_router_keeps_it(tmp_path):
    plan = planned(tmp_path, "ip-forward")

    assert list(values(plan).items()) == [
        ("/proc/sys/net/ipv4/ip_forward", "1"),
        ("/proc/sys/net/ipv6/conf/eth0/accept_ra", "2"),
        ("/proc/sys/net/ipv6/conf/all/forwarding", "1"),
    ], "accept_ra before forwarding: in between the route would go"
    text = files(plan)["/etc/sysctl.d/90-serai-ip-forward.conf"]
    assert text.endswith(
        "net.ipv4.ip_forward = 1\nnet.ipv6.conf.eth0.accept_ra = 2\nnet.ipv6.conf.all.forwarding = 1\n"
    )
    assert "router advertisements" in plan.notes[0]


@pytest.mark.parametrize(
    ("given", "value", "expected"),
    [
        ({}, "4", ["/proc/sys/net/ipv4/ip_forward"]),
        ({"proc/net/ipv6_route": ROUTES.replace("00450003", "00000003")}, "6", [FORWARD6]),
        ({"proc/sys/net/ipv6/conf/eth0/accept_ra": "0"}, "6", [FORWARD6]),
    ],
    ids=["IPv4 alone", "a static route", "networkd listens, not the kernel"],
)  # fmt: skip
def test_only_what_is_needed_is_set(tmp_path, given, value, expected):
    assert list(values(planned(tmp_path, "ip-forward", given, value=value))) == expected


def test_a_bridge_is_taken_out_of_iptables_also_when_the_module_comes_later(tmp_path):
    later = planned(tmp_path, "bridge-filter")
    now = planned(tmp_path, "bridge-filter", {"proc/sys/net/bridge/bridge-nf-call-iptables": "1"})

    assert values(later) == {}
    assert len(values(now)) == 3
    rule = files(later)["/etc/udev/rules.d/90-serai-bridge-filter.rules"]
    assert 'KERNEL=="br_netfilter", RUN+="/lib/systemd/systemd-sysctl --prefix=/net/bridge"' in rule


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"proc/9/comm": "kubelet"}, "Kubernetes filters there"),
        ({"etc/docker/daemon.json": '{"icc": false}'}, "docker's `icc: false`"),
    ],
)
def test_who_needs_the_filter_is_asked(tmp_path, given, why):
    with pytest.raises(SeraiError, match=why) as caught:
        planned(tmp_path, "bridge-filter", given)
    assert caught.value.code is Code.REFUSED
    assert planned(tmp_path, "bridge-filter", given, force=True).changes
    accepted = planned(tmp_path, "bridge-filter", given, value="accept")
    assert isinstance(accepted.changes[0], IptablesRules)
    assert accepted.notes == ("systemd does not run here: this lasts until the reboot",)


@pytest.fixture
def host(tmp_path, need):
    need("iptables", "unshare", root=True)
    made = PrivateHost(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.root
@pytest.mark.parametrize(
    ("name", "shown", "has"),
    [
        ("bridge-filter=accept", "iptables -S FORWARD", "-A FORWARD -m physdev --physdev-is-bridged -j ACCEPT"),
        ("ip-forward", "cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding", "1\n1\n"),
    ],
)
def test_the_kernel_takes_it_and_gives_it_back(host, name, shown, has):
    host.run("iptables", "-S")  # makes the tables that it looks into
    before, ours = host.run(*shown.split()), host.run("find", "/etc", "-name", "*serai*")
    said = host.serai("host", "tune", name, "--yes")

    assert has in host.run(*shown.split())
    assert "done" in said
    assert "nothing to do" in host.serai("host", "tune", name, "--yes")
    host.serai("host", "undo", "--all", "--yes")
    assert host.run(*shown.split()) == before
    assert host.run("find", "/etc", "-name", "*serai*") == ours
