"""Machines of serai's whose project was lost: found by their records, described again, taken over."""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.providers.contract import Scope
from serai.providers.registry import provider_class, raw_block
from serai.run.materials import read_allocation
from serai.run.scope import settle
from serai.run.workspace import every_project
from serai.spec.machine import Machine, Project
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.files import write_atomic
from serai.util.locks import lock


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A project with machines, and why it can be adopted: an empty `why` means that its directory is whole."""

    scope: Scope
    providers: tuple[str, ...]
    machines: tuple[str, ...]
    why: str


def _all() -> list[Candidate]:
    found = []
    for scope, providers in every_project():
        names: list[str] = []
        for provider in providers:
            names += provider_class(provider)(scope).observe()
        why = ""
        if not scope.root.is_dir():
            why = "its directory is gone"
        elif not any((scope.root / name).exists() for name in ("serai.yaml", "serai.yml")):
            why = "its project file is gone"
        found.append(
            Candidate(scope=scope, providers=tuple(providers), machines=tuple(sorted(set(names))), why=why)
        )
    return found


def candidates() -> list[Candidate]:
    """Projects that have machines and whose directory or file is gone."""
    return [item for item in _all() if item.why and item.machines]


def is_known(project: str) -> bool:
    """Whether a project of this name or id has machines."""
    return any(project in (item.scope.project, item.scope.project_id) for item in _all() if item.machines)


def adopt(project: str, target: Path, *, force: bool = False) -> list[str]:
    """Write `target` from the machines of `project` (name or id) and bind them to its directory; their names.

    Raises Code.INPUT when there is no such project, Code.REFUSED when its own directory is whole.
    """
    everything = _all()
    matching = [item for item in everything if project in (item.scope.project, item.scope.project_id)]
    matching = [item for item in matching if item.machines]
    if not matching:
        known = [item.scope.project for item in everything if item.machines]
        hint = did_you_mean(project, known) or f"serai adopt lists them ({', '.join(known) or 'there are none'})"
        raise SeraiError(Code.INPUT, f"no project called {project!r} has machines on this host", hint=hint)
    lost = [item for item in matching if item.why]
    if len(lost or matching) > 1:
        ids = ", ".join(f"{item.scope.project_id} ({item.scope.root})" for item in lost or matching)
        raise SeraiError(Code.INPUT, f"several projects are called {project!r}", hint=f"name one by its id: {ids}")
    chosen = (lost or matching)[0]
    if not chosen.why and not force:
        raise SeraiError(
            Code.REFUSED,
            f"{project} is whole in {chosen.scope.root}",
            hint="work there, or serai adopt --force to take it over here",
        )
    with lock(chosen.scope.home / "lock", what=f"project {project}", note="serai adopt", wait=False):
        machines = _machines(chosen)
        networks = read_allocation(chosen.scope.home / "networks.json").networks
        text = _text(Project(project=chosen.scope.project, machines=machines, networks=networks))
        write_atomic(target, text, mode=0o644)
        scope = msgspec.structs.replace(chosen.scope, root=target.parent.resolve())
        settle(scope, list(chosen.providers))
    return sorted(machines)


def _machines(chosen: Candidate) -> dict[str, Machine]:
    machines: dict[str, Machine] = {}
    for provider in chosen.providers:
        for name, seen in provider_class(provider)(chosen.scope).observe().items():
            machines[name] = seen.applied or Machine(name=name, provider=provider)
    return machines


def _text(project: Project) -> str:
    from serai.loaders.write import to_yaml

    return to_yaml(project, raw_block=raw_block)
