"""What a Vagrantfile's loader is told of the boxes that are here, with a note of what that answer hangs on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serai.loaders.inputs import Inputs


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
