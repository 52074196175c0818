"""What runs, asked of LXC itself by the abstract socket of each container's monitor: no process is made.

One read of /proc/net/unix tells which containers live; each of those is asked its state over its socket.
Source: LXC, src/lxc/commands.h: struct lxc_cmd_req, struct lxc_cmd_rsp, and the numbers of commands.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Collection

GET_STATE, GET_INIT_PID = 3, 4
REQUEST = struct.Struct("@iiP")
"""cmd, datalen, data."""
RESPONSE = struct.Struct("@iiP")
"""ret, datalen, data: the state, or the process id, in place of a pointer."""
STATES = ("STOPPED", "STARTING", "RUNNING", "STOPPING", "ABORTING", "FREEZING", "FROZEN", "THAWED")
"""Source: LXC, src/lxc/state.h: lxc_state_t."""
UNKNOWN = "UNKNOWN"
"""No word of LXC's: it lives, but does not answer."""
BUDGET = 3.0
"""Seconds for one answer: a monitor that runs a hook, on a busy host, answers late."""
UNIX = "/proc/net/unix"


def living(lxcpath: str) -> set[str]:
    """Names of the containers below `lxcpath` that have a monitor."""
    head, tail = f"@{lxcpath}/", "/command"
    with open(UNIX) as file:  # noqa: PTH123 - the path of `status`
        names = [line.rsplit(" ", 1)[-1].rstrip("@\n") for line in file]
    return {name[len(head) : -len(tail)] for name in names if name.startswith(head) and name.endswith(tail)}


def ask(lxcpath: str, container: str, command: int) -> int | None:
    """One number of one container; None: it has no monitor. Raises TimeoutError when that does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
        link.settimeout(BUDGET)
        who = struct.pack("@iII", os.getpid(), os.geteuid(), os.getegid())
        try:
            link.connect(f"\0{lxcpath}/{container}/command")
            link.sendmsg([REQUEST.pack(command, 0, 0)], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, who)])
            data = link.recv(RESPONSE.size)
        except TimeoutError:
            raise
        except OSError:
            return None  # nobody listens, or it ended meanwhile
    if len(data) < RESPONSE.size:
        return None
    return int(RESPONSE.unpack(data)[2])


def state(lxcpath: str, container: str) -> str:
    """LXC's own word; `STOPPED` when there is no monitor, UNKNOWN when that does not answer."""
    try:
        number = ask(lxcpath, container, GET_STATE)
    except TimeoutError:
        return UNKNOWN
    return STATES[number] if number is not None and number < len(STATES) else "STOPPED"


def states(lxcpath: str, containers: Collection[str]) -> dict[str, str]:
    """The states of those that live."""
    alive = living(lxcpath)
    return {name: state(lxcpath, name) for name in containers if name in alive}


def init_pid(lxcpath: str, container: str) -> int:
    """The process id of its first process, on the host; 0: it does not run, or does not say."""
    try:
        number = ask(lxcpath, container, GET_INIT_PID)
    except TimeoutError:
        return 0
    return number if number and number > 0 and number < 1 << 31 else 0
