"""Commands and copies in machines that run: what `exec`, `cp` and `rsync` do."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from serai.guest.transport import Transport
from serai.providers.contract import Progress
from serai.run.workspace import Workspace
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a command in one machine gave; `error` when it could not be run."""

    code: int
    stdout: str = ""
    stderr: str = ""
    error: str = ""


def way(workspace: Workspace, name: str) -> Transport:
    """The way into a machine that runs; Code.FAILED with its state when it does not."""
    from serai.guest.connect import connect

    return connect(workspace.provider(name).endpoint(name), name=name)


def hang_up(workspace: Workspace, name: str) -> None:
    """End the connection that commands share: of a guest that goes back in time, it would hang for minutes."""
    try:
        way(workspace, name).close()
    except SeraiError:
        return  # it does not run: a connection ends with its guest


AT_ONCE = 100
"""Machines that a command runs in at the same time: each takes a thread and an `ssh` of this host."""


def everywhere(
    workspace: Workspace,
    machines: Sequence[Machine],
    command: str,
    on_line: Callable[[str, str], None] | None = None,
) -> dict[str, Answer]:
    """Run a command in all machines at once; `on_line` is told (machine, line). One that fails stops no other."""
    from concurrent.futures import ThreadPoolExecutor

    def one(machine: Machine) -> Answer:
        def tell(line: str) -> None:
            assert on_line is not None
            on_line(machine.name, line)

        try:
            done = way(workspace, machine.name).run(
                command, env=machine.env, on_line=tell if on_line else None, check=False
            )
        except SeraiError as error:
            return Answer(code=error.exit_code, error=str(error))
        return Answer(code=done.code, stdout=done.stdout, stderr=done.stderr)

    with ThreadPoolExecutor(max_workers=min(AT_ONCE, max(1, len(machines)))) as pool:
        return dict(zip((machine.name for machine in machines), pool.map(one, machines), strict=True))


def place(text: str, names: Sequence[str]) -> tuple[str | None, str]:
    """`web:/path` -> (machine, path); a path of this host has no machine. `./a:b` is a file of this host."""
    head, colon, rest = text.partition(":")
    if not colon or "/" in head:
        return None, text
    if head not in names:
        if Path(text).exists():
            return None, text
        raise SeraiError(
            Code.INPUT,
            f"no machine is called {head!r}",
            hint=f"there are {', '.join(names)}; for a file: ./{text}",
        )
    return head, rest or "~"


def copy(workspace: Workspace, source: str, destination: str) -> None:
    """Copy in, out, or from machine to machine. A tree's content lands in the destination itself; after a
    final `/`, below it under its own name.
    """
    names = list(workspace.project.machines)
    heads = [text.partition(":")[0] for text in (source, destination) if ":" in text]
    if any("/" not in head and head not in names for head in heads):
        names += workspace.beside_the_file()
    from_machine, from_path = place(source, names)
    to_machine, to_path = place(destination, names)
    if from_machine is None and to_machine is None:
        raise SeraiError(Code.USAGE, "neither side is in a machine", hint="serai cp FILE web:/path")
    if from_machine is None:
        way(workspace, str(to_machine)).put(Path(from_path), to_path)
    elif to_machine is None:
        target = Path(to_path)
        if to_path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            target = target / Path(from_path).name
        way(workspace, from_machine).get(from_path, target)
    else:
        with tempfile.TemporaryDirectory(prefix="serai-cp-") as folder:
            between = Path(folder) / Path(from_path).name
            way(workspace, from_machine).get(from_path, between)
            way(workspace, to_machine).put(between, to_path)


def rsync(workspace: Workspace, machine: Machine, progress: Progress) -> int:
    """Copy the machine's folders again that are copies; how many it has."""
    from serai.guest.folders import sync

    if getattr(workspace.provider(machine.name), "binds", False):
        return 0  # they are part of it
    chosen = copies(workspace, machine)
    if chosen.synced_folders:
        endpoint = workspace.provider(machine.name).endpoint(machine.name)
        sync(chosen, way(workspace, machine.name), endpoint, workspace.scope.root, progress)
    return len(chosen.synced_folders)


def copies(workspace: Workspace, machine: Machine) -> Machine:
    """The machine with those of its folders that are copies. Its guest is asked where that may be so or not."""
    folders = [folder for folder in machine.synced_folders if folder.type is FolderType.RSYNC]
    if any(FolderType.RSYNC in folder.fallback for folder in machine.synced_folders):
        from serai.guest.folders import copied

        folders = copied(machine, way(workspace, machine.name))
    return msgspec.structs.replace(machine, synced_folders=folders)


def usage(workspace: Workspace, names: Sequence[str]) -> dict[str, object]:
    """What machines take now, as far as their engines tell. Raises Code.UNSUPPORTED where none of them does."""
    by_provider: dict[str, list[str]] = {}
    for name in names:
        by_provider.setdefault(workspace.provider(name).name, []).append(name)
    found: dict[str, object] = {}
    silent = []
    for provider, members in by_provider.items():
        ask = getattr(workspace.driver(provider), "stats", None)
        if ask is None:
            silent.append(provider)
        else:
            found |= ask(members)
    if silent and not found:
        why = f"provider {', '.join(silent)} tells nothing of what its machines take"
        raise SeraiError(Code.UNSUPPORTED, why, hint="serai exec NAME -- top -bn1")
    return {name: found[name] for name in names if name in found}
