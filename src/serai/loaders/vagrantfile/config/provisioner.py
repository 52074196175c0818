"""One `config.vm.provision`: its own options, and its type's configuration."""

from __future__ import annotations

from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry
from serai.loaders.vagrantfile.config.plain import as_plain
from serai.loaders.vagrantfile.config.section import Section
from serai.loaders.vagrantfile.config.table import symbolised, taken, truthy
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Hash, Proc, Sym, Value
from serai.util.errors import Where


class Provisioner:
    """`name` is what it is merged by; one without is itself alone."""

    __slots__ = (
        "after",
        "before",
        "communicator_required",
        "config",
        "name",
        "preserve_order",
        "ruby_class",
        "run",
        "type",
        "where",
    )

    def __init__(self, name: str | None, kind: str, where: Where) -> None:
        self.name, self.type, self.where = name, kind, where
        self.config = Section(keys.provisioner(kind))
        self.run: Value = None
        self.before: Value = None
        self.after: Value = None
        self.preserve_order = False
        self.communicator_required: Value = True
        self.ruby_class = "VagrantPlugins::Kernel_V2::VagrantConfigProvisioner"

    def add(self, rt: Runtime, options: Hash, block: Proc | None) -> None:
        """What one call says, over what earlier calls of the same name in this scope said."""
        if Sym("preserve_order") in options:
            self.preserve_order = truthy(taken(options, "preserve_order"))
        if Sym("run") in options:
            self.run = taken(options, "run")
        if Sym("communicator_required") in options:
            self.communicator_required = taken(options, "communicator_required")
        config = self.config.fresh()
        config.set_options(rt, options)
        if block is not None:
            rt.call(block, [config])
        self.config = self.config.merged(config)

    def over(self, outer: Provisioner) -> Provisioner:
        """This one with what the outer scope's of the same name says below it."""
        result = Provisioner(self.name, self.type, self.where)
        result.config = outer.config.merged(self.config) if outer.type == self.type else self.config
        result.run = self.run if truthy(self.run) else outer.run
        result.before, result.after = self.before, self.after
        result.preserve_order, result.communicator_required = self.preserve_order, self.communicator_required
        return result

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name in ("name", "type"):
            value = getattr(self, name)
            return None if value is None else Sym(value)
        if name in ("config", "run", "before", "after", "preserve_order", "communicator_required"):
            return getattr(self, name)
        raise rt.raised("NoMethodError", f"undefined method `{name}' for a provisioner")

    def entry(self, rt: Runtime) -> ProvisionerEntry:
        options = self.config.finished(rt)
        name = self.name
        if name is None and isinstance(options.get("name"), str):
            name = options["name"]
        return ProvisionerEntry(
            type=self.type,
            name=name,
            run=None if self.run is None else rt.to_s(self.run),
            before=None if self.before is None else rt.to_s(self.before),
            after=None if self.after is None else rt.to_s(self.after),
            preserve_order=self.preserve_order,
            communicator_required=truthy(self.communicator_required),
            options=options,
            where=self.where,
        )

    def plain(self, rt: Runtime) -> Plain:
        return {"type": self.type, "name": self.name, "options": as_plain(rt, self.config)}


def named(rt: Runtime, args: list[Value], options: Hash) -> tuple[str | None, str]:
    """(name, type) of a call: with a `type` the first argument is the name. `type` is removed from the options."""
    first = rt.to_s(args[0]) if args else ""
    if Sym("type") in options:
        return first, rt.to_s(taken(options, "type"))
    return None, first


def defined(rt: Runtime, args: list[Value], block: Proc | None) -> Provisioner:
    """The provisioner that a call alone comes to."""
    args, options = symbolised(args)
    name, kind = named(rt, args, options)
    result = Provisioner(name, kind, rt.where)
    result.before, result.after = taken(options, "before"), taken(options, "after")
    result.add(rt, options, block)
    return result
