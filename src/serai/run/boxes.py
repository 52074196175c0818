"""Boxes of a Vagrantfile: what its loader is told of those that are here, and those that it has to have first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serai.loaders.inputs import Inputs
    from serai.run.workspace import Workspace


def vagrantfile(
    inputs: Inputs, name: str, constraint: str | None, provider: str, architecture: str | None
) -> Path | None:
    """The Vagrantfile of the box that a machine would be made from; None when it is not here, or has none.

    A project is not kept while boxes of its name are here: another version may come, which no file tells.
    """
    from serai.images.boxes import shelf
    from serai.images.boxes.name import folder, is_long
    from serai.loaders.inputs import ABSENT, kind

    if not name or is_long(name) or name.startswith((".", "/", "~")):
        return None
    for root in (shelf.own_root(), shelf.vagrant_root()):
        place = str(root / folder(name))
        inputs.places[place] = kind(place)
        if inputs.places[place] != ABSENT:
            inputs.whole = False
    return shelf.vagrantfile_of(name, constraint, provider, architecture)


def bring_boxes(workspace: Workspace, names: Sequence[str], say: Callable[[str], None]) -> bool:
    """Fetch the boxes of machines that a Vagrantfile is to make; True: some came, so it is to be read again.

    What is in a box counts below what the project says, and is not known before the box is here.
    """
    from serai.loaders.language import is_vagrantfile

    if not is_vagrantfile(workspace.file):
        return False
    from serai.images import resolve
    from serai.images.boxes import instead, use
    from serai.run.materials import in_store
    from serai.util.arch import host_arch

    project, root = workspace.project, workspace.scope.root
    missing = []
    for machine in workspace.targets(names):
        wanted = resolve.box_source(machine.image, project.images) if machine.image else None
        if wanted is None or not wanted.box or not in_store(machine) or not (names or machine.autostart):
            continue
        if not instead.taken(wanted.box) and use.box_of(wanted, machine.arch or host_arch(), root) is None:
            missing.append(machine)
    there = workspace.observe([machine.name for machine in missing]) if missing else {}
    fetched = False
    for machine in missing:
        if machine.name not in there and machine.image:
            resolve.ensure(
                machine.image, project_images=project.images, arch=machine.arch, base=root, progress=say
            )
            fetched = True
    return fetched
