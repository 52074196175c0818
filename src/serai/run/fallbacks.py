"""A synced folder's other way, where the host cannot do the first: said, and the machine goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import structs

from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

Judge = Callable[[Machine], list[SeraiError]]
"""All that a provider refuses of a machine."""


def settled(
    machine: Machine, refused: list[SeraiError], judge: Judge
) -> tuple[Machine, list[SeraiError], list[str]]:
    """The machine with those fallbacks that take a refusal away, what is refused still, and a note for each.

    `refused` is what `judge` says of the machine as it is stated.
    """
    notes: list[str] = []
    for kind in dict.fromkeys(folder.type for folder in machine.synced_folders if folder.fallback):
        for other in _ways(machine, kind) if refused else ():
            left = judge(other)
            if len(left) >= len(refused):
                continue
            kept = {error.message for error in left}
            why = "; ".join(error.message for error in refused if error.message not in kept)
            notes.append(f"{machine.name}: {_told(machine, other)}: {why.removeprefix(f'{machine.name}: ')}")
            machine, refused = other, left
            break
    return machine, refused, notes


def _ways(machine: Machine, kind: FolderType) -> Iterator[Machine]:
    """The machine with folders of this kind in their second way, in their third, …"""
    longest = max(len(folder.fallback) for folder in machine.synced_folders if folder.type is kind)
    for depth in range(longest):
        folders = [
            structs.replace(folder, type=folder.fallback[depth], fallback=folder.fallback[depth + 1 :])
            if folder.type is kind and len(folder.fallback) > depth
            else folder
            for folder in machine.synced_folders
        ]
        yield structs.replace(machine, synced_folders=folders)


def _told(machine: Machine, other: Machine) -> str:
    pairs = zip(machine.synced_folders, other.synced_folders, strict=True)
    changed = [(old, new) for old, new in pairs if old.type is not new.type]
    return ", ".join(f"{new.target} by {new.type} in place of {old.type}" for old, new in changed)
