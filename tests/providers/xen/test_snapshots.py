"""Snapshots of a machine on dom0, off and with its memory, against a stand-in for xl."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from serai.providers.contract import State
from serai.providers.xen.record import Record
from serai.providers.xen.snapshots import disks_of
from serai.util.errors import SeraiError
from serai.util.process import run
from xen_site import left, loaded, state_of


def real(test: Callable[..., None]) -> Callable[..., None]:
    """On a dom0 with a stand-in for xl."""
    return pytest.mark.root(pytest.mark.engine(test))


@real
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


@real
def test_a_disk_that_holds_no_snapshots_is_named(xl, driver, machine, materials):
    driver.create(machine("disks: {plain: {size: 16MiB, format: raw}}"), materials)
    with pytest.raises(SeraiError, match="disk plain holds no snapshots"):
        driver.snapshot_save("web", "one")
    driver.destroy("web")


def test_a_plain_disk_that_was_detached_is_in_nobodys_way():
    record = Record(name="web", project="shop", project_id="t1", project_root="/", domain="web", uuid="u")
    record.applied = loaded("image: small")
    record.made = {"root": "/d/root.qcow2", "x": "/d/x.raw"}
    assert disks_of(record) == ["/d/root.qcow2"]

    record.pending = {"disks.x.size": "it is detached at a restart"}
    with pytest.raises(SeraiError, match="disk x holds no snapshots"):
        disks_of(record)
