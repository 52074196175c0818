"""One section of the configuration, a provider or a provisioner: set, read, called, joined, finished."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.config.plain import as_plain
from serai.loaders.vagrantfile.config.table import COMPUTED, UNSET, Table
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Str, Sym, Value, ruby
from serai.util.errors import Where

OPERATORS = frozenset({"==", "!=", "===", "=~", "!~", "<=", ">=", "[]="})


class Section:
    """`values` holds what was set (and what is there from the start), `places` where; `unknown` what nobody
    knows. `calls`: what one call added to a list, by its id, and where."""

    __slots__ = ("calls", "places", "ruby_class", "table", "unknown", "values")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.ruby_class = f"VagrantPlugins::{table.name}::Config"
        self.values: dict[str, Value] = {key: ruby(value) for key, value in table.initial.items()}
        self.places: dict[str, Where] = {}
        self.calls: dict[int, tuple[Value, Where]] = {}
        self.unknown: dict[str, Where] = {}

    def fresh(self) -> Section:
        return type(self)(self.table)

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        table = self.table
        if name[-1] == "=" and name not in OPERATORS:
            value = args[-1] if args else None
            self.set(rt, name[:-1], value)
            return value
        method = table.methods.get(name)
        if method is not None:
            self.places.setdefault(name, rt.where)
            return method(self, rt, args, block)
        key = table.aliases.get(name, name)
        if key in table.keys and key not in table.hidden:
            return self.values.get(key, UNSET)
        return self.strange(rt, name, args, block)

    def ruby_responds(self, name: str) -> bool:
        table = self.table
        key = table.aliases.get(name.removesuffix("="), name.removesuffix("="))
        return table.loose or key in table.keys or name in table.methods

    def set(self, rt: Runtime, name: str, value: Value) -> None:
        table = self.table
        key = table.aliases.get(name, name)
        setter = table.methods.get(f"{key}=")
        if setter is not None:
            self.places[key] = rt.where
            setter(self, rt, [value], None)
        elif key in table.keys or table.loose:
            self.values[key] = value
            self.places[key] = rt.where
        else:
            self.unknown.setdefault(name, rt.where)

    def set_options(self, rt: Runtime, options: Hash) -> None:
        """Options of a hash, as if each were set by itself."""
        for key, value in options.items():
            self.set(rt, str(key) if isinstance(key, Sym) else rt.to_s(key), value)

    def strange(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        """A name that the table does not have: noted, and answered with what swallows all further calls."""
        if not self.table.loose:
            self.unknown.setdefault(name, rt.where)
            return Dummy()
        if name in self.values and not args and block is None and not isinstance(self.values[name], Called):
            return self.values[name]
        called = self.values.setdefault(name, Called())
        if isinstance(called, Called):
            called.append(Array([*args, Str("(a block)")] if block is not None else args))
        self.places[name] = rt.where
        return Dummy()

    def merged(self, later: Section) -> Section:
        """This scope under a later one; neither is changed."""
        result = type(self)(self.table)
        result.values = self.values | later.values
        if self.table.replaced is not None:
            result.values.update(self.table.replaced(self.values, later.values))
        for key, join in self.table.joined.items():
            value = join(self.values.get(key, UNSET), later.values.get(key, UNSET))
            if value is not UNSET:
                result.values[key] = value
        result.places = self.places | later.places
        result.calls = self.calls | later.calls
        result.unknown = self.unknown | later.unknown
        return result

    def every_place(self) -> dict[str, Where]:
        """`places`, and `key[0]`, `key[1]`, …: the place of the call that each entry of a list came from."""
        result = dict(self.places)
        for key, value in self.values.items() if self.calls else ():
            for index, item in enumerate(value if isinstance(value, Array) else ()):
                if found := self.calls.get(id(item)):
                    result[f"{key}[{index}]"] = found[1]
        return result

    def plain(self, rt: Runtime) -> Plain:
        """A section that is a value of another (`ssh.default`)."""
        return self.stated(rt)

    def stated(self, rt: Runtime) -> dict[str, Plain]:
        """What was set and is not nil, as plain data."""
        initial = self.table.initial
        result = {}
        for key, value in self.values.items():
            found = as_plain(rt, value)
            if found is not None and (key not in initial or found != initial[key]):
                result[key] = found
        return result

    def finished(self, rt: Runtime) -> dict[str, Plain]:
        """All keys that are not nil in the end, defaults included, as plain data."""
        result = dict(self.table.keys)
        for key, value in self.values.items():
            result[key] = as_plain(rt, value)
        if self.table.finish is not None:
            self.table.finish(result)
        return {key: value for key, value in result.items() if value is not None and value is not COMPUTED}


class Called(Array):
    """The argument lists of the calls of one unknown method, each an Array."""

    __slots__ = ()


class Dummy:
    """What swallows everything: an unknown section, and the configuration of a block that is not for us."""

    __slots__ = ("ruby_class",)

    def __init__(self) -> None:
        self.ruby_class = "Vagrant::Config::V2::DummyConfig"

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name[-1] == "=" and name not in OPERATORS:
            return args[-1] if args else None
        if name in ("to_hash", "to_ary", "to_str", "to_proc"):
            raise rt.raised(
                "NoMethodError", f"undefined method `{name}' for an unknown section of the configuration"
            )
        return Dummy()
