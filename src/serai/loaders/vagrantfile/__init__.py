"""Vagrantfile → spec: parsed, evaluated by serai's own evaluator (nothing of the host is run), merged, mapped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from serai.loaders.access import NONE, Access
from serai.util.errors import SeraiError, SeraiErrors, Where

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.config.model import VagrantConfig
    from serai.loaders.vagrantfile.reading import Reading

Boxes = Callable[[str, str | None, str, str | None], Path | None]
"""(box, constraint, provider, architecture) → the Vagrantfile of the installed box that this comes to, if it
has one."""


def load(
    path: Path,
    *,
    provider: str | None = None,
    providers: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    access: Access = NONE,
    boxes: Boxes | None = None,
    user_vagrantfile: Path | None = None,
    cwd: Path | None = None,
    argv: Iterable[str] = (),
    say: Callable[[str], None] | None = None,
    check: bool = True,
) -> VagrantConfig:
    """All machines of a Vagrantfile, each with all that Vagrant would know of it.

    `provider` is --provider; `providers` (machine → provider) is what exists already and counts more. `access`:
    what the file may see, and what runs it (--allow-read, --with, --ruby). `user_vagrantfile` lies below the
    project's, a box's below both. `say` is given what the file prints. Without `check` a configuration is given
    even where Vagrant would refuse it.

    Raises SeraiError (INPUT) with the place, or SeraiErrors with all that is wrong.
    """
    from serai.loaders.vagrantfile.reading import Reading

    path = path.absolute()
    reading = Reading(
        path,
        environ=dict(os.environ) if environ is None else environ,
        access=access,
        also=[] if user_vagrantfile is None else [user_vagrantfile],
        boxes=boxes,
        cwd=cwd,
        argv=argv,
        say=say,
    )
    sources = [path] if user_vagrantfile in (None, path) else [user_vagrantfile, path]
    try:
        result = result_of(
            reading, [source for source in sources if source is not None], provider, providers or {}, check
        )
        reading.finish()
    except SeraiError as fault:
        notices = reading.notices()
        if notices and not fault.hint:
            where, what, way = notices[-1]  # a command or a write that was not done is what is often missed later
            fault.hint = f"before, at {where}: {what}" + (f"; {way}" if way else "")
        raise
    finally:
        reading.close()
    return result


def result_of(
    reading: Reading, sources: list[Path], provider: str | None, providers: Mapping[str, str], check: bool
) -> VagrantConfig:
    from serai.loaders.vagrantfile.config.load import machines, plain_machines
    from serai.loaders.vagrantfile.config.model import VagrantConfig
    from serai.loaders.vagrantfile.config.push import PushSection
    from serai.loaders.vagrantfile.config.validate import problems

    rt = reading.interpreter
    with rt.guard():
        blocks = [block for source in sources for block in reading.blocks(source)]
        base, loaded = machines(
            rt,
            blocks,
            provider=provider,
            providers=providers,
            boxes=reading.box_blocks,
            where=Where(sources[-1].name, 1),
        )
        plain = plain_machines(rt, loaded)
        push = base.sections.get("push")
        pushes = push.entries(rt) if isinstance(push, PushSection) else []
    errors = problems(loaded, plain, sources[-1].parent) if check else []
    if errors:
        raise errors[0] if len(errors) == 1 else SeraiErrors(errors)
    return VagrantConfig(
        machines=plain,
        pushes=pushes,
        notices=[*reading.notices(), *reading.strange(loaded)],
        read=[*map(str, sources), *rt.project_files.seen],
        looked_at=reading.looked_at(),
    )
