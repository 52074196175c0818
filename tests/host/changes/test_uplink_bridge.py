"""The move of the uplink as a change: what fails is put back at once, and guests' links are not torn away."""

from __future__ import annotations

import json

import pytest

from host_cases import write
from serai.host.bridging import timer
from serai.host.changes.change import State
from serai.host.changes.uplink_bridge import UplinkBridge
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

CHANGE = UplinkBridge(bridge="br0", port="eth0", manager="NetworkManager")
ALONE = UplinkBridge(bridge="br0", port="eth0")
LINK = {"ifname": "eth0", "address": "02::", "mtu": 1500, "addr_info": [{"local": "10.0.0.2", "prefixlen": 24}]}


class Host(Local):
    def __init__(self, root):
        super().__init__(root, self.answer)
        self.said, self.refuses = [], False

    def answer(self, argv):
        return self.run(argv)

    def run(self, argv, *, input=None, timeout=60):
        self.said.append(" ".join(argv))
        if argv[:2] == ("ip", "-j"):
            return Result(argv, 0, json.dumps([LINK] if "address" in argv else []), "")
        if argv[0] == "resolvectl" and len(argv) == 3:
            return Result(argv, 0, "Link 2 (eth0): 10.0.0.53\n" if argv[1] == "dns" else "Link 2 (eth0):\n", "")
        if argv[-2:] == ("-batch", "-") and "-force" not in argv and self.refuses:
            return Result(argv, 1, "", "RTNETLINK answers: Device or resource busy\nCommand failed -:3")
        return Result(argv, 0, "", "")


@pytest.fixture
def host(tmp_path):
    write(tmp_path, {"run/lock": None, "sys/class/net/eth0/address": "02::"})
    return Host(tmp_path)


def test_the_timer_runs_before_the_first_link_changes(host):
    CHANGE.do(host, CHANGE.before(host))
    started = next(index for index, line in enumerate(host.said) if "timer" in line)

    moved = next(index for index, line in enumerate(host.said) if line.endswith("sh eth0 -batch -"))
    assert started < moved
    assert 'nmcli device set "$1" managed no' in host.said[moved], "in one program, as the way in is gone between"
    assert "nmcli device set eth0 managed yes" in host.read(f"{timer.PLACE}/timer").decode()


def test_what_the_kernel_refuses_is_put_back_at_once(host):
    host.refuses = True
    with pytest.raises(SeraiError, match="not become a port of br0: RTNETLINK answers: Device or resource"):
        CHANGE.do(host, CHANGE.before(host))

    assert host.said[-4:-2] == ["ip -force -batch -", f"rm -rf {timer.PLACE}"]
    assert host.said[-1] == "nmcli device set eth0 managed yes"


def test_name_servers_of_the_link_go_with_it(host):
    write(host.root, {"run/systemd/resolve": None})
    CHANGE.do(host, CHANGE.before(host))

    assert "resolvectl dns br0 10.0.0.53" in host.said
    assert not any(line.startswith("resolvectl domain br0") for line in host.said)


def test_it_holds_when_the_port_is_in_the_bridge(host):
    assert not CHANGE.holds(host)
    assert CHANGE.read_back(host).state is State.LOST
    assert "ip link set dev eth0 master br0" in CHANGE.diff(host)
    write(host.root, {"sys/class/net/eth0/master": "-> ../br0"})
    assert CHANGE.holds(host)
    assert CHANGE.read_back(host).value == "br0 10.0.0.2/24"


def test_other_ports_are_a_conflict(host):
    write(host.root, {"sys/class/net/br0/brif/eth0": None, "sys/class/net/br0/brif/tap0": None})

    assert CHANGE.conflict(host, CHANGE.before(host), None) == "tap0: joined br0, and would lose the network"


def test_undo_moves_home_what_the_bridge_has_and_can_be_done_twice(host):
    ALONE.undo(host, ALONE.before(host), None)
    assert "ip -force -batch -" not in host.said
    write(host.root, {"sys/class/net/eth0/master": "-> ../br0"})
    ALONE.undo(host, ALONE.before(host), None)
    assert "ip -force -batch -" in host.said


def test_undo_has_networkmanager_forget_the_bridge_and_take_the_port_again(host):
    write(host.root, {"sys/class/net/eth0/master": "-> ../br0"})
    CHANGE.undo(host, CHANGE.before(host), None)

    home = next(line for line in host.said if line.endswith("sh eth0 -force -batch -"))
    assert home.index("managed no") < home.index("nmcli connection reload")
    assert host.said[-1] == "nmcli device set eth0 managed yes"


def test_a_tree_has_no_links(tmp_path):
    tree = Local(tmp_path)

    assert CHANGE.holds(tree) and not CHANGE.before(tree).there
    assert CHANGE.read_back(tree).state is State.PENDING
    CHANGE.undo(tree, CHANGE.before(tree), None)
