"""Snapshots on the real QEMU: with and without memory, with firmware variables, and what a kill leaves."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bare_metal import WEB, state, up
from monitor import Monitor, refusal
from serai.providers.contract import Mark, Materials, State
from serai.providers.qemu import snapshots
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.qmp import QmpError
from serai.providers.qemu.record import editing, load
from serai.spec.disk import Disk, DiskFormat
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import run
from serai.util.units import MIB

pytestmark = pytest.mark.engine


def inside(disk: Path) -> list[str]:
    """The names of the snapshots in a disk."""
    told = json.loads(run(["qemu-img", "info", "-U", "--output=json", disk]).stdout)
    return [each["name"] for each in told.get("snapshots", [])]


@pytest.fixture
def web(qemu: Qemu) -> Path:
    """The directory of a machine that is off."""
    qemu.create(WEB, Materials())
    return qemu.directory("web")


def test_snapshots_go_back_running_and_stopped(qemu: Qemu) -> None:
    up(qemu)
    qemu.snapshot_save("web", "live")
    qemu.stop("web", budget=0, force=True)
    qemu.snapshot_save("web", "cold")
    assert [(each.name, each.memory) for each in qemu.snapshot_list("web")] == [("live", True), ("cold", False)]
    with pytest.raises(SeraiError, match="already") as caught:
        qemu.snapshot_save("web", "cold")
    assert caught.value.hint == "serai snapshot delete cold web"
    qemu.snapshot_restore("web", "live")
    assert state(qemu) is State.RUNNING
    qemu.snapshot_delete("web", "cold")
    qemu.snapshot_delete("web", "live")
    assert qemu.observe()["web"].snapshots == ()
    with pytest.raises(SeraiError, match="has no snapshot"):
        qemu.snapshot_restore("web", "live")


def test_a_raw_disk_refuses_a_snapshot_with_the_way_out(qemu: Qemu) -> None:
    machine = msgspec.structs.replace(WEB, disks={"data": Disk(size=64 * MIB, format=DiskFormat.RAW)})
    qemu.create(machine, Materials())
    with pytest.raises(SeraiError) as caught:
        qemu.snapshot_save("web", "s")
    assert caught.value.code is Code.UNSUPPORTED and "qcow2" in caught.value.hint


def test_uefi_machines_keep_their_own_variables_through_snapshots(qemu: Qemu) -> None:
    machine = msgspec.convert({"name": "web", "firmware": "uefi"}, Machine)
    up(qemu, machine)
    variables = qemu.directory("web") / "efivars.fd"
    qemu.snapshot_save("web", "s")
    assert (qemu.directory("web") / "snapshots" / "s" / "efivars.fd").stat().st_size == variables.stat().st_size
    qemu.snapshot_restore("web", "s")
    assert state(qemu) is State.RUNNING


def test_a_restored_machine_knows_again_what_was_done_in_it(qemu: Qemu, web: Path) -> None:
    qemu.mark("web", {"shell": Mark("before", 1.0)})
    qemu.snapshot_save("web", "s")
    qemu.mark("web", {"shell": Mark("after", 2.0), "more": Mark("m", 2.0)})
    qemu.snapshot_restore("web", "s")
    record = load(web)
    assert record and record.marks == {"shell": Mark("before", 1.0)}
    assert state(qemu) is State.STOPPED


def test_what_a_killed_save_left_is_swept_by_the_next_of_that_name(qemu: Qemu, web: Path) -> None:
    qemu.snapshot_save("web", "s")
    with editing(web) as record:  # as if it had been killed before the entry in the record
        record.snapshots = ()
    (web / "snapshots/s/litter").touch()
    qemu.snapshot_save("web", "s")
    assert not (web / "snapshots/s/litter").exists()
    assert inside(web / "disks/data.qcow2") == ["s"]


def test_a_deleted_one_is_gone_from_disk_and_folder(qemu: Qemu, web: Path) -> None:
    qemu.snapshot_save("web", "s")
    qemu.snapshot_delete("web", "s")
    assert inside(web / "disks/data.qcow2") == []
    assert not (web / "snapshots/s").exists()


def test_one_that_is_not_whole_is_told_and_can_be_deleted(qemu: Qemu, web: Path) -> None:
    qemu.snapshot_save("web", "s")
    (web / "snapshots/s/saved.json").write_text("{")
    with pytest.raises(SeraiError, match="is not whole") as caught:
        qemu.snapshot_restore("web", "s")
    assert caught.value.code is Code.CORRUPT


def test_a_misspelt_name_is_guessed(qemu: Qemu, web: Path) -> None:
    qemu.snapshot_save("web", "before-upgrade")
    with pytest.raises(SeraiError) as caught:
        qemu.snapshot_delete("web", "before-upgrad")
    assert "before-upgrade" in caught.value.hint


@pytest.mark.parametrize("name", ["", "../s", "a b", "-x"])
def test_a_name_that_is_no_name_is_refused(qemu: Qemu, web: Path, name: str) -> None:
    with pytest.raises(SeraiError, match="cannot be a snapshot's name"):
        qemu.snapshot_save("web", name)
    assert not (web / "snapshots").exists()


def test_a_readonly_raw_disk_is_no_hindrance(qemu: Qemu, tmp_path: Path) -> None:
    (tmp_path / "cd.raw").write_bytes(bytes(1 * MIB))
    tools = Disk(path=str(tmp_path / "cd.raw"), format=DiskFormat.RAW, readonly=True)
    qemu.create(msgspec.structs.replace(WEB, disks={"data": Disk(size=64 * MIB), "cd": tools}), Materials())
    qemu.snapshot_save("web", "s")
    assert inside(qemu.directory("web") / "disks/data.qcow2") == ["s"]


def test_a_node_that_never_had_it_is_no_error_but_any_other_refusal_is() -> None:
    command = "blockdev-snapshot-delete-internal-sync"
    gone = Monitor({command: refusal(command, "Snapshot with id 'null' and name 's' does not exist on device")})
    snapshots._delete_node_snapshot(gone, "disk-data", "s")  # type: ignore[arg-type]
    with pytest.raises(QmpError, match="read-only"):
        snapshots._delete_node_snapshot(Monitor({command: refusal(command, "read-only")}), "d", "s")  # type: ignore[arg-type]
