"""Cases of tunings, as data: a small host, what is asked for, and the changes that come of it.

Each case is also carried out on a stand-in for a running host, read back, planned again and undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from host_cases import write
from serai.host.apply import needed, states, tune, undo
from serai.host.changes.file import WriteFile
from serai.host.changes.lines import AddLines
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import Ledger
from serai.host.reach.local import Local
from serai.host.tunings.known import TUNINGS
from serai.host.tunings.tuning import Asked, Planned
from serai.host.wants import Wants
from serai.util.errors import SeraiError
from serai.util.process import Result
from serai.util.units import parse_size

HERE = Path(__file__).parent / "host/tunings"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes of the rest: `sets` (kernel's file -> value), `writes` (file -> words in it), `does` (words of
    titles), which together are all changes there are, and `notes`; or `error`."""

    name: str
    value: str = ""
    memory: str = ""
    page_size: str = ""
    force: bool = False
    wants: dict[str, Any] = {}
    files: dict[str, str | None] = {}
    live: bool = True
    without: list[str] = []
    sets: dict[str, str] = {}
    writes: dict[str, list[str]] = {}
    does: list[str] = []
    notes: list[str] = []
    error: str = ""
    lost: str = ""
    """What is read back of a change that did not come to what was asked for."""
    pending: str = ""


