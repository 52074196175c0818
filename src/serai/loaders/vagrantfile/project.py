"""A Vagrantfile on the disk → Project: evaluated, merged, mapped, then checked as a serai.yaml is."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from serai.loaders.access import NONE, Access
from serai.loaders.inputs import ABSENT, Inputs, kind
from serai.loaders.mapped import Mapped, Note, tree_of
from serai.loaders.vagrantfile.made import made
from serai.loaders.vagrantfile.mapping.host import SYSTEM_SOCKETS, VIRTIOFSD, Host, look
from serai.loaders.vagrantfile.mapping.machine import in_order
from serai.loaders.vagrantfile.mapping.project import map_project
from serai.loaders.vagrantfile.mapping.provider import OWN
from serai.loaders.yaml import shown
from serai.loaders.yaml.problems import Problems
from serai.loaders.yaml.resolve import Resolver
from serai.spec.machine import Project
from serai.util.errors import Code, SeraiError, SeraiErrors

if TYPE_CHECKING:
    from serai.loaders.blocks import RawBlock
    from serai.loaders.either import AskBoxes
    from serai.loaders.vagrantfile.config.model import VagrantConfig

Tell = Callable[[str], None]


def load(
    path: Path,
    *,
    inputs: Inputs,
    provider: str | None = None,
    known_provider: Callable[[str], object] | None = None,
    raw_block: RawBlock | None = None,
    access: Access = NONE,
    tell: Tell | None = None,
    boxes: AskBoxes | None = None,
    together: Container[str] = (),
) -> Project:
    """The project, as `serai.loaders.yaml.load` gives it; errors name places of the Vagrantfile.

    Machines that state one port of the host, or one address, are refused where they are brought up `together`, as
    ports are by Vagrant.
    """
    result, config = read(path, inputs=inputs, provider=provider, access=access, tell=tell, boxes=boxes)
    for where, what, hint in config.notices if tell else ():
        assert tell is not None
        tell(f"{where}: {what}" + (f" ({hint})" if hint else ""))
    if errors := [refusal(note) for note in result.notes if note.refused]:
        raise SeraiErrors(errors)
    return resolve(result, path, inputs, known_provider, raw_block, together)


def refusal(note: Note) -> SeraiError:
    """Of what would make another machine than the file means, were it left out."""
    return SeraiError(
        Code.UNSUPPORTED,
        f"{note.machine}: {note.key}: {note.because}",
        hint="leave it out; `serai convert` writes a serai.yaml without it",
        where=note.where,
    )


def read(
    path: Path,
    *,
    inputs: Inputs | None = None,
    provider: str | None = None,
    access: Access = NONE,
    tell: Tell | None = None,
    host: Host | None = None,
    boxes: AskBoxes | None = None,
) -> tuple[Mapped, VagrantConfig]:
    """The tree that a serai.yaml would hold, and what the Vagrantfile came to."""
    from serai.loaders.vagrantfile import load as evaluated
    from serai.loaders.vagrantfile.find import of_user

    inputs = inputs or Inputs(os.environ)
    path = path.absolute()
    environ = inputs.bare
    config = evaluated(
        path,
        provider=None if provider in OWN else provider,
        environ=dict(environ),
        access=access,
        user_vagrantfile=of_user(environ),
        say=tell,
        boxes=partial(boxes, inputs) if boxes else None,
    )
    _note(config, inputs)
    if access.ruby:
        inputs.whole = False  # it may have looked at anything
    facts = look() if host is None else host
    result = map_project(config, path.parent.resolve().name, provider, facts)
    _log_in(result, path.parent, inputs)
    return result, config


def _log_in(result: Mapped, root: Path, inputs: Inputs) -> None:
    """A machine that Vagrant itself has made is logged into by the key that Vagrant gave it."""
    inputs.variables["VAGRANT_DOTFILE_PATH"] = inputs.bare.get("VAGRANT_DOTFILE_PATH")
    place = root / (inputs.bare.get("VAGRANT_DOTFILE_PATH") or ".vagrant")
    inputs.places[str(place)] = kind(str(place))
    known = made(root, inputs.bare)
    machines = result.tree["machines"]
    if inputs.places[str(place)] != ABSENT:
        ids = [str(place / "machines" / name / "libvirt" / "id") for name in machines]
        inputs.places |= {each: kind(each) for each in ids}
        # Machines of Vagrant's own come and go. Where it has made none, the first one's id is what changes.
        if known or any(inputs.places[each] != ABSENT for each in ids):
            inputs.whole = False
    for name, machine in machines.items():
        there = known.get(name)
        if there is None or there.key is None:
            continue
        ssh = machine.setdefault("ssh", {})
        if "key" not in ssh:
            ssh["key"] = str(there.key.relative_to(root) if there.key.is_relative_to(root) else there.key)
            machine.setdefault("user", "vagrant")
            machines[name] = in_order(machine)


def resolve(
    result: Mapped,
    path: Path,
    inputs: Inputs,
    known_provider: Callable[[str], object] | None = None,
    raw_block: RawBlock | None = None,
    together: Container[str] | None = None,
) -> Project:
    """The mapped tree through the loader's passes. Relative paths begin at the Vagrantfile's directory."""
    file = shown(path)
    problems = Problems(file)
    resolver = Resolver(tree_of(result, file), path.absolute().parent, inputs, problems, raw_block, together)
    return resolver.project(None, known_provider)


def _note(config: VagrantConfig, inputs: Inputs) -> None:
    """What the result hangs on: files, variables, and those facts of the host that decide something."""
    for name in config.read:
        try:
            inputs.files[name] = Path(name).read_bytes()
        except OSError:
            inputs.places[name] = kind(name)
    inputs.variables.update(config.looked_at)
    for name in ("LIBVIRT_DEFAULT_URI", "VAGRANT_HOME", "VAGRANT_DEFAULT_PROVIDER", "VAGRANT_PREFERRED_PROVIDERS"):
        inputs.variables[name] = inputs.bare.get(name)
    for name in (*SYSTEM_SOCKETS, *VIRTIOFSD):
        inputs.places[name] = kind(name)
    if any(entry.type == "public_network" for machine in config.machines.values() for entry in machine.networks):
        inputs.whole = False  # the host's interfaces come and go
    if any(kind(name) != "absent" for name in SYSTEM_SOCKETS) and not look().libvirt:
        inputs.whole = False  # a socket of a daemon that has ended, and may start again
