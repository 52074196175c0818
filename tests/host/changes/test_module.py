"""A parameter of a module: nothing is written, the reload is owed, and who stands in its way is named."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.changes.change import Kept, State
from serai.host.changes.module import ModuleParameter, same
from serai.host.reach.local import Local
from tuning_cases import Host

NESTED = ModuleParameter(module="kvm_intel", name="nested", value="1")


def test_one_and_y_are_the_same():
    assert same("Y", "1")
    assert same("N", "0")
    assert not same("Y", "0")
    assert same("200", "200")


def test_it_owes_a_reload_and_is_read_back(tmp_path):
    write(tmp_path, {"sys/module/kvm_intel/parameters/nested": "N\n"})
    host = Host(tmp_path)
    NESTED.do(host, NESTED.before(host))

    assert NESTED.owes == ("reload-kvm_intel",)
    assert (NESTED.holds(host), NESTED.read_back(host).state) == (False, State.LOST)
    (tmp_path / "sys/module/kvm_intel/parameters/nested").write_text("Y\n")
    assert (NESTED.holds(host), NESTED.read_back(host).state) == (True, State.DONE)
    NESTED.undo(host, Kept(), None)
    assert NESTED.conflict(host, Kept(), None) == ""


def test_while_a_guest_runs_it_waits(tmp_path):
    files = {
        "sys/module/kvm_intel/parameters/nested": "N",
        "proc/9/comm": "qemu-kvm",
        "proc/9/fd/1": "-> /dev/kvm",
    }
    write(tmp_path, files)
    seen = NESTED.read_back(Host(tmp_path))

    assert (seen.state, seen.why) == (State.PENDING, "the end of qemu-kvm (9); then modprobe -r kvm_intel")


@pytest.mark.parametrize("state", [State.PENDING])
def test_a_tree_waits_for_its_boot(tmp_path, state):
    assert NESTED.read_back(Local(tmp_path)).state is state