class Host(Local):
    """A tree that runs: a few programs do what they are for, and the kernel keeps its ways with some files."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, run=self._program)
        self.said: list[str] = []

    def _program(self, argv: Sequence[str]) -> Result:
        self.said.append(" ".join(argv))
        act = getattr(self, f"_{argv[0].replace('-', '_')}", None)
        return act(argv) if act else Result(argv, 0, "", "")

    def _mount(self, argv: Sequence[str]) -> Result:
        mounts = self.root / "proc/mounts"
        mounts.write_text(f"{mounts.read_text()}{argv[-2]} {argv[-1]} {argv[2]} rw,{argv[4]} 0 0\n")
        return Result(argv, 0, "", "")

    def _umount(self, argv: Sequence[str]) -> Result:
        mounts = self.root / "proc/mounts"
        lines = [line for line in mounts.read_text().splitlines(True) if line.split()[1] != argv[-1]]
        mounts.write_text("".join(lines))
        return Result(argv, 0, "", "")

    def _tuned_adm(self, argv: Sequence[str]) -> Result:
        active = self.root / "etc/tuned/active_profile"
        if argv[1] == "active":
            return Result(argv, 0, f"Current active profile: {active.read_text().strip()}\n", "")
        active.write_text(f"{argv[2]}\n")
        (self.root / "etc/tuned/profile_mode").write_text("manual\n")
        return Result(argv, 0, "", "")

    def _modprobe(self, argv: Sequence[str]) -> Result:
        """A load sets each parameter to its default, `NAME.default`, and then to what modprobe.d says."""
        if argv[1] == "-r":
            return Result(argv, 0, "", "")
        place = self.root / f"sys/module/{argv[1]}/parameters"
        for default in place.glob("*.default"):
            (place / default.stem).write_text(default.read_text())
        for file in sorted((self.root / "etc/modprobe.d").glob("*.conf")):
            for line in file.read_text().replace("-", "_").splitlines():
                if line.startswith(f"options {argv[1]} "):
                    name, _, value = line.split()[2].partition("=")
                    (place / name).write_text(f"{'Y' if value == '1' else 'N'}\n")
        return Result(argv, 0, "", "")

    def _dmesg(self, argv: Sequence[str]) -> Result:
        log = self.root / "var/log/kernel"
        return Result(argv, 0, log.read_text() if log.exists() else "", "")

    def put(self, path: str, text: str) -> None:
        """A file `PATH.most` says how many pages a node has to give."""
        most = self.read(f"{path}.most")
        super().put(path, str(min(int(text), int(most))) if most else text)
        real = self.root / path.lstrip("/")
        real.write_text(f"{real.read_text().splitlines()[0]}\n")


def cases(family: str) -> list[tuple[str, Case]]:
    """(id of the tuning, case) of one file."""
    table = yaml.safe_load((HERE / f"{family}.yaml").read_text())
    return [(ident, msgspec.convert(each, Case)) for ident, given in table.items() for each in given]


def named(case: tuple[str, Case]) -> str:
    return f"{case[0]}: {case[1].name}"


def host(root: Path, case: Case) -> Host | Local:
    write(root, case.files, case.without)
    (root / "var/lib").mkdir(exist_ok=True)
    return Host(root) if case.live else Local(root)


def planned(reach: Local, ident: str, case: Case) -> Planned:
    wants = msgspec.convert(case.wants, Wants)
    asked = Asked(
        value=case.value,
        memory=parse_size(case.memory) if case.memory else 0,
        page_size=parse_size(case.page_size) if case.page_size else 0,
        wants=wants,
        force=case.force,
    )
    return TUNINGS[ident].plan(Facts(Source(reach=reach), wants), asked)


def wrong(root: Path, ident: str, case: Case) -> str:
    """Why what is planned is not what the case says; empty: it is."""
    reach = host(root, case)
    try:
        plan = planned(reach, ident, case)
    except SeraiError as error:
        told = f"{error.message} {error.hint}"
        return "" if case.error and case.error in told else f"error: {told}"
    todo = needed(reach, plan.changes)
    left = [each for each in todo if not _expected(each, case)]
    found = {each.subject for each in todo}
    missing = [path for path in (*case.sets, *case.writes) if path not in found]
    notes = [each for each in case.notes if not any(each in note for note in plan.notes)]
    if case.error or left or missing or notes or len(todo) != len(case.sets) + len(case.writes) + len(case.does):
        return f"{[each.title() for each in todo]}\n{plan.notes}\nwrong: {left} {missing} {notes} {case.error}"
    return ""


def _expected(change: Any, case: Case) -> bool:
    if isinstance(change, WriteFile):
        return all(words in change.text for words in case.writes.get(change.path, ["\0"]))
    if isinstance(change, AddLines):
        return all(words in change.lines for words in case.writes.get(change.path, ["\0"]))
    if change.subject in case.sets:
        return bool(case.sets[change.subject] == getattr(change, "value", str(getattr(change, "count", ""))))
    return any(words in change.title() for words in case.does)


def carried_out(root: Path, ident: str, case: Case) -> str:
    """Why tuning, planning again and undoing did not end where it began; empty: it did."""
    reach = host(root, case)
    if case.error:
        return ""
    before = contents(root)
    plan = planned(reach, ident, case)
    tune(reach, ident, case.value, plan.changes, lambda line: None)
    record = Ledger(reach).read(ident)
    seen = states(reach, record) if record else []
    for state in ("lost", "pending"):
        said = "; ".join(f"{each.value} {each.why}" for each in seen if each.state == state)
        expected = getattr(case, state)
        if (bool(said) != bool(expected) and case.live) or expected not in said:
            return f"{state}: {said or 'nothing'}"
    again = needed(reach, planned(reach, ident, case).changes)
    if again and not (case.lost or case.pending):
        return f"planned again: {[each.title() for each in again]}"
    if record:
        undo(reach, record, lambda line: None)
    after = contents(root)
    return "" if after == before else f"left: {_differing(before, after)}"


def contents(root: Path) -> dict[str, str]:
    """All files, and directories; of a choice of the kernel's the word that is chosen."""
    found = {}
    for path in sorted(root.rglob("*")):
        text = path.read_text() if path.is_file() and not path.is_symlink() else str(path.is_symlink())
        if "[" in text and path.is_relative_to(root / "sys"):
            text = text.partition("[")[2].partition("]")[0]
        found[str(path.relative_to(root))] = text.rstrip("\n")
    return found


def _differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return [
        f"{name}: {one.get(name)!r} -> {other.get(name)!r}"
        for name in {*one, *other}
        if one.get(name) != other.get(name)
    ]
