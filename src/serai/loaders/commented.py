"""The mapped tree → a serai.yaml with comments: what came from where, and what has no effect and why."""

from __future__ import annotations

from typing import Any

from serai.loaders.dumped import dumped
from serai.loaders.mapped import Mapped, Note

INDENT = "  "


def commented(mapped: Mapped, source: str) -> str:
    """The whole file; `source` is the other file's name, for the first line."""
    lines = [f"# Made from {source}: a comment says where the key below it was stated."]
    for key, value in mapped.tree.items():
        if key != "machines":
            lines += ["", *lines_of(key, value)]
    lines += ["", "machines:"]
    for name, machine in mapped.tree["machines"].items():
        lines += _machine(name, machine, [note for note in mapped.notes if note.machine == name])
    others = [note for note in mapped.notes if note.machine not in mapped.tree["machines"]]
    if others:
        lines += ["", "# No effect here:"]
        lines += [f"#   {_said(note)}" for note in others]
    return "\n".join(lines) + "\n"


def _machine(name: str, machine: dict[str, Any], notes: list[Note]) -> list[str]:
    head = dumped({name: None}).removesuffix(" null\n")
    lines = [f"{INDENT}{head}"]
    for key, value in machine.items():
        for note in notes:
            if note.to and note.to.partition(".")[0].partition("[")[0] == key:
                lines.append(f"{INDENT * 2}# {_origin(note)}")
        lines += [f"{INDENT * 2}{line}" if line else "" for line in lines_of(key, value)]
    dropped = [note for note in notes if not note.to]
    if dropped:
        lines.append(f"{INDENT * 2}# No effect here:")
        lines += [f"{INDENT * 2}#   {_said(note)}" for note in dropped]
    return lines


def lines_of(key: str, value: Any) -> list[str]:
    """As they are: a blank at the end of a script's line is a part of it."""
    return dumped({key: escaped(value)}).removesuffix("\n").split("\n")


def _origin(note: Note) -> str:
    more = f"; {note.because}" if note.because else ""
    return _one_line(f"{note.where}: {note.key}{more}" if note.where.file else f"{note.key}{more}")


def _said(note: Note) -> str:
    place = f"{note.where}: " if note.where.file else ""
    return _one_line(f"{place}{note.key}: {note.because}")


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def escaped(value: Any) -> Any:
    """`${` is an expression in a serai.yaml, and was none in the other file."""
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value.replace("${", "$${") if isinstance(value, str) else value
