"""The mapped tree → a serai.yaml with comments: what came from where, and what has no effect and why."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.mapping.draft import Note
from serai.loaders.vagrantfile.mapping.project import Mapped

INDENT = "  "
WIDTH = 115


def commented(mapped: Mapped, source: str) -> str:
    """The whole file; `source` is the Vagrantfile's name, for the first line."""
    lines = [f"# Made from {source}: a comment says where the key below it was stated."]
    for key, value in mapped.tree.items():
        if key != "machines":
            lines += ["", *dumped({key: escaped(value)}).splitlines()]
    lines += ["", "machines:"]
    for name, machine in mapped.tree["machines"].items():
        lines += _machine(name, machine, [note for note in mapped.notes if note.machine == name])
    others = [note for note in mapped.notes if note.machine not in mapped.tree["machines"]]
    if others:
        lines += ["", "# No effect here:"]
        lines += [f"#   {_said(note)}" for note in others]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _machine(name: str, machine: dict[str, Any], notes: list[Note]) -> list[str]:
    head = dumped({name: None}).removesuffix(" null\n")
    lines = [f"{INDENT}{head}"]
    for key, value in machine.items():
        for note in notes:
            if note.to and note.to.partition(".")[0].partition("[")[0] == key:
                lines.append(f"{INDENT * 2}# {_origin(note)}")
        lines += [f"{INDENT * 2}{line}" for line in dumped({key: escaped(value)}).splitlines()]
    dropped = [note for note in notes if not note.to]
    if dropped:
        lines.append(f"{INDENT * 2}# No effect here:")
        lines += [f"{INDENT * 2}#   {_said(note)}" for note in dropped]
    return lines


def _origin(note: Note) -> str:
    more = f"; {note.because}" if note.because else ""
    return _one_line(f"{note.where}: {note.key}{more}" if note.where.file else f"{note.key}{more}")


def _said(note: Note) -> str:
    place = f"{note.where}: " if note.where.file else ""
    return _one_line(f"{place}{note.key}: {note.because}")


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def escaped(value: Any) -> Any:
    """`${` is an expression in a serai.yaml, and is none in a Vagrantfile."""
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value.replace("${", "$${") if isinstance(value, str) else value


def dumped(value: Any) -> str:
    """YAML with scripts as blocks."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Without anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, item: str) -> Any:
        style = "|" if "\n" in item.rstrip("\n") else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", item, style=style)

    Dumper.add_representer(str, text)
    written: str = yaml.dump(
        value, Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=WIDTH
    )
    return written
