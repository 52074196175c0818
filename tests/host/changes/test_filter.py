"""Tables of nftables and rules of iptables: made, read back, told from what others did, and taken out."""

from __future__ import annotations

import pytest

from serai.host.apply import tune, undo
from serai.host.changes.change import State
from serai.host.changes.filter import IptablesRules, NftTable
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

TABLE = NftTable(table="inet serai_mss", text="table inet serai_mss {\n  rt mtu\n}\n", shows="rt mtu")
RULES = IptablesRules(rules=("DOCKER-USER -i br0 -j ACCEPT", "DOCKER-USER -o br0 -j ACCEPT"))


class Kernel:
    """The filter of a kernel: one table of nftables, one chain of iptables."""

    def __init__(self):
        self.table = ""
        self.rules = []
        self.refuses = False

    def run(self, argv):
        if argv[0] == "nft":
            return Result(argv, 0 if self.table else 1, self.table, "")
        act, rule = argv[5], " ".join(argv[6:])
        if act == "-C" or self.refuses:
            return Result(argv, 0 if rule in self.rules else 1, "", "")
        if act == "-I":
            self.rules.insert(0, rule)
        else:
            self.rules.remove(rule)
        return Result(argv, 0, "", "")


class Host(Local):
    def __init__(self, root, kernel):
        super().__init__(root, kernel.run)
        self.kernel = kernel

    def run(self, argv, *, input=None, timeout=600):
        if argv[0] == "nft" and input is not None:
            self.kernel.table = input.partition("delete table inet serai_mss\n")[2].strip()
            return Result(argv, int(self.kernel.refuses), "", "Error: syntax" if self.kernel.refuses else "")
        return super().run(argv)


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path, Kernel())


def run(host, change):
    return tune(host, "x", "", [change], lambda line: None)


def back(host):
    undo(host, Ledger(host).read("x"), lambda line: None)


@pytest.mark.parametrize("change", [TABLE, RULES], ids=["nft", "iptables"])
def test_it_is_made_once_read_back_and_taken_out(host, change):
    assert not change.holds(host)
    assert run(host, change)[0].state is State.DONE
    assert change.holds(host)
    assert run(host, change)[0].state is State.DONE
    assert len(host.kernel.rules) in (0, 2)
    back(host)
    assert (host.kernel.table, host.kernel.rules) == ("", [])


@pytest.mark.parametrize("change", [TABLE, RULES], ids=["nft", "iptables"])
def test_what_another_firewall_flushed_is_lost_and_can_be_undone(host, change):
    run(host, change)
    host.kernel.table, host.kernel.rules = "", []

    assert change.read_back(host).state is State.LOST
    back(host)


@pytest.mark.parametrize("change", [TABLE, RULES], ids=["nft", "iptables"])
def test_what_the_kernel_refuses_leaves_nothing_behind(host, change):
    host.kernel.refuses = True
    with pytest.raises(SeraiError, match="does not take the rule"):
        run(host, change)


@pytest.mark.parametrize("change", [TABLE, RULES], ids=["nft", "iptables"])
def test_in_a_tree_it_waits_for_the_boot(tmp_path, change):
    assert run(Local(tmp_path), change)[0].state is State.PENDING


def test_a_rule_that_was_there_before_stays(host):
    host.kernel.rules = ["DOCKER-USER -o br0 -j ACCEPT"]
    assert RULES.diff(host) == ["+iptables -t filter -I DOCKER-USER -i br0 -j ACCEPT"]
    run(host, RULES)
    back(host)

    assert host.kernel.rules == ["DOCKER-USER -o br0 -j ACCEPT"]


def test_a_table_that_somebody_changed_is_a_conflict(host):
    run(host, TABLE)
    host.kernel.table = "table inet serai_mss { drop }"
    with pytest.raises(SeraiError, match="was changed since"):
        back(host)
