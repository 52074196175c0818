"""The memory of a machine saved to a file and loaded again: what suspend and snapshots are made of.

It is a migration into a file. QEMU 8.2 opens the file itself; older ones write to a descriptor they are handed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from serai.providers.qemu.qmp import Qmp, QmpError
from serai.util.errors import Code, SeraiError

BUDGET = 3600.0
"""Seconds for saving or loading; large memories on slow disks take minutes."""
SETTLE_BUDGET, SETTLE_PAUSE = 30.0, 0.005
"""Seconds in which QEMU ends a migration that has completed, and between two looks at it."""
UNDER_WAY = frozenset({"setup", "active", "pre-switchover", "device", "cancelling"})
"""What `query-migrate` says of one that has not ended. Source: QEMU qapi/migration.json, MigrationStatus."""
UNLIMITED = 1 << 40
"""Bytes a second: the default of QEMU (128 MiB/s) is meant for networks."""


def save(qmp: Qmp, target: Path, *, who: str, migrate_file: bool, ignore_shared: bool = False) -> None:
    """Write the memory of a paused machine. Only a whole file gets the name `target`.

    `ignore_shared`: without the memory that is in a file which others see, too; only its devices then.
    Raises Code.UNSUPPORTED when a device forbids it (a mounted 9p folder), with the way out.
    """
    part = target.with_name(f"{target.name}.new")
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _prepare(qmp, ignore_shared)
        qmp.execute("migrate-set-parameters", {"max-bandwidth": UNLIMITED})
        try:
            qmp.execute("migrate", {"uri": _uri(qmp, part, handle, migrate_file)})
        except QmpError as error:
            raise _refused(error, who) from error
        _finish(qmp, f"{who}: saving its memory")
        _settle(qmp, f"{who}: saving its memory")
        os.fsync(handle)
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def load(
    qmp: Qmp,
    source: Path,
    *,
    who: str,
    migrate_file: bool,
    ignore_shared: bool = False,
    announced: bool = True,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Load the memory into a QEMU started with `-incoming defer`; it stays paused. `meanwhile` is called.

    `announced`: the network is told five times where the guest's cards are now, which keeps the guest busy.
    Source: QEMU, net/announce.c.
    """
    try:
        handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise SeraiError(
            Code.CORRUPT, f"{who}: its saved memory {source} is gone", hint="halt and start it anew"
        ) from error
    try:
        _prepare(qmp, ignore_shared)
        if not announced:
            qmp.execute("migrate-set-parameters", {"announce-rounds": 0})
        qmp.execute("migrate-incoming", {"uri": _uri(qmp, source, handle, migrate_file)})
        meanwhile()
        _finish(qmp, f"{who}: loading its memory")
    finally:
        os.close(handle)


def abandon(qmp: Qmp, *, who: str) -> None:
    """End a save that a killed serai has begun: done, it would stop the guest and take its disks away."""
    end = time.monotonic() + SETTLE_BUDGET
    while qmp.execute("query-migrate").get("status", "none") in UNDER_WAY:
        if time.monotonic() > end:
            raise SeraiError(Code.TIMEOUT, f"{who}: the save that was begun did not end in {SETTLE_BUDGET:g} s")
        qmp.execute("migrate_cancel")
        qmp.wait_event("MIGRATION", timeout=SETTLE_PAUSE)
    _settle(qmp, f"{who}: the save that was begun")


def _prepare(qmp: Qmp, ignore_shared: bool) -> None:
    # Said each time: a machine that was woken has it on, and its own memory must be saved as a whole.
    wanted = {"events": True, "x-ignore-shared": ignore_shared}
    qmp.execute(
        "migrate-set-capabilities",
        {"capabilities": [{"capability": name, "state": state} for name, state in wanted.items()]},
    )


def _uri(qmp: Qmp, path: Path, handle: int, migrate_file: bool) -> str:
    if migrate_file:
        return f"file:{path}"
    qmp.pass_file("memory", handle)
    return "fd:memory"


def _finish(qmp: Qmp, what: str) -> None:
    """Wait for the migration's last event."""
    while event := qmp.wait_event("MIGRATION", timeout=BUDGET):
        status = event["data"]["status"]
        if status == "completed":
            return
        if status in ("failed", "cancelled"):
            answer: dict[str, Any] = qmp.execute("query-migrate")
            raise SeraiError(Code.FAILED, f"{what}: {answer.get('error-desc', status)}")
    raise SeraiError(Code.TIMEOUT, f"{what} did not end within {BUDGET:g} s")


def _settle(qmp: Qmp, what: str) -> None:
    """Wait until it may go on: the last event comes a moment before `cont` is taken again.

    Source: QEMU migration/migration.c, migration_iteration_finish.
    """
    end = time.monotonic() + SETTLE_BUDGET
    while qmp.execute("query-status")["status"] == "finish-migrate":
        if time.monotonic() > end:
            raise SeraiError(Code.TIMEOUT, f"{what} was not finalized within {SETTLE_BUDGET:g} s")
        qmp.wait_event("MIGRATION", timeout=SETTLE_PAUSE)


def _refused(error: QmpError, who: str) -> SeraiError:
    hint = ""
    if "VirtFS" in error.text or "9p" in error.text:
        hint = "unmount the 9p folder in the guest first, or use type: rsync"
    elif "vhost-user-fs" in error.text:
        hint = "a virtiofs folder has no saved state: use type: rsync, or serai halt"
    elif "vfio" in error.text:
        hint = "a device of the host cannot be saved: serai halt"
    return SeraiError(Code.UNSUPPORTED, f"{who}: its memory cannot be saved: {error.text}", hint=hint)
