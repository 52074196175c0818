"""Whether the host can still be reached after a change of its network: seen, not believed.

The gateway answers on the bridge; and of an SSH session, what was sent through it since was acknowledged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from serai.host.bridging.link import Link
from serai.host.reach.contract import Reach

ALIVE = "REACHABLE"
"""State of a neighbour that answered since. Source: ip-neighbour(8); a stale one proves nothing."""
PARENTS = 12
"""How far above this process the login may be: su, sudo and shells are between."""


class Session(msgspec.Struct, frozen=True):
    """The TCP connection of an SSH login, as SSH_CONNECTION has it."""

    client: str
    client_port: int
    server: str
    server_port: int

    @property
    def shown(self) -> str:
        return f"{self.client} port {self.client_port}"


def session(reach: Reach, environment: Mapping[str, str], pid: int) -> Session | None:
    """The SSH session that a process runs in. sudo drops the variable: then a parent's environment has it."""
    found = environment.get("SSH_CONNECTION", "")
    for _ in range(PARENTS):
        if found or pid <= 1:
            break
        data = (reach.read(f"/proc/{pid}/environ") or b"").decode(errors="replace")
        found = next((each[15:] for each in data.split("\0") if each.startswith("SSH_CONNECTION=")), "")
        stat = (reach.read(f"/proc/{pid}/stat") or b"").decode(errors="replace").rpartition(")")[2].split()
        pid = int(stat[1]) if len(stat) > 1 else 0
    words = found.split()
    if len(words) != 4:
        return None
    return Session(words[0], int(words[1]), words[2], int(words[3]))


class Evidence:
    """What is known of the way in since the change was made."""

    def __init__(self, reach: Reach, link: Link, bridge: str, login: Session | None) -> None:
        self.reach = reach
        self.link = link
        self.bridge = bridge
        self.login = login
        self._acked = self._bytes_acked()

    def against(self) -> str:
        """Why the change cannot be taken as good yet; empty: it can. Each call asks anew."""
        if not self.link.gateways and self.login is None:
            return "there is neither a gateway nor an SSH session to ask"
        silent = [each for each in self.link.gateways if not self._answers(each)]
        if self.link.gateways and len(silent) == len(self.link.gateways):
            return f"the gateway {silent[0]} does not answer on {self.bridge}"
        if self.login and self._bytes_acked() <= self._acked:
            return f"the SSH session of {self.login.shown} carried no data since"
        return ""

    def _answers(self, gateway: str) -> bool:
        """Has the kernel ask the gateway for its MAC address, which also one that drops pings tells."""
        if ALIVE in self._states(gateway):
            return True
        asked = self._run("ip", "neighbour", "replace", gateway, "dev", self.bridge, "use")
        if not asked and (mac := self.link.neighbours.get(gateway)):
            asked = self._run(
                "ip", "neighbour", "replace", gateway, "lladdr", mac, "dev", self.bridge, "nud", "probe"
            )
        if not asked and self.reach.program("ping"):
            self._run("ping", "-c", "1", "-W", "1", "-I", self.bridge, gateway)
        return ALIVE in self._states(gateway)

    def _run(self, *argv: str) -> bool:
        return self.reach.run(argv, timeout=5).ok

    def _states(self, gateway: str) -> list[str]:
        done = self.reach.run(("ip", "-j", "neighbour", "show", "to", gateway, "dev", self.bridge))
        if not done.ok:
            return []
        rows = msgspec.json.decode(done.stdout or "[]", type=list[dict[str, Any]])
        return [state for row in rows for state in row.get("state", ())]

    def _bytes_acked(self) -> int:
        """Bytes of the session that its client acknowledged; 0: there is no such connection (any more)."""
        if self.login is None:
            return 0
        which = (
            f"src = [{self.login.server}] and sport = :{self.login.server_port} and "
            f"dst = [{self.login.client}] and dport = :{self.login.client_port}"
        )
        done = self.reach.run(("ss", "-tinH", "state", "established", *which.split()))
        found = re.search(r"\bbytes_acked:(\d+)", done.stdout) if done.ok else None
        return int(found[1]) if found else 0
