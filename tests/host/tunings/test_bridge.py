"""The uplink is moved where that can be done, by the tool that is there; else it is refused with the reason."""

from __future__ import annotations

import json

import pytest

from host_cases import write
from serai.host.changes.change import REBOOT
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

CARD = {
    "sys/class/net/eth0/address": "02:00:00:00:00:AA",
    "sys/class/net/eth0/type": "1",
    "sys/class/net/eth0/uevent": "INTERFACE=eth0\nIFINDEX=2",
    "proc/net/route": "Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 01 3 0 0 0 00000000",
    "proc/1/comm": "systemd",
}
LINK = {
    "ifname": "eth0", "address": "02:00:00:00:00:aa", "mtu": 1500,
    "addr_info": [{"family": "inet", "local": "10.0.0.2", "prefixlen": 24, "dynamic": True}],
}  # fmt: skip
RULES = 'table inet filter {\n  iifname "eth0" tcp dport 22 accept\n  iifname "eth01" accept\n}'


def planned(root, files=(), live=True, **asked):
    write(root, {**CARD, **dict(files)})

    def run(argv):
        if argv[0] == "nft":
            return Result(argv, 0, RULES, "")
        return Result(argv, int(argv[0] != "ip"), json.dumps([LINK] if "address" in argv else []), "")

    source = Source(root, run if live else None)
    source.live = live
    return TUNINGS["bridge"].plan(Facts(source), Asked(**asked))


def test_the_uplink_is_moved_and_must_be_confirmed(tmp_path):
    plan = planned(tmp_path, {"proc/7/comm": "systemd-network", "proc/7/cmdline": "x"}, value="lan", within=30)
    now, *files = plan.changes

    assert plan.must_confirm
    assert (now.bridge, now.port, now.within, now.manager) == ("lan", "eth0", 30, "")
    assert [each.path for each in files] == [
        "/etc/systemd/network/05-serai-lan.netdev",
        "/etc/systemd/network/05-serai-lan.network",
        "/etc/systemd/network/05-serai-eth0.network",
    ]
    assert "the next boot makes it by systemd-networkd" in plan.notes


def test_what_a_person_should_know_is_said(tmp_path):
    notes = planned(tmp_path).notes

    assert notes[0] == "no tool that serai knows makes this host's network: the bridge lasts until the reboot"
    assert "the address of eth0 is leased" in notes[1]
    assert notes[2].startswith("1 rules of the firewall name eth0")


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"etc/netplan/a.yaml": "network: {ethernets: {eth0: {}}}", "proc/7/comm": "NetworkManager"}, "netplan"),
        ({"etc/network/interfaces": "iface eth0 inet dhcp", "proc/7/comm": "NetworkManager"}, "NetworkManager"),
        ({"etc/network/interfaces": "iface eth0 inet dhcp", "proc/7/comm": "systemd-network"}, "ifupdown"),
    ],
)
def test_the_tool_is_the_one_that_is_there(tmp_path, files, tool):
    plan = planned(tmp_path, files)

    assert f"the next boot makes it by {tool}" in plan.notes
    assert plan.changes[0].manager == ("NetworkManager" if tool == "NetworkManager" else "")
    assert {each.waits for each in plan.changes[1:]} == {REBOOT}, "which are done after one"


@pytest.mark.parametrize(
    "text",
    [
        "network: {renderer: NetworkManager, ethernets: {eth0: {}}}",
        "network: {ethernets: {eth0: {renderer: NetworkManager}}}",
    ],
)
def test_a_link_that_netplan_hands_to_networkmanager_is_let_go_by_it(tmp_path, text):
    plan = planned(tmp_path, {"etc/netplan/a.yaml": text, "proc/7/comm": "NetworkManager"})

    assert "the next boot makes it by netplan" in plan.notes
    assert plan.changes[0].manager == "NetworkManager"


@pytest.mark.parametrize(
    ("files", "asked", "why"),
    [
        ({"sys/class/net/eth0/wireless": None}, {}, "it is wireless"),
        ({"sys/class/net/eth0/phy80211": None}, {}, "it is wireless"),
        ({"sys/class/net/eth0/bonding": None}, {}, "it is a bond"),
        ({"sys/class/net/eth0/bridge": None}, {}, "it is a bridge itself"),
        ({"sys/class/net/eth0/uevent": "DEVTYPE=vlan"}, {}, "it is a vlan"),
        ({"sys/class/net/eth0/type": "32"}, {}, r"it is no Ethernet \(type 32\)"),
        ({"sys/class/net/eth0/master": "-> ../br7"}, {}, "it is a port of br7 already"),
        ({"sys/class/net/br0": None}, {}, "there is a link br0 already, without eth0"),
        ({"var/lib/serai/host/bridge.json": "{}"}, {}, "serai made another bridge here"),
        ({"etc/network/interfaces": "iface eth0 inet dhcp\nbridge_ports eth0"}, {}, "bridge_ports eth0"),
        ({"proc/net/route": "Iface"}, {}, "there is no default route"),
        ({}, {"interface": "eth9"}, "there is no link eth9"),
        ({}, {"value": "a-name-that-is-too-long"}, "is no name for a bridge"),
        ({}, {"within": 1}, "5 seconds are the least"),
    ],
)
def test_what_cannot_be_bridged_is_refused_with_the_reason(tmp_path, files, asked, why):
    with pytest.raises(SeraiError, match=why) as caught:
        planned(tmp_path, files, **asked)
    assert caught.value.code in (Code.REFUSED, Code.INPUT)
    assert caught.value.hint


def test_by_force_it_is_moved_until_the_reboot_alone(tmp_path):
    files = {"etc/network/interfaces": "iface eth0 inet dhcp\nbridge_ports eth0"}
    plan = planned(tmp_path, files, force=True)

    assert len(plan.changes) == 1
    assert "the bridge lasts until the reboot: `bridge_ports eth0` uses eth0" in plan.notes[0]


def test_a_port_of_this_bridge_already_is_nothing_to_do(tmp_path):
    plan = planned(tmp_path, {"sys/class/net/eth0/master": "-> ../br0", "sys/class/net/br0": None})

    assert plan.changes[0].holds(Source(tmp_path, run=lambda argv: None).reach)


def test_a_tree_gets_its_files(tmp_path):
    wants = "etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
    plan = planned(tmp_path, {wants: ""}, live=False)

    assert len(plan.changes) == 4
    assert plan.changes[0].holds(Source(tmp_path).reach)
