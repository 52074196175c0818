"""Rules of the running kernel's packet filter: a table of our own in nftables, or single rules of iptables.

A unit of our own makes them again at boot (tunings/at_boot.py); these changes are for now.
"""

from __future__ import annotations

from collections.abc import Iterator

from serai.host.changes.change import Change, Kept, Seen, State
from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

NEXT_BOOT = "the next boot of this tree"


class NftTable(Change, frozen=True, kw_only=True, tag="nft-table"):
    """`table`, as `inet serai_mss`, whose whole `text` nft reads; `shows` are words that its listing has."""

    table: str
    text: str
    shows: str

    @property
    def subject(self) -> str:
        return f"nft table {self.table}"

    def title(self) -> str:
        return f"make {self.subject}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or self.shows in _words(_listing(reach, self.table))

    def diff(self, reach: Reach) -> list[str]:
        old = _listing(reach, self.table) if reach.live else ""
        gone = [f"-{line}" for line in old.splitlines()]
        return [*gone, *(f"+{line}" for line in self.text.splitlines())]

    def before(self, reach: Reach) -> Kept:
        old = _listing(reach, self.table) if reach.live else ""
        return Kept(there=bool(old), value=old)

    def do(self, reach: Reach, before: Kept) -> None:
        _load(reach, f"table {self.table}\ndelete table {self.table}\n{self.text}")

    def read_back(self, reach: Reach) -> Seen:
        read = f"nft list table {self.table}"
        if not reach.live:
            return Seen(State.PENDING, read, "", NEXT_BOOT)
        now = _words(_listing(reach, self.table))
        if self.shows in now:
            return Seen(State.DONE, read, self.shows)
        return Seen(State.LOST, read, now[:80] or "not there", "a reload of another firewall may have flushed it")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        now = _listing(reach, self.table) if reach.live else ""
        known = ("", before.value, *((after.value,) if after else ()))
        if now in known or (after is None and self.shows in _words(now)):
            return ""
        return f"{self.subject} was changed since"

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        if reach.live and _listing(reach, self.table) != before.value:
            _load(reach, f"table {self.table}\ndelete table {self.table}\n{before.value}\n")


class IptablesRules(Change, frozen=True, kw_only=True, tag="iptables-rules"):
    """`rules` at the head of their chains, the first one first: `DOCKER-USER -i br0 -j ACCEPT`."""

    rules: tuple[str, ...]
    table: str = "filter"
    program: str = "iptables"

    @property
    def subject(self) -> str:
        return f"{self.program} {self.table} {' '.join(self.rules)}"

    def title(self) -> str:
        return f"add {len(self.rules)} rules to {self.program}, table {self.table}"

    def holds(self, reach: Reach) -> bool:
        return not reach.live or not list(self._missing(reach))

    def _missing(self, reach: Reach) -> Iterator[str]:
        return (rule for rule in self.rules if not self._run(reach, "-C", rule))

    def _run(self, reach: Reach, act: str, rule: str) -> bool:
        return reach.run((self.program, "-w", "10", "-t", self.table, act, *rule.split())).ok

    def diff(self, reach: Reach) -> list[str]:
        return [f"+{self.program} -t {self.table} -I {rule}" for rule in self._missing(reach)]

    def before(self, reach: Reach) -> Kept:
        """`words`: the rules that are there already."""
        missing = list(self._missing(reach)) if reach.live else []
        return Kept(words=tuple(rule for rule in self.rules if rule not in missing))

    def do(self, reach: Reach, before: Kept) -> None:
        for rule in reversed(list(self._missing(reach))):
            if not self._run(reach, "-I", rule):
                chain = rule.split()[0]
                raise SeraiError(
                    Code.FAILED,
                    f"{self.program} does not take the rule {rule}",
                    hint=f"look whether the chain is there: {self.program} -t {self.table} -S {chain}",
                )

    def read_back(self, reach: Reach) -> Seen:
        read = f"{self.program} -t {self.table} -C"
        if not reach.live:
            return Seen(State.PENDING, read, "", NEXT_BOOT)
        missing = list(self._missing(reach))
        if missing:
            return Seen(State.LOST, read, f"no {missing[0]}", "a reload of another firewall may have flushed it")
        return Seen(State.DONE, read, f"{len(self.rules)} rules")

    def conflict(self, reach: Reach, before: Kept, after: Kept | None) -> str:
        return ""

    def undo(self, reach: Reach, before: Kept, after: Kept | None) -> None:
        for rule in self.rules if reach.live else ():
            if rule not in before.words and self._run(reach, "-C", rule):
                self._run(reach, "-D", rule)


def _listing(reach: Reach, table: str) -> str:
    done = reach.run(("nft", "list", "table", *table.split()))
    return done.stdout.strip() if done.ok else ""


def _words(text: str) -> str:
    return " ".join(text.split())


def _load(reach: Reach, text: str) -> None:
    done = reach.run(("nft", "-f", "-"), input=text)
    if not done.ok:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise SeraiError(
            Code.FAILED, f"nft does not take the rules: {said[0] if said else done.code}", details=said
        )
