"""Cases of checks, as data: a small tree of files, answers of programs and of the kernel, and what comes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from serai.host.checks.examine import ROWS, Result, examine
from serai.host.checks.row import Outcome
from serai.host.facts.host import Facts
from serai.host.facts.source import Source, Unknown
from serai.host.wants import Wants
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import Result as Said

HERE = Path(__file__).parent / "host/checks"
TOPS = ("proc", "sys", "dev", "etc", "usr", "boot", "run", "var", "lib", "bin", "sbin")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`outcome`, and words of the value, reason, or next command, come of what follows."""

    outcome: Outcome
    says: str = ""
    files: dict[str, str | None] = {}
    """Path -> text; `-> there` is a link, nothing a directory."""
    ask: dict[str, str] = {}
    """Question -> answer. What is not here cannot be answered."""
    run: dict[str, str] = {}
    """Program with its arguments -> what it says."""
    wants: dict[str, Any] = {}
    without: list[str] = []
    """Parts of a host that the tree does not hold: `proc`."""
    outer: dict[str, dict[str, str | None]] | None = None
    """`files` and `run` of the host that this one is a guest of."""


def cases(family: str) -> list[tuple[str, Case]]:
    """(id of the check, case) of one file."""
    table = yaml.safe_load((HERE / f"{family}.yaml").read_text())
    return [(ident, msgspec.convert(each, Case)) for ident, given in table.items() for each in given]


def named(case: tuple[str, Case]) -> str:
    return f"{case[0]} {case[1].outcome}"


def write(root: Path, files: dict[str, str | None], without: Sequence[str] = ()) -> None:
    for top in TOPS:
        if top not in without:
            (root / top).mkdir(exist_ok=True)
    for name, text in files.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.mkdir(exist_ok=True)
        elif text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            path.write_text(text)


def source(root: Path, case: Case) -> Source:
    def run(argv: Sequence[str]) -> Said:
        shown = " ".join(argv)
        if shown not in case.run:
            raise SeraiError(Code.MISSING, f"the program {argv[0]} is not installed")
        return Said(argv, 0, case.run[shown], "")

    def ask(question: str, about: str) -> str:
        for key in (f"{question} {about}", question):
            if key in case.ask:
                return case.ask[key]
        raise Unknown("nobody answers", question)

    return Source(root, run, ask)


def judged(case: tuple[str, Case]) -> Result:
    """What the check says of the case's host."""
    ident, given = case
    wants = dict(given.wants)
    machines = tuple(msgspec.convert(each, Machine) for each in wants.pop("machines", ()))
    with tempfile.TemporaryDirectory(prefix="serai-case-") as place, tempfile.TemporaryDirectory() as above:
        write(Path(place), given.files, given.without)
        outer = None if given.outer is None else _outer(Path(above), given.outer)
        wanted = msgspec.structs.replace(msgspec.convert(wants, Wants), machines=machines)
        return examine(ROWS[ident], Facts(source(Path(place), given), wanted, outer))


def _outer(root: Path, given: dict[str, dict[str, str | None]]) -> Facts:
    case = msgspec.convert({"outcome": "pass", **given}, Case)
    write(root, case.files)
    return Facts(source(root, case))


def wrong(case: tuple[str, Case]) -> str:
    """Why the check's answer is not the case's, or an empty string."""
    found = judged(case)
    said = f"{found.read} {found.value} {found.why} {found.next}"
    right = found.result == case[1].outcome and case[1].says in said
    return "" if right else f"{found}"
