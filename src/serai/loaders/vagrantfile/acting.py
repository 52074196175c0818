"""A trigger's block of Ruby, evaluated when its moment comes: serai's own evaluator, with hands (GUI-6).

The Vagrantfile is read again, without any effect, to the machine's configuration; then the block is called with
what Vagrant gives it, `env` and `machine`. In it commands of the host really run, and what it prints is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from serai.loaders.access import Access
from serai.loaders.vagrantfile.actors import Doing, EnvActor, MachineActor
from serai.loaders.vagrantfile.config.load import Loaded, machines
from serai.loaders.vagrantfile.config.trigger import TriggerSection
from serai.loaders.vagrantfile.reading import Reading
from serai.loaders.vagrantfile.ruby.interpreter import Interpreter
from serai.loaders.vagrantfile.ruby.values import Proc
from serai.util.errors import Code, SeraiError, Where

CHANGED = "the Vagrantfile has changed meanwhile: serai up reads it anew"


class Acting(Interpreter):
    """Reads as any other; while `doing` is set, what is asked of the host is done."""

    doing: Doing | None = None

    def ran(self, command: str) -> str | None:
        if self.doing is None:
            return super().ran(command)
        self.exit_code, said = self.doing.host(command)
        self.worked = self.exit_code == 0
        return said

    def say(self, text: str) -> None:
        if self.doing is None:
            return  # it was told when the file was read first
        self.meter.printed(len(text))
        for line in text.rstrip("\n").split("\n"):
            self.doing.say(line)

    def warn(self, text: str, hint: str = "") -> None:
        """What would only be noted while a file is read is what somebody counts on here."""
        if self.doing is not None:
            raise SeraiError(Code.UNSUPPORTED, text, hint=hint, where=self.where)
        super().warn(text, hint)


def act(
    path: Path,
    place: str,
    machine: str,
    doing: Doing,
    *,
    environ: Mapping[str, str],
    access: Access,
    provider: str | None = None,
) -> None:
    """Call the block of the trigger that is stated at `place` (FILE:LINE:COLUMN) for a machine, None for none.

    Raises Code.INPUT for what Ruby raises, Code.UNSUPPORTED for what serai does not answer; both with the place.
    """
    reading = Reading(path.absolute(), environ=environ, access=access, kind=Acting)
    rt = reading.interpreter
    assert isinstance(rt, Acting)
    with rt.guard():
        blocks = reading.blocks(path.absolute())
        base, loaded = machines(rt, blocks, provider=provider, where=Where(path.name, 1))
        mine = next((each for each in loaded if each.name == machine), None)
        block = _block(base if mine is None else mine.root, place)
    with rt.guard():
        rt.doing = doing
        env = EnvActor(doing, [each.name for each in loaded])
        rt.call(block, [env, _machine(mine, env, doing)])


def _machine(mine: Loaded | None, env: EnvActor, doing: Doing) -> Any:
    return None if mine is None else MachineActor(mine.name, mine.provider, mine.root, env, doing)


def _block(root: Any, place: str) -> Proc:
    section = root.sections.get("trigger")
    for _, _, config, where in section.triggers if isinstance(section, TriggerSection) else ():
        block = config.values.get("ruby")
        if str(where) == place and isinstance(block, Proc):
            return block
    raise SeraiError(Code.INPUT, f"there is no trigger with a block of Ruby at {place}", hint=CHANGED)
