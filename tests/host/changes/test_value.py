"""A value of the kernel is read back: what it really took counts."""

from __future__ import annotations

import pytest

from serai.host.changes.change import Kept, State
from serai.host.changes.value import KernelValue
from serai.host.reach.local import Local
from serai.util.process import Result

PATH = "/sys/kernel/mm/transparent_hugepage/enabled"


@pytest.fixture
def host(tmp_path):
    """A tree that runs: the kernel of a test."""
    place = tmp_path / PATH.lstrip("/")
    place.parent.mkdir(parents=True)
    place.write_text("[always] madvise never\n")
    return Local(tmp_path, run=lambda argv: Result(argv, 0, "", ""))


def test_of_a_choice_the_word_in_brackets_counts(host):
    assert KernelValue(path=PATH, value="always").holds(host)
    assert not KernelValue(path=PATH, value="madvise").holds(host)
    assert KernelValue(path=PATH, value="madvise").diff(host) == [f"{PATH}: always -> madvise"]


def test_it_is_written_and_put_back(host):
    change = KernelValue(path=PATH, value="madvise")
    before = change.before(host)
    change.do(host, before)
    (host.root / PATH.lstrip("/")).write_text("always [madvise] never\n")  # as the kernel shows it then
    assert change.read_back(host).state is State.DONE
    assert change.conflict(host, before, change.after(host)) == ""
    change.undo(host, before, None)
    assert host.read(PATH).startswith(b"always\n")


def test_fewer_than_asked_is_lost(host):
    change = KernelValue(path="/sys/pages", value="8", at_least=True)
    (host.root / "sys/pages").write_text("6\n")

    seen = change.read_back(host)

    assert (seen.state, seen.value, seen.why) == (State.LOST, "6", "8 was asked for")
    (host.root / "sys/pages").write_text("9\n")
    assert change.read_back(host).state is State.DONE


def test_a_value_that_others_set_since_is_a_conflict(host):
    change = KernelValue(path="/sys/pages", value="8")
    (host.root / "sys/pages").write_text("3\n")

    assert "is 3 now" in change.conflict(host, Kept(there=True, value="0"), Kept(value="8"))
    assert change.conflict(host, Kept(there=True, value="3"), Kept(value="8")) == ""


def test_a_tree_has_no_running_kernel(tmp_path):
    change = KernelValue(path=PATH, value="madvise")

    assert change.holds(Local(tmp_path))
    assert change.read_back(Local(tmp_path)).state is State.PENDING
