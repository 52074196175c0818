"""Cases of the mapping: a file each, `cases/PART/NAME.yaml`. Its first document is a configuration in short form,
its second what becomes of it: the tree, and the notes. SERAI_REGENERATE=1 writes the second anew, for review.

In the first, a machine's keys are Vagrant's namespaces and `networks`, `folders`, `disks`, `cloud_init`,
`provision`, `triggers`, `providers`, `unknown`. Places are counted: what is stated next is a line further down.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from serai.loaders.commented import commented
from serai.loaders.inputs import Inputs
from serai.loaders.mapped import Mapped, tree_of
from serai.loaders.vagrantfile.config.model import Entry, MachineConfig, ProvisionerEntry, VagrantConfig
from serai.loaders.vagrantfile.mapping.host import Host
from serai.loaders.vagrantfile.mapping.project import map_project
from serai.loaders.yaml import load
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.resolve import Resolver
from serai.util.errors import SeraiError, Where

CASES = Path(__file__).parent / "loaders/vagrantfile/mapping/cases"
FILE = "Vagrantfile"
OWN = frozenset(
    {"provider", "declared", "primary", "autostart", "networks", "folders", "disks", "cloud_init", "provision",
     "triggers", "providers", "unknown"}
)  # fmt: skip


def names(part: str) -> list[str]:
    return sorted(path.stem for path in (CASES / part).glob("*.yaml"))


def config_of(given: dict[str, Any]) -> VagrantConfig:
    lines = count(2)

    def place() -> Where:
        return Where(FILE, next(lines), 3)

    machines = {name: _machine(name, stated or {}, place) for name, stated in given["machines"].items()}
    pushes = [Entry(type=kind, id=kind, options={}, where=place()) for kind in given.get("pushes", [])]
    return VagrantConfig(machines=machines, pushes=pushes)


def _machine(name: str, stated: dict[str, Any], place: Any) -> MachineConfig:
    sections = {key: value for key, value in stated.items() if key not in OWN}
    places = {f"{section}.{key}": place() for section, keys in sections.items() for key in keys}
    providers = stated.get("providers", {})

    def entries(key: str, ident: Any) -> list[Entry]:
        return [
            Entry(type=item[0], id=str(ident(item)), options=item[-1], where=place())
            for item in stated.get(key, [])
        ]

    return MachineConfig(
        name=name,
        primary=stated.get("primary", False),
        autostart=stated.get("autostart", True),
        provider=stated.get("provider") or next(iter(providers), "virtualbox"),
        declared=stated.get("declared", list(providers)),
        sections={"vm": {}, "ssh": {}, **sections},
        stated=places,
        networks=entries("networks", lambda item: item[-1].get("id", "")),
        folders=entries("folders", lambda item: item[1]),
        disks=entries("disks", lambda item: item[-1].get("name", "")),
        cloud_inits=[
            Entry(type="user_data", id="", options=item, where=place()) for item in stated.get("cloud_init", [])
        ],
        provisioners=[
            ProvisionerEntry(
                type=item["type"],
                name=item.get("name"),
                run=item.get("run"),
                options=item.get("options", {}),
                where=place(),
            )
            for item in stated.get("provision", [])
        ],
        triggers=entries("triggers", lambda item: item[1]),
        providers=providers,
        provider_places={one: {key: place() for key in keys} for one, keys in providers.items()},
        unknown={key: place() for key in stated.get("unknown", [])},
    )


def mapped(given: dict[str, Any]) -> Mapped:
    host = Host(**given.get("host", {}))
    return map_project(config_of(given), given.get("directory", "shop"), given.get("wanted"), host)


def resolved(result: Mapped, directory: Path) -> Any:
    problems = Problems(FILE)
    return Resolver(tree_of(result, FILE), directory, Inputs({}), problems).project(None, None)


def check(part: str, name: str, tmp_path: Path) -> None:
    """Tree and notes are what the case says; the loader takes the tree; the file that is written says the same."""
    path = CASES / part / f"{name}.yaml"
    text, _, expected = path.read_text().partition("---\n")
    given = yaml.safe_load(text)
    result = mapped(given)
    found = {"tree": result.tree, "notes": [note.line() for note in result.notes]}
    try:
        project, errors = resolved(result, tmp_path), ""
    except SeraiError as error:
        project, errors = None, str(error).replace(str(tmp_path), "/srv/shop")
    if errors:
        found["errors"] = errors.splitlines()
    if os.environ.get("SERAI_REGENERATE"):
        dumped = yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=115)
        path.write_text(f"{text}---\n{dumped}")
        return
    assert found == yaml.safe_load(expected)
    if project is not None:
        written = commented(result, FILE)
        assert load(tmp_path / "serai.yaml", text=written, environ={}) == project
