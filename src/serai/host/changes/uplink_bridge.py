"""The uplink moved onto a bridge, now, under a timer that puts it back unless the change is confirmed."""

from __future__ import annotations

import msgspec

from serai.host.bridging import timer
from serai.host.bridging.link import Link, back, forth, read_link
from serai.host.bridging.owner import give_back, networkd_has
from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

LINKS = "/sys/class/net"
LET_GO = """nmcli device set "$1" managed no
for i in 1 2 3 4 5 6 7 8 9 10; do
    nmcli -g GENERAL.STATE device show "$1" | grep -q "^10" && break
    sleep 0.2
done
"""
"""NetworkManager takes the addresses away and the link down, soon after nmcli has ended; 10 is unmanaged.

Source: nm-settings-nmcli(5), NetworkManager's NMDeviceState.
"""
FORGET = "nmcli connection reload\n"
"""Profiles whose files are gone: it would make their bridge again."""
THEN = 'shift; exec ip "$@"'


class UplinkBridge(Change, frozen=True, kw_only=True, tag="uplink-bridge"):
    """`port` becomes a port of `bridge`, which takes its MAC, addresses and routes.

    Whoever does it has to see to the confirmation (bridging/guarded.py): `within` seconds later it is undone.
    What the next boot does is said by files, which are changes of their own.
    """

    bridge: str
    port: str
    within: float = 60.0
    manager: str = ""
    """`NetworkManager`, which must leave the link alone meanwhile."""

    @property
    def subject(self) -> str:
        return f"bridge {self.bridge}"

    def title(self) -> str:
        return f"move {self.port} onto the bridge {self.bridge}, back in {self.within:g} s unless confirmed"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or self._master(reach) == self.bridge

    def _master(self, reach: Reach) -> str:
        return reach.target(f"{LINKS}/{self.port}/master").rpartition("/")[2]

    def diff(self, reach: Reach) -> list[str]:
        return [f"ip {line}" for line in forth(read_link(reach, self.port), self.bridge).splitlines()]

    def before(self, reach: Reach) -> Kept:
        if not reach.live:
            return Kept()
        return Kept(there=True, value=msgspec.json.encode(read_link(reach, self.port)).decode())

    def do(self, reach: Reach, before: Kept) -> None:
        link = msgspec.json.decode(before.value, type=Link)
        home = [f"ip -force -batch {timer.PLACE}/back"]
        if self.manager:
            home.append(f"nmcli device set {self.port} managed yes")
        timer.arm(reach, self.within, home, {"back": back(link, self.bridge), "link": before.value})
        done = self._ip(reach, LET_GO, forth(link, self.bridge))
        if not done.ok:
            reach.run(("ip", "-force", "-batch", "-"), input=back(link, self.bridge))
            timer.clear(reach)
            give_back(reach, self.port, manager=self.manager)
            said = done.stderr.strip().splitlines()
            raise SeraiError(
                Code.FAILED,
                f"{self.port} does not become a port of {self.bridge}: {said[0] if said else done.code}",
                hint="everything is as it was: ip address",
                details=said[1:],
            )
        if reach.has("/run/systemd/resolve"):
            self._names(reach)

    def _names(self, reach: Reach) -> None:
        """systemd-resolved keeps name servers by link."""
        for kind in ("dns", "domain"):
            done = reach.run(("resolvectl", kind, self.port))
            words = done.stdout.partition(":")[2].split()
            if done.ok and words:
                reach.run(("resolvectl", kind, self.bridge, *words))

    def after(self, reach: Reach) -> Kept:
        return Kept(there=True)

    def read_back(self, reach: Reach) -> Seen:
        read = f"{LINKS}/{self.port}/master"
        if not reach.live:
            return Seen(State.PENDING, read, "", "the next boot of this tree")
        master = self._master(reach)
        if master != self.bridge:
            return Seen(State.LOST, read, master or "no bridge", "somebody changed it")
        shown = [each.shown for each in read_link(reach, self.bridge).addresses if each.scope == "global"]
        return Seen(State.DONE, read, " ".join([self.bridge, *shown]))

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        ports = reach.names(f"{LINKS}/{self.bridge}/brif") or [] if reach.live else []
        others = sorted(set(ports) - {self.port})
        return f"{', '.join(others)}: joined {self.bridge}, and would lose the network" if others else ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        """Move home what the bridge has now: an address may have changed since. Its files were put back before."""
        if not reach.live or self._master(reach) != self.bridge:
            return
        timer.confirm(reach)
        networkd = networkd_has(reach, self.port)
        now = read_link(reach, self.bridge)
        lines = back(msgspec.structs.replace(now, name=self.port), self.bridge)
        self._ip(reach, LET_GO + FORGET, lines, "-force")
        timer.clear(reach)
        give_back(reach, self.port, manager=self.manager, networkd=networkd)

    def _ip(self, reach: Reach, first: str, lines: str, *options: str) -> Result:
        """`first` is of NetworkManager, where it has the link, and in the same program: it takes the way in away,
        over which nothing would come after that."""
        words = (*options, "-batch", "-")
        if not self.manager:
            return reach.run(("ip", *words), input=lines)
        return reach.run(("sh", "-c", first + THEN, "sh", self.port, *words), input=lines)
