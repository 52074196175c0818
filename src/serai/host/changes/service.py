"""A service: enabled and started by systemd; without systemd started by hand, where its daemon can be."""

from __future__ import annotations

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.changes.running import must, waited
from serai.host.reach.contract import Kind, Reach
from serai.util.errors import Code, SeraiError

SYSTEMD = "/run/systemd/system"
"""Is there where systemd is the first process. Source: sd_booted(3)."""
UNITS = "/etc/systemd/system"
PATIENCE = 30
"""Seconds to wait for a daemon that was started by hand."""
KILL = ("sh", "-c", 'kill "$1"', "sh")
"""The shell's own: a minimal system has no program of that name."""
DETACHED = 'setsid -f "$@" >/dev/null 2>&1 </dev/null'


class Service(Change, frozen=True, kw_only=True, tag="service"):
    """`unit`, with its suffix. The rest is for hosts without systemd.

    `process` is its name as the kernel has it, `shows` a path that is there while it works; one of them tells
    whether it runs. `start` is run as it is (a daemon that goes to the background by itself), or detached.
    """

    unit: str
    process: str = ""
    shows: str = ""
    start: tuple[str, ...] = ()
    detach: bool = False
    stop: tuple[str, ...] = ()
    """Empty: its process gets SIGTERM."""

    @property
    def subject(self) -> str:
        return self.unit

    def title(self) -> str:
        return f"enable and start {self.unit}"

    def holds(self, reach: Reach) -> bool:
        if not reach.has(SYSTEMD):
            return self._runs(reach)
        now = _unit(reach, self.unit)
        return now["ActiveState"] == "active" and _starts_at_boot(now)

    def diff(self, reach: Reach) -> list[str]:
        if not reach.has(SYSTEMD):
            how = f"by hand: {' '.join(self.start)}" if self.start else "by hand, by its own script"
            return [f"{self.unit}: not running -> running ({how}; no systemd here)"]
        now = _unit(reach, self.unit)
        return [f"{self.unit}: {now['UnitFileState'] or 'not there'}, {now['ActiveState']} -> enabled, active"]

    def before(self, reach: Reach) -> Kept:
        """`there`: it runs; `words`: the links by which units are started at boot."""
        if not reach.has(SYSTEMD):
            return Kept(there=self._runs(reach), value=self._pid(reach))
        active = _unit(reach, self.unit)["ActiveState"] == "active"
        return Kept(there=active, words=tuple(links(reach)))

    def do(self, reach: Reach, before: Kept) -> None:
        if reach.has(SYSTEMD):
            must(reach, "systemctl", "enable", "--now", self.unit)
            return
        if self._runs(reach):
            return
        argv = self.start or (f"/etc/init.d/{self.unit.partition('.')[0]}", "start")
        if not self.start and not reach.has(argv[0]):
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{self.unit} was not started: there is no systemd here, and no {argv[0]}",
                hint="start it the way this host starts its services, then run this again",
            )
        must(reach, *(("sh", "-c", DETACHED, "sh", *argv) if self.detach else argv))
        self._wait(reach, True)

    def read_back(self, reach: Reach) -> Seen:
        if not reach.has(SYSTEMD):
            read = f"process {self.process}" if self.process else self.shows
            if self._runs(reach):
                return Seen(State.DONE, read, "runs", "no systemd here: nothing starts it at boot")
            return Seen(State.LOST, read, "does not run", "it ended, or somebody stopped it")
        now = _unit(reach, self.unit)
        value = f"{now['UnitFileState']}, {now['ActiveState']}"
        if now["ActiveState"] == "active" and _starts_at_boot(now):
            return Seen(State.DONE, f"systemctl show {self.unit}", value)
        return Seen(State.LOST, f"systemctl show {self.unit}", value, f"journalctl -u {self.unit} says why")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if not reach.has(SYSTEMD):
            if not before.there and self._runs(reach):
                self._end(reach, after)
            return
        if not before.there and _unit(reach, self.unit)["ActiveState"] == "active":
            must(reach, "systemctl", "stop", self.unit)
        restore_links(reach, before.words, after.words if after else tuple(links(reach)))

    @property
    def owes(self) -> tuple[str, ...]:
        return ("daemon-reload",)

    def _end(self, reach: Reach, after: Kept | None) -> None:
        """Stop what was started by hand; a process that is not the one we started stays."""
        pid = self._pid(reach)
        if self.stop:
            must(reach, *self.stop)
        elif pid and (after is None or pid == after.value):
            must(reach, *KILL, pid)
        else:
            return
        self._wait(reach, False)

    def _wait(self, reach: Reach, runs: bool) -> None:
        if not waited(reach, lambda: self._runs(reach) is runs, PATIENCE):
            word = "does not run" if runs else "still runs"
            raise SeraiError(Code.TIMEOUT, f"{self.unit} {word} {PATIENCE} s later", hint="look at its log")

    def _runs(self, reach: Reach) -> bool:
        shown = not self.shows or reach.has(self.shows)
        return shown and (not self.process or bool(self._pid(reach)))

    def _pid(self, reach: Reach) -> str:
        """Of the oldest process of that name; empty: there is none. One that has ended has no words."""
        if not self.process:
            return ""
        wanted = self.process[:15].encode()  # as much as the kernel keeps: proc(5), /proc/PID/comm
        pids = sorted((name for name in reach.names("/proc") or () if name.isdigit()), key=int)
        named = (pid for pid in pids if (reach.read(f"/proc/{pid}/comm") or b"").strip() == wanted)
        return next((pid for pid in named if reach.read(f"/proc/{pid}/cmdline") != b""), "")


def links(reach: Reach) -> list[str]:
    """`PATH TARGET` of each link that an administrator's `systemctl enable` makes: wants, requires, aliases."""
    found = []
    for name in sorted(reach.names(UNITS) or ()):
        place = f"{UNITS}/{name}"
        entry = reach.entry(place)
        inside = [place]
        if entry and entry.kind is Kind.DIRECTORY and name.endswith((".wants", ".requires")):
            inside = [f"{place}/{each}" for each in sorted(reach.names(place) or ())]
        found += [f"{path} {target}" for path in inside if (target := reach.target(path))]
    return found


def restore_links(reach: Reach, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Take out the links that came between, and put back those that went; what others did since stays."""
    for line in sorted(set(after) - set(before)):
        path, _, target = line.partition(" ")
        if reach.target(path) == target:
            reach.remove(path)
            if reach.names(above := path.rpartition("/")[0]) == [] and above != UNITS:
                reach.remove(above)
    for line in sorted(set(before) - set(after)):
        path, _, target = line.partition(" ")
        above = path.rpartition("/")[0]
        if not reach.has(above):
            reach.make_directory(above)
        if not reach.has(path):
            reach.link(path, target)


def _unit(reach: Reach, unit: str) -> dict[str, str]:
    done = reach.run(("systemctl", "show", "-p", "UnitFileState", "-p", "ActiveState", unit))
    pairs = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return {"UnitFileState": "", "ActiveState": "inactive", **pairs}


def _starts_at_boot(now: dict[str, str]) -> bool:
    """`static` and `indirect` units are started by others. Source: systemctl(1), is-enabled."""
    return now["UnitFileState"] in ("enabled", "enabled-runtime", "static", "indirect", "alias", "generated")
