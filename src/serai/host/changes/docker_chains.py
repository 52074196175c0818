"""docker's chains in the filter, made anew by a restart of docker: a repair, which has no inverse."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

ASK = ("iptables", "-w", "10", "-t", "nat", "-S", "DOCKER")


class DockerChains(Change, frozen=True, kw_only=True, tag="docker-chains"):
    """The caller has seen to it that no container stops, or that this is wanted."""

    @property
    def subject(self) -> str:
        return "docker's chains"

    def title(self) -> str:
        return "restart docker, which makes its chains anew"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or reach.run(ASK).ok

    def diff(self, reach: Reach) -> list[str]:
        return ["nat: no chain DOCKER -> DOCKER"]

    def before(self, reach: Reach) -> Kept:
        return Kept()

    def do(self, reach: Reach, before: Kept) -> None:
        systemd = reach.has("/run/systemd/system")
        argv = ("systemctl", "restart", "docker") if systemd else ("service", "docker", "restart")
        done = reach.run(argv)
        if not done.ok:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise SeraiError(
                Code.FAILED,
                f"docker does not start again: {said[-1] if said else done.code}",
                hint="journalctl -u docker says why" if systemd else "/var/log/docker.log says why",
            )

    def read_back(self, reach: Reach) -> Seen:
        read = " ".join(ASK)
        if self.holds(reach):
            return Seen(State.DONE, read, "chain DOCKER")
        return Seen(State.LOST, read, "no chain DOCKER", "another firewall flushed it, or docker does not run")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """Nothing: nobody wants the chains away again."""
