"""docker's chains in the filter and its bridges, made anew by a restart: a repair, which has no inverse."""

from __future__ import annotations

from serai.host import docker_daemon
from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.docker_filter import lost
from serai.host.facts.host import Facts
from serai.host.facts.source import Source, Unknown
from serai.host.reach.contract import Reach

READ = "iptables-save, ip link"


class DockerChains(Change, frozen=True, kw_only=True, tag="docker-chains"):
    """The caller has seen to it that no container stops, or that this is wanted."""

    @property
    def subject(self) -> str:
        return "docker's chains"

    def title(self) -> str:
        return "restart docker, which makes its chains and bridges anew"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or not _lost(reach)

    def diff(self, reach: Reach) -> list[str]:
        return [f"{each} -> there" for each in _lost(reach)]

    def before(self, reach: Reach) -> Kept:
        return Kept()

    def do(self, reach: Reach, before: Kept) -> None:
        docker_daemon.restart(reach)

    def read_back(self, reach: Reach) -> Seen:
        if not reach.live:
            return Seen(State.PENDING, READ, "", "a run on the host itself")
        if gone := _lost(reach):
            return Seen(State.LOST, READ, gone[0], "another firewall flushed it, or docker does not run")
        return Seen(State.DONE, READ, "chains, jumps and bridges are there")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """Nothing: nobody wants the chains away again."""


def _lost(reach: Reach) -> list[str]:
    """Looked at anew each time."""
    try:
        return lost(Facts(Source(reach=reach)))
    except Unknown as error:
        return [f"not known: {error.why}"]
