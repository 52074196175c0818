"""GRUB whose configuration is made by grub-mkconfig: a drop-in where it reads any, else /etc/default/grub.

Source: GRUB manual, Simple configuration; Debian, Ubuntu: grub-mkconfig reads /etc/default/grub.d/*.cfg last.
"""

from __future__ import annotations

import re

from serai.host.boot.assignments import ALL, DEFAULT, NORMAL, Assignment, assignments, evaluate, unread
from serai.host.boot.form import FORMS
from serai.host.boot.tool import FileTool, Place, text_of
from serai.host.boot.words import Words, pattern, split
from serai.host.facts.source import Reading
from serai.host.reach.contract import Reach

DROP_INS = "/etc/default/grub.d"
MAKERS = ("grub-mkconfig", "grub2-mkconfig")
CONFIGURED = ("/boot/grub/grub.cfg", "/boot/grub2/grub.cfg")
"""What the makers make, in the same order."""
_LEFT_OUT = re.compile(r"^# left out: (.*)$", re.MULTILINE)


def maker(reach: Reach) -> tuple[str, str]:
    """The program that makes GRUB's configuration, and what it makes; empty: none."""
    for name, made in zip(MAKERS, CONFIGURED, strict=True):
        if (program := reach.program(name)) and reach.has(made.rpartition("/")[0]):
            return program, made
    return "", ""


def reads_drop_ins(reach: Reach) -> bool:
    """Whether this grub-mkconfig does: it is a script that names the directory."""
    script = reach.read(maker(reach)[0]) if maker(reach)[0] else None
    return b"default/grub.d" in (script or b"")


def lines(reach: Reach) -> list[Reading]:
    """The kernels' lines in the configurations, the default first."""
    found = []
    for path in CONFIGURED:
        for each in (text_of(reach, path) or "").splitlines():
            words = each.split()
            if words[:1] and words[0] in ("linux", "linuxefi", "linux16"):
                found.append(Reading(path, " ".join(words[2:])))
    return found


class Default(FileTool):
    """/etc/default/grub edited: Arch, openSUSE, and others whose grub-mkconfig reads no drop-ins."""

    name = "grub-mkconfig"

    def here(self, reach: Reach) -> str:
        return maker(reach)[0]

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ("grub2-mkconfig" if maker(reach)[1] == CONFIGURED[1] else "grub-mkconfig",)

    def coming(self, reach: Reach) -> list[Reading]:
        return lines(reach)

    def kept(self, reach: Reach) -> Reading | None:
        return Reading(DEFAULT, FORMS["variable"].line(text_of(reach, DEFAULT) or ""))

    def places(self, reach: Reach, words: Words) -> list[Place]:
        return [Place(path=DEFAULT, form="variable")]


class DropIn(Default):
    """A drop-in of our own: Debian, Ubuntu, and what is made from them. Undoing it is one removed file."""

    name = "update-grub"

    def here(self, reach: Reach) -> str:
        program = reach.program("update-grub")
        if not maker(reach)[0]:
            return program  # Debian's own, whose grub-mkconfig reads them
        return (program or maker(reach)[0]) if reads_drop_ins(reach) else ""

    def owes(self, reach: Reach) -> tuple[str, ...]:
        return ("update-grub",) if reach.program("update-grub") else super().owes(reach)

    def kept(self, reach: Reach) -> Reading | None:
        return Reading(f"{DEFAULT}, {DROP_INS}", set_by(reach))

    def places(self, reach: Reach, words: Words) -> list[Place]:
        path = f"{DROP_INS}/90-serai-{words.name}.cfg"
        others = set_by(reach, without=path)
        unsure = any(unread(text_of(reach, each) or "") for each in _read_from(reach) if each != path)
        if words.hold(others) and not unsure and not reach.has(path):
            return []
        return [Place(path=path, text=drop_in(words, others, unsure=unsure))]


def drop_in(words: Words, others: str, *, unsure: bool = False) -> str:
    """Words are taken out of what other files set first, then added. `unsure`: they may set more."""
    made = [f"# Written by serai host tune {words.name}; serai host undo {words.name} removes it."]
    there = split(others)
    gone = [each for each in words.remove if unsure or any(map(Words(name="", remove=(each,)).unwanted, there))]
    for each in gone:
        made.append(f"# left out: {each}")
        made += [
            f"""{name}=$(echo " ${name} " | sed -E ':a; s/ {pattern(each)} / /; ta; s/^ *//; s/ *$//')"""
            for name in (ALL, NORMAL)
        ]
    left = [word for word in there if not words.unwanted(word)]
    add = [word for word in words.add if word not in left]
    if add:
        made.append(f'{ALL}="${ALL} {" ".join(add)}"')
    return "".join(f"{line}\n" for line in made)


def set_by(reach: Reach, without: str = "") -> str:
    """The words that /etc/default/grub and the drop-ins set together; one file can be left out.

    Plain assignments are read as a shell reads them; what a file computes is not known.
    """
    values = {ALL: "", NORMAL: ""}
    for path in _read_from(reach):
        if path != without:
            _read(text_of(reach, path) or "", values)
    return " ".join(" ".join(values.values()).split())


def _read_from(reach: Reach) -> list[str]:
    names = sorted(reach.names(DROP_INS) or ())
    return [DEFAULT, *(f"{DROP_INS}/{name}" for name in names if name.endswith(".cfg"))]


def _read(text: str, values: dict[str, str]) -> None:
    steps: list[tuple[int, Assignment | str]] = [(each.start, each) for each in assignments(text)]
    steps += [(found.start(), found[1]) for found in _LEFT_OUT.finditer(text)]
    for _, step in sorted(steps, key=lambda each: each[0]):
        if isinstance(step, Assignment):
            evaluate(step, values)
            continue
        gone = Words(name="", remove=(step,))
        for name in values:
            values[name] = " ".join(word for word in split(values[name]) if not gone.unwanted(word))
