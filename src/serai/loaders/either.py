"""A project file in any of its languages → Project, by the same passes, checks and errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from pathlib import Path
from typing import TYPE_CHECKING

from serai.loaders.access import NONE, Access
from serai.loaders.inputs import Inputs
from serai.loaders.language import is_compose, is_vagrantfile
from serai.spec.machine import Project

if TYPE_CHECKING:
    from serai.loaders.blocks import RawBlock

Tell = Callable[[str], None]
AskBoxes = Callable[[Inputs, str, str | None, str, str | None], Path | None]
"""(where to note what it hangs on, box, constraint, provider, architecture) → the Vagrantfile in that box."""


def load(
    path: Path,
    *,
    inputs: Inputs | None = None,
    provider: str | None = None,
    known_provider: Callable[[str], object] | None = None,
    raw_block: RawBlock | None = None,
    access: Access = NONE,
    tell: Tell | None = None,
    boxes: AskBoxes | None = None,
    together: Container[str] = (),
) -> Project:
    """As `serai.loaders.yaml.load`. `tell` is given what a person should know of another
    language's file, a line each.

    `together`: of a Vagrantfile, the machines that may not want one port of the host, or one address.
    """
    inputs = inputs or Inputs(os.environ)
    if is_vagrantfile(path):
        from serai.loaders.vagrantfile.project import load as of_vagrant

        return of_vagrant(
            path,
            inputs=inputs,
            provider=provider,
            known_provider=known_provider,
            raw_block=raw_block,
            access=access,
            tell=tell,
            boxes=boxes,
            together=together,
        )
    if is_compose(path):
        from serai.loaders.compose.project import load as of_compose

        return of_compose(
            path,
            inputs=inputs,
            provider=provider,
            known_provider=known_provider,
            raw_block=raw_block,
            access=access,
            tell=tell,
        )
    from serai.loaders import yaml

    text = inputs.files[str(path.absolute())] = yaml.read(path)
    return yaml.load(
        path, inputs=inputs, provider=provider, text=text, known_provider=known_provider, raw_block=raw_block
    )
