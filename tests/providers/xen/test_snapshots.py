"""Snapshots of a machine on dom0, off and with its memory, against a stand-in for xl."""

from __future__ import annotations

import pytest

from serai.providers.contract import State
from serai.util.errors import SeraiError
from serai.util.process import run
from xen_site import left, state_of

pytestmark = [pytest.mark.root, pytest.mark.engine]


def test_a_snapshot_holds_disks_and_memory_and_is_gone_back_to(xl, driver, machine, materials, root):
    driver.create(machine(), materials)
    driver.snapshot_save("web", "off")
    driver.start(machine(), materials)
    driver.snapshot_save("web", "on")
    assert state_of(driver) is State.RUNNING
    assert [(each.name, each.memory) for each in driver.snapshot_list("web")] == [("off", False), ("on", True)]

    driver.snapshot_restore("web", "off")
    assert state_of(driver) is State.STOPPED
    driver.snapshot_restore("web", "on")
    assert state_of(driver) is State.RUNNING
    driver.snapshot_delete("web", "on")
    assert [each.name for each in driver.snapshot_list("web")] == ["off"]
    assert "off" in run(["qemu-img", "snapshot", "-l", root / "lib/t1/web/disks/root.qcow2"]).stdout
    driver.destroy("web")
    assert left(root) == []


def test_a_disk_that_holds_no_snapshots_is_named(xl, driver, machine, materials):
    driver.create(machine("disks: {plain: {size: 16MiB, format: raw}}"), materials)
    with pytest.raises(SeraiError, match="disk plain holds no snapshots"):
        driver.snapshot_save("web", "one")
    driver.destroy("web")
