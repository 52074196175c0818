"""Ports of the host that running containers of systemd-nspawn have."""

from __future__ import annotations

from pathlib import Path

from serai.providers.nspawn import groups
from serai.providers.nspawn.place import state_root
from serai.providers.nspawn.record import load
from serai.providers.ports import Taken, key_of
from serai.util.errors import SeraiError


def taken(without: str) -> Taken:
    """Those of all containers of serai's that run, but one."""
    found: Taken = {}
    for directory in Path(state_root()).glob("serai-*"):
        if directory.name == without or not groups.supervisor(groups.home(directory.name)):
            continue
        try:
            record = load(directory)
        except SeraiError:
            continue  # `status` of its project says what is wrong with it; its ports are bound in any case
        if record:
            for forward in record.forwards:
                found[key_of(forward)] = f"machine {record.name} of project {record.project}"
    return found
