"""What a machine says: its serial console, the console's log, the emulator's log, and why it ended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from serai.providers.contract import Console, Scope
from serai.providers.libvirt import bases, ledger, pools
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import is_remote, is_session, log_is_ours, opened
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.upload import download

ENGINE_LOGS = "/var/log/libvirt/qemu"
SESSION_LOGS = "~/.cache/libvirt/qemu/log"
COPY = "serial.log"
"""Of a console's log that only libvirt can read, in the machine's directory."""
FOLLOW_EVERY = 3.0
"""Seconds between two looks at a log that only libvirt can read."""


def console(scope: Scope, name: str) -> Console:
    """The program that attaches to it, and the log; one that only libvirt can read is fetched now."""
    state = ledger.made(scope, name)
    return Console(
        socket=Path(),
        log=log_of(scope, state),
        engine=engine_log(state),
        argv=("virsh", "-q", "-c", state.uri, "console", "--force", state.uuid),
    )


def log_of(scope: Scope, state: Record) -> Path:
    """A file that we can read."""
    if log_is_ours(state.uri):
        return Path(state.console_log)
    copy = ledger.directory_of(scope, state.name) / COPY
    fetch(opened(state.uri), state.console_log, copy)
    return copy


def fetch(conn: Any, path: str, target: Path) -> None:
    """The log out of the pool that it lies in, if it is there already."""
    libvirt = library()
    try:
        volume = conn.storageVolLookupByPath(path)
    except libvirt.libvirtError as error:
        if not is_gone(error):
            raise
        volume = _seen_anew(conn, Path(path))
    if volume is not None:
        draft = target.with_suffix(".new")
        download(volume, draft)
        draft.replace(target)


def _seen_anew(conn: Any, wanted: Path) -> Any:
    """The volume of a file that libvirt did not make itself: its pool must be looked at anew."""
    for pool in conn.listAllStoragePools():
        if pool.isActive() and pools.target_of(pool) == str(wanted.parent):
            pools.refresh(pool)
            return bases.lookup(pool, wanted.name)
    return None


def _follow(scope: Scope, state: Record) -> None:
    """Bring our copy of the log up to date while somebody waits for the machine, every few seconds."""
    copy = ledger.directory_of(scope, state.name) / COPY
    if log_is_ours(state.uri):
        return
    if not copy.exists() or time.time() - copy.stat().st_mtime > FOLLOW_EVERY:
        fetch(opened(state.uri), state.console_log, copy)


def engine_log(state: Record) -> Path | None:
    """What QEMU itself said, where this user can know it."""
    if is_remote(state.uri):
        return None
    folder = Path(SESSION_LOGS).expanduser() if is_session(state.uri) else Path(ENGINE_LOGS)
    return folder / f"{state.domain}.log"


def failure(scope: Scope, name: str) -> str:
    """Why the machine does not run any more, in words; empty when it runs."""
    from serai.providers.libvirt.observe import observe

    state = ledger.load(scope, name)
    if state is None:
        return "there is no such machine"
    domain = lookup(opened(state.uri), state.uuid)
    if domain is not None and domain.isActive() and domain.state()[0] in (1, 2, 3, 4):
        _follow(scope, state)
        return ""
    seen = observe(scope, [name]).get(name)
    if seen is None:
        return "there is no such machine"
    if seen.problem:
        return seen.problem
    return "it is off" if state.stopped else "the guest powered off"
