"""Copies of disks that a running guest writes to: begun together, awaited, and closed whatever happens."""

from __future__ import annotations

import errno
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from serai.providers.qemu import backup
from serai.providers.qemu.backup import Jobs, of_disks
from serai.providers.qemu.qmp import Gone, QmpError
from serai.util.errors import Code, SeraiError

TARGETS = {"disk-root": "fork0", "disk-data": "fork1"}


class Monitor:
    """A QEMU that says what it is told to."""

    def __init__(self, *events: dict[str, Any], nodes: list[dict[str, Any]] | None = None) -> None:
        self.events = deque(events)
        self.said: list[tuple[str, Any]] = []
        self.nodes = nodes or []
        self.status = "running"

    def execute(self, command: str, arguments: Any = None, **_: Any) -> Any:
        self.said.append((command, arguments))
        if command == "block-job-cancel" and arguments["device"] == "fork1":
            raise QmpError(command, "DeviceNotActive", "it has ended")
        if command == "query-status":
            return {"status": self.status}
        return self.nodes if command == "query-named-block-nodes" else {}

    def wait_event(self, *names: str, timeout: float) -> dict[str, Any] | None:
        while self.events:
            event = self.events.popleft()
            if event["event"] in names:
                return event
        return None

    def words(self) -> list[str]:
        return [command for command, _ in self.said]


def ended(job: str, error: str = "") -> list[dict[str, Any]]:
    told = {"device": job, **({"error": error} if error else {})}
    return [
        {"event": "BLOCK_JOB_COMPLETED", "data": told},
        {"event": "JOB_STATUS_CHANGE", "data": {"id": job, "status": "null"}},
    ]


def test_all_disks_are_copied_from_one_moment_on():
    monitor = Monitor(*ended("fork1"), {"event": "STOP", "data": {}}, *ended("fork0"))
    jobs = Jobs(monitor, "db", TARGETS)  # type: ignore[arg-type]
    jobs.start()
    jobs.wait()

    ((command, arguments),) = monitor.said
    assert command == "transaction"
    assert [each["data"]["device"] for each in arguments["actions"]] == ["disk-root", "disk-data"]
    assert {each["data"]["sync"] for each in arguments["actions"]} == {"top"}


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"anew": "serai-1"}, [("block-dirty-bitmap-add", "serai-1"), ("blockdev-backup", "top")]),
        ({"bitmap": "serai-1"}, [("blockdev-backup", "incremental")]),
    ],
)
def test_what_has_changed_since_is_noted_in_a_bitmap_and_copied_by_it(how, expected):
    monitor = Monitor()
    Jobs(monitor, "db", {"disk-root": "layer0"}).start(**how)  # type: ignore[arg-type]

    ((_, arguments),) = monitor.said
    found = [(each["type"], each["data"].get("sync") or each["data"]["name"]) for each in arguments["actions"]]
    assert found == expected
    assert [each["data"].get("bitmap") for each in arguments["actions"]][-1] == how.get("bitmap")


def test_of_a_qemu_that_has_ended_nothing_is_left_to_close():
    class Ended(Monitor):
        def execute(self, command: str, arguments: Any = None, **_: Any) -> Any:
            if self.said:
                raise Gone(Code.FAILED, "QEMU ended")
            return super().execute(command, arguments)

    jobs = Jobs(monitor := Ended(), "db", dict(TARGETS))  # type: ignore[arg-type]
    jobs.start()
    jobs.end()

    assert monitor.words() == ["transaction"]


def test_a_copy_that_fails_says_why():
    jobs = Jobs(Monitor(*ended("fork0", "No space left on device"), *ended("fork1")), "db", TARGETS)  # type: ignore[arg-type]
    jobs.start()
    with pytest.raises(SeraiError, match="db: a disk could not be copied: No space left on device"):
        jobs.wait()


def test_a_qemu_that_says_nothing_more_is_told():
    jobs = Jobs(Monitor(), "db", TARGETS)  # type: ignore[arg-type]
    jobs.start()
    with pytest.raises(SeraiError, match="were not copied within"):
        jobs.wait()


def test_what_is_given_up_is_cancelled_and_closed():
    monitor = Monitor({"event": "JOB_STATUS_CHANGE", "data": {"id": "fork0", "status": "null"}})
    jobs = Jobs(monitor, "db", TARGETS)  # type: ignore[arg-type]
    jobs.start()
    jobs.end()

    assert monitor.words() == [
        "transaction",
        "block-job-cancel",
        "block-job-cancel",
        "blockdev-del",
        "blockdev-del",
        "query-status",
    ]


def test_a_machine_without_disks_has_nothing_to_copy(tmp_path: Path, scope: Any, record: Any):
    monitor = Monitor()
    with of_disks(monitor, tmp_path, record, scope, tmp_path) as jobs:  # type: ignore[arg-type]
        jobs.start()
        jobs.wait()

    assert monitor.words() == ["query-named-block-nodes"]


@pytest.fixture
def scope(tmp_path: Path) -> Any:
    from serai.providers.contract import Scope

    return Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path)


@pytest.fixture
def record() -> Any:
    from serai.providers.qemu.record import Hardware, Record
    from serai.spec.machine import Machine

    machine = Machine(name="db")
    found = Record(name="db", project="shop", project_id="1", project_root="/")
    found.applied = machine
    found.hardware = Hardware(machine=machine)
    return found


@pytest.mark.parametrize(("bitmap", "size"), [("", 3 << 20), ("serai-1", 2 << 20)])
def test_room_is_kept_for_what_the_disk_holds_or_what_has_changed(tmp_path, bitmap, size):
    node = {
        "node-name": "disk-root",
        "image": {"actual-size": 2 << 20},
        "dirty-bitmaps": [{"name": "other", "count": 9 << 20}, {"name": "serai-1", "count": 1 << 20}],
    }
    monitor = Monitor(nodes=[node, {"node-name": "disk-other", "image": {}}])
    jobs = Jobs(monitor, "db", {})  # type: ignore[arg-type]
    copy = tmp_path / "copy"
    copy.touch()
    jobs.add("disk-root", "fork0", copy, flush=False)
    jobs.reserve(bitmap=bitmap)
    assert size <= copy.stat().st_blocks * 512 < size + (1 << 20)

    jobs.end()
    assert copy.stat().st_blocks == 0


def test_no_room_is_told_before_anything_begins(tmp_path, monkeypatch):
    def none(path: Path, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "reserve", none)
    monitor = Monitor(nodes=[{"node-name": "disk-root", "image": {"actual-size": 4 << 20}}])
    jobs = Jobs(monitor, "db", {})  # type: ignore[arg-type]
    (tmp_path / "copy").touch()
    jobs.add("disk-root", "fork0", tmp_path / "copy", flush=False)
    with pytest.raises(SeraiError, match=r"db: a disk .*: 5.0 MiB are needed .*: No space left") as told:
        jobs.reserve()
    assert told.value.code is Code.FAILED
    assert "transaction" not in monitor.words()


@pytest.mark.parametrize(("status", "goes_on"), [("io-error", True), ("paused", False), ("running", False)])
def test_a_guest_whose_write_had_no_room_goes_on(status, goes_on):
    monitor = Monitor()
    monitor.status = status
    Jobs(monitor, "db", dict(TARGETS)).end()  # type: ignore[arg-type]
    assert ("cont" in monitor.words()) is goes_on
