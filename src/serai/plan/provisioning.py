"""Which provisioning blocks run: once, always, never; again when the block or its files changed (VAG-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from serai.providers.contract import Mark
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Run
from serai.util.errors import Code, SeraiError, did_you_mean

GUEST = "@guest"
"""The mark for `guest:` settings and the names of peers: done by the seed at first, over SSH when they change."""


def block_keys(machine: Machine) -> list[str]:
    """A stable key for each block: its name, else its kind and how many of that kind came before (`shell-1`)."""
    counts: dict[str, int] = {}
    keys = []
    for block in machine.provision:
        if block.name:
            keys.append(block.name)
            continue
        counts[block.kind] = counts.get(block.kind, 0) + 1
        keys.append(f"{block.kind}-{counts[block.kind]}")
    return keys


def unasked(machine: Machine) -> dict[str, bool]:
    """Key of each block, and whether it is done without being named (`run: never` is not)."""
    return {
        key: block.run is not Run.NEVER for key, block in zip(block_keys(machine), machine.provision, strict=True)
    }


def matches(block: Provision, key: str, only: Collection[str]) -> bool:
    """`--provision-with` names a block by its key or by its kind."""
    return key in only or block.kind in only


def check_names(machines: Iterable[Machine], only: Collection[str]) -> None:
    """Each of `only` must be a block of some machine. Raises Code.INPUT, with the blocks that there are."""
    if not only:
        return
    blocks = {key: block for machine in machines for key, block in keyed(machine)}
    unknown = [word for word in only if not any(matches(block, key, [word]) for key, block in blocks.items())]
    if unknown:
        near = did_you_mean(unknown[0], list(blocks)) or f"there are {', '.join(sorted(blocks)) or 'none'}"
        words = " or ".join(map(repr, unknown))
        raise SeraiError(Code.INPUT, f"no provisioning block is called {words}", hint=near)


def keyed(machine: Machine) -> list[tuple[str, Provision]]:
    """The blocks in the file's order, each with its key."""
    return list(zip(block_keys(machine), machine.provision, strict=True))


def due(
    machine: Machine,
    marks: Mapping[str, Mark],
    digests: Mapping[str, str],
    *,
    starting: bool,
    wanted: bool | None = None,
    only: Collection[str] = (),
) -> list[tuple[str, str]]:
    """(key, why) of the blocks to run, in the file's order.

    `starting`: a life of the machine begins, as far as serai has seen, so that `always` blocks count. One
    without a mark counts later, too: the run that began this life did not come to it.
    `wanted`: True runs every `once` and `always` block again (`serai provision`), False none (`--no-provision`),
    None decides by marks. `only` are names or kinds: those blocks alone, whatever their marks say.
    """
    found = []
    if wanted is False and not only:
        return []
    for key, block in keyed(machine):
        if only:
            if matches(block, key, only):
                found.append((key, "asked for"))
            continue
        if block.run is Run.NEVER:
            continue
        mark = marks.get(key)
        if block.run is Run.ALWAYS and (starting or wanted):
            found.append((key, "always"))
        elif mark is None:
            found.append((key, "not run yet"))
        elif block.run is Run.ALWAYS:
            continue
        elif mark.digest != digests[key]:
            found.append((key, "changed"))
        elif wanted:
            found.append((key, "asked for"))
    return found
