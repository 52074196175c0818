"""Virtual functions are made, made anew by another number, and gone again."""

from __future__ import annotations

import pytest

from fake_pci import FakePci
from serai.host.apply import conflicts, tune, undo
from serai.host.changes.change import State
from serai.host.changes.virtual_functions import VirtualFunctions
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError

CARD, FUNCTION = "0000:03:00.0", "0000:03:10.0"


@pytest.fixture
def host(tmp_path):
    found = FakePci(tmp_path, {"igb": ["8086:10c9"]})
    found.device(CARD, "8086:10c9", "0200", driver="igb")
    (tmp_path / f"sys/bus/pci/devices/{CARD}/sriov_numvfs").write_text("0\n")
    return found


def made(host):
    return host.read(f"/sys/bus/pci/devices/{CARD}/sriov_numvfs").decode().strip()


def ask(host, count):
    return tune(host, "sriov", "", [VirtualFunctions(address=CARD, count=count)], lambda line: None)


def test_they_are_made_and_gone_again(host):
    (seen,) = ask(host, 4)

    assert (seen.state, seen.value, made(host)) == (State.DONE, "4", "4")
    undo(host, Ledger(host).read("sriov"), lambda line: None)
    assert made(host) == "0"


def test_another_number_is_reached_through_none(host):
    ask(host, 4)
    ask(host, 2)

    assert made(host) == "2"


def test_a_function_that_a_guest_may_have_is_not_taken_from_it(host):
    ask(host, 1)
    host.device(FUNCTION, "8086:10ca", "0200", driver="vfio-pci")
    (host.root / f"sys/bus/pci/devices/{CARD}/virtfn0").symlink_to(f"../{FUNCTION}")

    with pytest.raises(SeraiError) as error:
        ask(host, 2)
    assert (error.value.code, FUNCTION in error.value.message) == (Code.BUSY, True)
    assert conflicts(host, Ledger(host).read("sriov")) == [f"{FUNCTION}, a function of it, is with vfio-pci"]


def test_a_number_that_somebody_else_wrote_is_a_conflict(host):
    ask(host, 4)
    (host.root / f"sys/bus/pci/devices/{CARD}/sriov_numvfs").write_text("3\n")

    assert "is 3 now, neither 4 nor, as before, 0" in conflicts(host, Ledger(host).read("sriov"))[0]


def test_a_tree_of_files_makes_none(tmp_path):
    change = VirtualFunctions(address=CARD, count=4)

    assert change.holds(Local(tmp_path))
    assert change.read_back(Local(tmp_path)).state is State.PENDING
