"""A Compose file on the disk → Project: read with all that belongs to it, mapped, checked as a serai.yaml is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serai.loaders.access import NONE, Access
from serai.loaders.compose.draft import Draft, World
from serai.loaders.compose.find import project_name, sources
from serai.loaders.compose.model import PROJECT, SECTIONS, Composer
from serai.loaders.compose.reading import Files, Variables, where_of
from serai.loaders.compose.sections import map_networks
from serai.loaders.compose.service import map_service
from serai.loaders.compose.values import Values
from serai.loaders.inputs import Inputs
from serai.loaders.mapped import Mapped, Note, tree_of
from serai.loaders.mapped import Path as Steps
from serai.loaders.yaml import shown
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.resolve import Resolver
from serai.spec.machine import Project
from serai.util.errors import Where

if TYPE_CHECKING:
    from serai.loaders.blocks import RawBlock

Tell = Callable[[str], None]
PROVIDER = "docker"
PROFILES = "COMPOSE_PROFILES"
EVERY = "*"
"""The profile that stands for all. Source: docker compose, `--profile`."""
TOP = ("version", "name", *SECTIONS)


def load(
    path: Path,
    *,
    inputs: Inputs,
    provider: str | None = None,
    known_provider: Callable[[str], object] | None = None,
    raw_block: RawBlock | None = None,
    access: Access = NONE,
    tell: Tell | None = None,
) -> Project:
    """The project, as `serai.loaders.yaml.load` gives it; errors name places of the Compose files.

    `tell` is given what a person should know: variables that are not set, and keys that have no effect here.
    """
    result, notices = read(path, inputs=inputs, provider=provider, access=access)
    for line in notices if tell else ():
        assert tell is not None
        tell(line)
    for note in result.notes if tell else ():
        if not note.to and tell is not None:
            tell(note.line())
    return resolve(result, path, inputs, known_provider, raw_block)


def read(
    path: Path, *, inputs: Inputs | None = None, provider: str | None = None, access: Access = NONE
) -> tuple[Mapped, list[str]]:
    """The tree that a serai.yaml would hold, and what the reading had to say. Raises SeraiErrors."""
    inputs = inputs or Inputs(os.environ)
    path = path.absolute()
    problems = Problems(shown(path))
    files = Files(path.parent, inputs, access, problems)
    variables = _variables(path, inputs, files)
    notices: dict[str, None] = {}

    def unset(node: Node, name: str) -> None:
        notices[f"{where_of(node, problems.file)}: the variable {name} is not set, it counts as empty"] = None

    composer = Composer(path, files, problems, unset)
    model = composer.model(sources(path, files, variables), variables)
    problems.stop_if_any()
    assert model is not None
    result = _mapped(model, composer, files, variables, problems, provider or PROVIDER, access)
    problems.stop_if_any()
    return result, list(notices)


def resolve(
    result: Mapped,
    path: Path,
    inputs: Inputs,
    known_provider: Callable[[str], object] | None = None,
    raw_block: RawBlock | None = None,
) -> Project:
    """The mapped tree through the loader's passes. Relative paths begin at the Compose file's directory."""
    file = shown(path)
    problems = Problems(file)
    resolver = Resolver(tree_of(result, file), path.absolute().parent, inputs, problems, raw_block)
    return resolver.project(None, known_provider)


def _variables(path: Path, inputs: Inputs, files: Files) -> Variables:
    """The environment, and the `.env` beside the file."""
    environ = Variables(inputs.environ, {})
    usual = path.parent / ".env"
    if not files.there(usual) or (data := files.content(usual)) is None:
        return environ
    return Variables(inputs.environ, files.parsed(usual, data, environ))


def _mapped(
    model: Map,
    composer: Composer,
    files: Files,
    variables: Variables,
    problems: Problems,
    provider: str,
    access: Access,
) -> Mapped:
    sections = _sections(model, problems)
    services = sections["services"]
    if not services and not len(problems):
        problems.add((1, 1), "services: is missing", "write `services: {web: {image: nginx}}`")
    on = _profiles(variables, access)
    off = {name: profile for name, node in services.items() if (profile := _inactive(node, on))}
    world = World(
        file=problems.file, problems=problems, files=files, sections=sections, services=services, off=off
    )
    drafts = [
        map_service(name, node, world, composer.variables_of.get(name, variables), provider)
        for name, node in services.items()
    ]
    for draft in drafts:
        _started(draft, off)
    _jobs(drafts)
    used = {name for draft in drafts for name in draft.networks}
    networks = map_networks(sections["networks"], used, problems.file, problems)
    for draft in drafts:
        _shut_in(draft, networks.tree)
    tree: dict[str, Any] = {"project": variables.look(PROJECT) or project_name(None, files.root)}
    if networks.tree:
        tree["networks"] = networks.tree
    tree["machines"] = {draft.name: draft.data for draft in drafts}
    notes = (
        [note for draft in drafts for note in draft.notes]
        + networks.notes
        + _unused(model, sections, drafts, problems)
    )
    return Mapped(tree=tree, places={**networks.places, **_places(drafts, model, problems.file)}, notes=notes)


def _sections(model: Map, problems: Problems) -> dict[str, dict[str, Node]]:
    """The entries of each section, without those of `x-`."""
    values = Values(problems)
    found: dict[str, dict[str, Node]] = {}
    top = values.map(model, TOP, noted={"models": ""})
    if "models" in top:
        problems.at_key(model, "models", "serai runs no models")
    for section in SECTIONS:
        node = top.get(section)
        if node is not None and not isinstance(node, Map):
            values.wrong(node, "a map")
        entries = node.items if isinstance(node, Map) else {}
        found[section] = {name: item for name, item in entries.items() if not name.startswith("x-")}
    return found


def _profiles(variables: Variables, access: Access) -> set[str]:
    words = (variables.look(PROFILES) or "").split(",")
    return {word.strip() for word in (*words, *access.profiles) if word.strip()}


def _inactive(service: Node, on: set[str]) -> str:
    """A profile that would start the service; empty where it is to be started anyway."""
    node = service.items.get("profiles") if isinstance(service, Map) else None
    if node is None or is_null(node):
        return ""
    names = [item.text for item in (node.items if isinstance(node, Seq) else [node]) if isinstance(item, Scalar)]
    return "" if not names or EVERY in on or on & set(names) else names[0]


def _started(draft: Draft, off: dict[str, str]) -> None:
    """What is of no active profile is there, but is started by its name alone."""
    if draft.name in off:
        node = draft.service.items["profiles"]
        draft.put(("autostart",), False, "profiles", node, f"serai --profile {off[draft.name]} … starts it")
    elif "profiles" in draft.service.items:
        draft.told("profiles", draft.service.items["profiles"], "it is active")


def _jobs(drafts: list[Draft]) -> None:
    """What others wait for until it has succeeded is meant to end."""
    wanted = {name for draft in drafts for name, how in draft.data.get("after", {}).items() if how == "succeeded"}
    for draft in drafts:
        if draft.name in wanted:
            draft.data.setdefault("container", {})["job"] = True


def _shut_in(draft: Draft, networks: dict[str, Any]) -> None:
    """What is on internal networks alone has no way out: serai would give it one."""
    joined = [nic["private"]["network"] for nic in draft.data.get("networks", []) if "private" in nic]
    if joined and all(networks.get(name, {}).get("internal") for name in joined):
        draft.data["networks"].append({"uplink": {"type": "none"}})


def _unused(
    model: Map, sections: dict[str, dict[str, Node]], drafts: list[Draft], problems: Problems
) -> list[Note]:
    """Top-level entries that no service names."""
    notes = []
    if (version := model.items.get("version")) is not None:
        where = where_of(version, problems.file)
        notes.append(Note(machine="file", key="version", where=where, because="its keys say what the file means"))
    named: set[str] = set()
    for draft in drafts:
        for key in ("volumes", "secrets", "configs"):
            node = draft.service.items.get(key)
            for item in node.items if isinstance(node, Seq) else ():
                source = item.items.get("source") if isinstance(item, Map) else item
                if isinstance(source, Scalar):
                    named.add(f"{key}.{source.text.partition(':')[0]}")
    for section in ("volumes", "secrets", "configs"):
        for name, node in sections[section].items():
            if f"{section}.{name}" not in named:
                where = where_of(node, problems.file)
                notes.append(Note(machine=section, key=name, where=where, because="no service has it"))
    return notes


def _places(drafts: list[Draft], model: Map, file: str) -> dict[Steps, Where]:
    places: dict[Steps, Where] = {}
    for draft in drafts:
        places["machines", draft.name] = draft.where(draft.service)
        for path, where in draft.places.items():
            places["machines", draft.name, *path] = where
    if (name := model.items.get("name")) is not None:
        places["project",] = where_of(name, file)
    return places
