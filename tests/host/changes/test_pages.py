"""Huge pages: what the kernel gave counts, not what it was asked for."""

from __future__ import annotations

import pytest

from serai.host.changes.change import Kept, State
from serai.host.changes.pages import HugePages
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError
from serai.util.process import Result
from serai.util.units import GIB, MIB

NODE = "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages"
LOG = "[ 0.1] HugeTLB: allocating 4 of page size 1.00 GiB failed node1.  Only allocated 1 hugepages.\n"
PAGES = HugePages(size=GIB, count=4, node=1, at_boot="hugepages=1:4")


class Kernel(Local):
    """Gives so many pages at most; `compacted` as many more after compaction."""

    def __init__(self, root, most, compacted=0, log=LOG):
        super().__init__(root, run=lambda argv: Result(argv, 0, log, ""))
        self.most, self.compacted = most, compacted
        for path in (NODE, "/proc/sys/vm/compact_memory"):
            place = root / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("0\n")

    def put(self, path, text):
        if path.endswith("compact_memory"):
            self.most += self.compacted
        else:
            (self.root / path.lstrip("/")).write_text(f"{min(int(text), self.most)}\n")


def command_line(kernel, text):
    (kernel.root / "proc/cmdline").write_text(text)


def test_free_memory_in_pieces_is_put_together_first(tmp_path):
    kernel = Kernel(tmp_path, 1, compacted=3)
    PAGES.do(kernel, PAGES.before(kernel))

    assert PAGES.read_back(kernel).state is State.DONE


def test_what_is_missing_waits_for_the_boot_that_is_asked_for_it(tmp_path):
    kernel = Kernel(tmp_path, 1)
    command_line(kernel, "quiet hugepagesz=2M hugepages=7")
    PAGES.do(kernel, PAGES.before(kernel))
    seen = PAGES.read_back(kernel)

    assert (seen.state, seen.why) == (
        State.PENDING,
        "reboot: the kernel gave 1 of 4 pages on node 1 while it runs",
    )


def test_what_is_missing_after_that_boot_is_lost_and_the_kernels_own_words_are_found(tmp_path):
    kernel = Kernel(tmp_path, 1)
    command_line(kernel, "hugepagesz=1G hugepages=1:4")
    PAGES.do(kernel, PAGES.before(kernel))
    seen = PAGES.read_back(kernel)

    assert (seen.state, seen.value) == (State.LOST, "1")
    assert seen.why.startswith(
        "the kernel gave 1 of 4 pages on node 1; HugeTLB: allocating 4 of page size 1.00 GiB"
    )
    assert seen.why.endswith("serai host tune hugepages --for SIZE --page-size 1GiB")


@pytest.mark.parametrize("log", ["", LOG.replace("1.00 GiB", "2.00 MiB"), LOG.replace("node1", "node0")])
def test_words_on_other_pages_are_not_taken_for_it(tmp_path, log):
    kernel = Kernel(tmp_path, 0, log=log)
    command_line(kernel, "hugepages=1:4")

    assert "HugeTLB" not in PAGES.read_back(kernel).why


def test_a_log_that_cannot_be_read_hides_nothing(tmp_path):
    kernel = Kernel(tmp_path, 0)

    def run(argv):
        raise SeraiError(Code.MISSING, "the program dmesg is not installed")

    kernel._run = run
    assert PAGES.read_back(kernel).state is State.PENDING


def test_pages_of_others_stay_but_those_of_an_earlier_run_are_given_back(tmp_path):
    kernel = Kernel(tmp_path, 9)
    kernel.put(NODE, "6")

    assert PAGES.holds(kernel)
    fewer = HugePages(size=GIB, count=4, node=1, at_least=False)
    assert not fewer.holds(kernel)
    fewer.do(kernel, fewer.before(kernel))
    assert fewer.read_back(kernel).value == "4"


def test_undo_puts_back_the_number_and_sees_who_raised_it(tmp_path):
    kernel = Kernel(tmp_path, 9)
    kernel.put(NODE, "2")
    before = PAGES.before(kernel)
    PAGES.do(kernel, before)
    after = PAGES.after(kernel)
    assert PAGES.conflict(kernel, before, after) == ""
    kernel.put(NODE, "7")
    assert "is 7 now, more than 4" in PAGES.conflict(kernel, before, after)
    kernel.put(NODE, "3")
    assert PAGES.conflict(kernel, before, after) == ""
    PAGES.undo(kernel, before, after)
    assert kernel.read(NODE) == b"2\n"


def test_a_tree_has_no_pages(tmp_path):
    tree = Local(tmp_path)
    pages = HugePages(size=2 * MIB, count=4)

    assert pages.holds(tree)
    assert pages.read_back(tree).state is State.PENDING
    pages.undo(tree, Kept(there=True, value="0"), None)
    assert pages.title() == "reserve 4 pages of 2MiB"
