"""The running kernel itself: pages, THP, KSM and sysctls are really set, read back, and put back.

Files of /sys and /proc are the host's own; all others are in a tree, so that nothing is left for its next boot.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from host_cases import write
from serai.host.apply import conflicts, needed, states, tune, undo
from serai.host.changes.change import State
from serai.host.changes.mount import Mount
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked
from serai.util.process import Result
from serai.util.units import MIB

KERNEL = ("/sys/", "/proc/")
PAGES = Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")


class Here(Local):
    """The kernel of this host, and files of a tree."""

    def __init__(self, root):
        super().__init__(root, run=lambda argv: Result(argv, 0, "", ""))

    def _at(self, path, follow=True):
        return path if path.startswith(KERNEL) else super()._at(path, follow)

    def missing(self, path):
        return ""


@pytest.fixture
def here(tmp_path, need):
    need(root=True)
    write(tmp_path, {}, ("proc", "sys"))
    (tmp_path / "var/lib").mkdir()
    return Here(tmp_path)


def tuned(here, ident, **asked):
    """What the kernel says after a tuning, and that the same again changes nothing."""
    seen = tune(here, ident, asked.get("value", ""), planned(here, ident, **asked), lambda line: None)
    assert needed(here, planned(here, ident, **asked)) == []
    return seen


def planned(here, ident, **asked):
    """Without mounts, which are no files."""
    changes = TUNINGS[ident].plan(Facts(Source(reach=here)), Asked(**asked)).changes
    return [each for each in changes if not isinstance(each, Mount)]


def undone(here, ident):
    record = Ledger(here).read(ident)
    assert conflicts(here, record) == []
    undo(here, record, lambda line: None)
    assert sorted(path.name for path in here.root.rglob("*") if path.is_file()) == []


def kernel(path):
    return Path(path).read_text().strip()


@pytest.mark.root
def test_huge_pages_are_reserved_and_given_back(here):
    if not PAGES.exists():
        pytest.skip("only where there are huge pages of 2 MiB")
    before = int(kernel(PAGES))
    try:
        seen = tuned(here, "hugepages", memory=(before + 16) * 2 * MIB, page_size=2 * MIB)
        pages = next(each for each in seen if each.read.endswith("hugepages-2048kB/nr_hugepages"))
        assert (pages.state, int(kernel(PAGES))) == (State.DONE, before + 16)
        fewer = tuned(here, "hugepages", memory=(before + 8) * 2 * MIB, page_size=2 * MIB)
        assert State.LOST not in [each.state for each in fewer]
        assert int(kernel(PAGES)) == before + 8
    finally:
        undone(here, "hugepages")
    assert int(kernel(PAGES)) == before


@pytest.mark.root
@pytest.mark.parametrize(
    ("ident", "path", "values"),
    [
        ("thp", "/sys/kernel/mm/transparent_hugepage/enabled", ("never", "madvise")),
        ("ksm", "/sys/kernel/mm/ksm/run", ("on", "off")),
        ("swappiness", "/proc/sys/vm/swappiness", ("11", "12")),
    ],
)
def test_values_of_the_kernel_are_set_and_put_back(here, ident, path, values):
    if not Path(path).exists():
        pytest.skip(f"only where there is {path}")
    before = kernel(path)
    try:
        for value in values:
            assert State.LOST not in [each.state for each in tuned(here, ident, value=value)]
            assert {each.state for each in states(here, Ledger(here).read(ident))} <= {State.DONE, State.PENDING}
    finally:
        undone(here, ident)
    assert kernel(path) == before
