"""`config.trigger.before` and `.after`: what runs around which command. A block of Ruby waits for its moment."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.config.keys.shell import SHELL
from serai.loaders.vagrantfile.config.model import Entry
from serai.loaders.vagrantfile.config.section import Section
from serai.loaders.vagrantfile.config.table import Table
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Str, Value
from serai.util.errors import Where

RUN_ON_HOST = {"powershell_args": "", "privileged": False}


def ruby_block(section: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    if block is not None:
        section.values["ruby"] = block
    return None


def lacking(rt: Runtime, block: Proc) -> list[str]:
    """What the block asks of `env` and `machine` that nobody here answers: `machine.provider`."""
    from serai.loaders.vagrantfile.actors import ENV, MACHINE

    if rt.where.file not in getattr(rt, "paths", {}):
        return ["a real Ruby, which keeps its blocks to itself"]
    names = [name for _, name in block.parameters]
    lines = rt.files.read(str(rt.file)).decode(errors="replace").splitlines()[max(0, rt.where.line - 1) :]
    depth, found = len(lines[0]) - len(lines[0].lstrip()) if lines else 0, []
    for line in lines:
        for name, known in zip(names, (ENV, MACHINE), strict=False):
            for said in re.findall(rf"(?<![\w.@:]){re.escape(name)}\.(\w+[?!]?)", line.partition(" # ")[0]):
                found += [] if said in known else [f"{name}.{said}"]
        ends = line.rstrip().endswith(("end", "}", ")")) and len(line) - len(line.lstrip()) <= depth
        if ends:
            break
    return list(dict.fromkeys(found))


def finish(keys: dict[str, Any]) -> None:
    for key in ("only_on", "ignore", "exit_codes"):
        if keys[key] is not None and not isinstance(keys[key], list):
            keys[key] = [keys[key]]
    for key, own in (("run", RUN_ON_HOST), ("run_remote", {})):
        if isinstance(keys[key], dict):
            script = dict(SHELL.keys) | own | keys[key]
            assert SHELL.finish is not None
            SHELL.finish(script)
            keys[key] = {name: value for name, value in script.items() if value is not None}
    if keys["abort"] is True:
        keys["abort"] = 1


TRIGGER = Table(
    name="trigger",
    keys={
        **dict.fromkeys(("name", "info", "warn", "only_on", "run", "run_remote", "abort", "ruby", "ruby_lacks")),
        "on_error": "halt",
        "ignore": [],
        "exit_codes": [0],
        "type": "action",
    },
    methods={"ruby": ruby_block},
    finish=finish,
)


class TriggerSection(Section):
    """All triggers in the order of their definition: (before or after, command, its configuration, place)."""

    __slots__ = ("triggers",)

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table or TRIGGERS)
        self.triggers: list[tuple[str, str, Section, Where]] = []

    def merged(self, later: Section) -> TriggerSection:
        result = super().merged(later)
        assert isinstance(result, TriggerSection) and isinstance(later, TriggerSection)
        result.triggers = self.triggers + later.triggers
        return result

    def entries(self, rt: Runtime) -> list[Entry]:
        return [
            Entry(type=when, id=command, options=config.finished(rt), where=where)
            for when, command, config, where in self.triggers
        ]


def flat(items: list[Value]) -> list[Value]:
    return [inner for item in items for inner in (flat(item) if isinstance(item, Array) else [item])]


def around(when: str, section: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    commands, options = flat(args), Hash()
    if commands and isinstance(commands[-1], Hash):
        options = commands.pop()
    elif block is None:
        raise rt.raised("Vagrant::Errors::VagrantError", f"a trigger {when} a command needs a block or options")
    where = rt.where
    for command in commands:
        config = Section(TRIGGER)
        if block is not None:
            rt.call(block, [config, None])
        config.set_options(rt, options)
        for key, place in config.unknown.items():
            section.unknown.setdefault(key, place)
        if isinstance(ruby := config.values.get("ruby"), Proc) and (lacks := lacking(rt, ruby)):
            config.values["ruby_lacks"] = Array(map(Str, lacks))
        section.triggers.append((when, rt.to_s(command), config, where))
    return None


def before(section: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return around("before", section, rt, args, block)


def after(section: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return around("after", section, rt, args, block)


TRIGGERS = Table(name="trigger", methods={"before": before, "after": after})
