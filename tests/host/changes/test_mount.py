"""A mount is made with its directory, told from what is mounted already, and taken away."""

from __future__ import annotations

import pytest

from serai.host.changes.change import State
from serai.host.changes.mount import Mount
from serai.host.reach.local import Local
from tuning_cases import Host

HUGE = Mount(kind="hugetlbfs", where="/dev/huge", options="pagesize=1G", runs=("restart-libvirtd",))


@pytest.fixture
def host(tmp_path):
    for name in ("dev", "proc"):
        (tmp_path / name).mkdir()
    (tmp_path / "proc/mounts").write_text("proc /proc proc rw 0 0\n")
    return Host(tmp_path)


def test_it_is_mounted_and_unmounted(host):
    before = HUGE.before(host)
    assert HUGE.diff(host) == ["/dev/huge: not mounted -> hugetlbfs pagesize=1G"]
    HUGE.do(host, before)
    HUGE.do(host, before)
    assert host.said == ["mount -t hugetlbfs -o pagesize=1G hugetlbfs /dev/huge"]
    assert HUGE.holds(host)
    assert HUGE.read_back(host).state is State.DONE
    HUGE.undo(host, before, None)
    HUGE.undo(host, before, None)
    assert not host.has("/dev/huge")
    assert HUGE.read_back(host).state is State.LOST


def test_what_was_mounted_before_stays(host):
    (host.root / "dev/huge").mkdir()
    (host.root / "proc/mounts").write_text("none /dev/huge hugetlbfs rw 0 0\n")
    before = HUGE.before(host)
    HUGE.do(host, before)
    HUGE.undo(host, before, None)

    assert host.said == []
    assert host.has("/dev/huge")


def test_a_tree_mounts_nothing(tmp_path):
    assert HUGE.holds(Local(tmp_path))
    assert HUGE.read_back(Local(tmp_path)).state is State.PENDING
    assert HUGE.owes == ("restart-libvirtd",)
