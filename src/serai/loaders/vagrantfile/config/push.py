"""`config.push.define`: strategies of `push`, by name."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.keys.other import PUSHES
from serai.loaders.vagrantfile.config.model import Entry
from serai.loaders.vagrantfile.config.section import Dummy, Section
from serai.loaders.vagrantfile.config.table import Table, option, symbolised
from serai.loaders.vagrantfile.config.vm import lists_merged
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Proc, Value
from serai.util.errors import Where


class PushSection(Section):
    """`defined`: name → its calls as (strategy, block, place)."""

    __slots__ = ("defined",)

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table or PUSH)
        self.defined: dict[str, list[tuple[str, Proc | None, Where]]] = {}

    def merged(self, later: Section) -> PushSection:
        result = super().merged(later)
        assert isinstance(result, PushSection) and isinstance(later, PushSection)
        result.defined = lists_merged(self.defined, later.defined)
        return result

    def entries(self, rt: Runtime) -> list[Entry]:
        """Each with its blocks run; another strategy under the same name starts afresh."""
        result = []
        for name, calls in self.defined.items():
            strategy = calls[0][0]
            config = Section(PUSHES.get(strategy, Table(name=strategy, loose=True)))
            for wanted, block, _ in calls:
                if wanted != strategy:
                    strategy = wanted
                    config = Section(PUSHES.get(strategy, Table(name=strategy, loose=True)))
                if block is not None:
                    scope = config.fresh()
                    rt.call(block, [scope, Dummy()])
                    config = config.merged(scope)
            self.unknown.update({f"{name}.{key}": place for key, place in config.unknown.items()})
            result.append(Entry(type=strategy, id=name, options=config.finished(rt), where=calls[-1][2]))
        return result


def define(section: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    name = rt.to_s(args[0]) if args else ""
    strategy = option(options, "strategy")
    section.defined.setdefault(name, []).append((rt.to_s(strategy) if strategy else name, block, rt.where))
    return None


PUSH = Table(name="push", keys={"name": None}, methods={"define": define})
