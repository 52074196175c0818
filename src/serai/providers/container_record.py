"""What is kept of a system container, and what `status` says of those of a project: LXC's and systemd-nspawn's."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import TypeVar

from serai.providers.contract import Observed, State
from serai.providers.first_process import Process
from serai.providers.machine_record import MachineRecord, observed_from
from serai.util.errors import SeraiError

UNFINISHED = "it was never made to the end"


class Phase(StrEnum):
    CREATING = "creating"
    MADE = "made"


class ContainerRecord(MachineRecord, kw_only=True, omit_defaults=True):
    """One container of serai's."""

    phase: Phase = Phase.CREATING
    process: Process = Process()
    bridges: tuple[str, ...] = ()
    """Bridges of private networks that serai made, and that it has a card on."""
    macs: tuple[str, ...] = ()
    """Of cards that have their address by DHCP."""

    def own_bridges(self) -> tuple[str, ...]:
        """Those that machines of its provider alone are on. Others have a stated name, as those that are shared.

        While one of theirs is just being made, nothing is on such a bridge, and it must stay nevertheless.
        """
        stated = {network.bridge for network in self.networks.values()}
        return tuple(bridge for bridge in self.bridges if bridge not in stated)


R = TypeVar("R", bound=ContainerRecord)


def names_in(root: str, head: str) -> list[str]:
    """Names of the machines whose directories in `root` begin with `head`."""
    try:
        entries = os.listdir(root)  # noqa: PTH208 - the path of `status`
    except FileNotFoundError:
        return []
    return [name.removeprefix(head) for name in entries if name.startswith(head)]


def read_all(
    root: str, head: str, provider: str, names: Collection[str] | None, load: Callable[[str], R | None]
) -> tuple[dict[str, R], dict[str, Observed]]:
    """(records by name, what is known of directories that have none that can be read), sorted."""
    records: dict[str, R] = {}
    found: dict[str, Observed] = {}
    for name in sorted(names_in(root, head) if names is None else names):
        directory = f"{root}/{head}{name}"
        try:
            record = load(directory)
        except SeraiError as error:
            found[name] = Observed(name=name, provider=provider, state=State.UNKNOWN, problem=error.message)
            continue
        if record is not None:
            records[name] = record
        elif os.path.isdir(directory):  # noqa: PTH112 - the path of `status`
            found[name] = Observed(name=name, provider=provider, state=State.CREATING, problem=UNFINISHED)
    return records, found


def judged(
    record: R,
    provider: str,
    state: State,
    word: str,
    leases: dict[str, str],
    ended: Callable[[R], str],
    lost: str = "",
) -> Observed:
    """What `status` says of one. `state` and `word` are its engine's, `leases` its addresses by MAC.

    `ended` is asked why one does not run that nobody stopped; `lost` is what is wrong where the state is unknown.
    """
    problem = ""
    known = list(record.addresses.values())
    if state is not State.STOPPED:
        known = [*(leases[mac] for mac in record.macs if mac in leases), *known]
    if record.phase is not Phase.MADE:
        state, problem = State.CREATING, UNFINISHED
    elif state is State.STOPPED and not record.stopped:
        state, problem = State.FAILED, ended(record)
    elif state is State.UNKNOWN:
        problem = lost
    elif state is State.RUNNING and record.ready_at >= record.started_at > 0:
        state = State.READY
    return observed_from(record, provider, state, word, addresses=known, problem=problem)
