"""`config`: the sections by name, made when they are first spoken to; scopes of them joined."""

from __future__ import annotations

from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.push import PushSection
from serai.loaders.vagrantfile.config.section import Dummy, Section
from serai.loaders.vagrantfile.config.table import Table
from serai.loaders.vagrantfile.config.trigger import TriggerSection
from serai.loaders.vagrantfile.config.vm import VmSection
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Proc, Value
from serai.util.errors import Where


class Root:
    """`strange`: namespaces that are neither Vagrant's nor a known plugin's, with the place of their first use."""

    __slots__ = ("ruby_class", "sections", "strange")

    def __init__(self) -> None:
        self.ruby_class = "Vagrant::Config::V2::Root"
        self.sections: dict[str, Section] = {}
        self.strange: dict[str, Where] = {}

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        section = self.sections.get(name)
        if section is not None:
            return section
        if not name.isidentifier():
            self.strange.setdefault(name.removesuffix("="), rt.where)
            return Dummy()
        section = made(name)
        if section is None:
            self.strange.setdefault(name, rt.where)
            section = Section(Table(name=name, loose=True))
        self.sections[name] = section
        return section

    @property
    def vm(self) -> VmSection:
        section = self.sections.get("vm")
        if section is None:
            section = self.sections["vm"] = VmSection()
        assert isinstance(section, VmSection)
        return section

    def merged(self, later: Root) -> Root:
        """This scope under a later one; neither is changed."""
        result = Root()
        result.sections = self.sections | later.sections
        for name, section in self.sections.items():
            other = later.sections.get(name)
            if other is not None:
                result.sections[name] = section.merged(other)
        result.strange = self.strange | later.strange
        return result


def made(name: str) -> Section | None:
    """A new section of Vagrant's or of a known plugin's; None for a name that nobody knows."""
    if name == "vm":
        return VmSection()
    if name == "trigger":
        return TriggerSection()
    if name == "push":
        return PushSection()
    table = keys.section(name) or keys.plugin(name)
    return None if table is None else Section(table)
