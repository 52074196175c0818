"""Classes and modules: those of the library are made on first use; ancestors, constants, methods by name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from serai.loaders.vagrantfile.ruby import exceptions
from serai.loaders.vagrantfile.ruby.frame import Method, Nest
from serai.loaders.vagrantfile.ruby.library import core
from serai.loaders.vagrantfile.ruby.library.register import (
    ANCESTORS,
    CONSTANTS,
    INSTANCE,
    LATE,
    OWN,
    PARENTS,
    STD,
    declare,
)
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Module, Object, Value

LIBRARY = "serai.loaders.vagrantfile.ruby.library"
MIXINS = frozenset(("Comparable", "Enumerable", "Kernel"))
UNDEFINED = object()
"""In `Module.methods`: what `undef` leaves."""

for _name in ("Object", "Module", "Method", "UnboundMethod", "Binding", "Numeric"):
    declare(_name)
for _name in ("Kernel", "Comparable", "Enumerable"):
    declare(_name, None)
declare("Class", "Module")
declare("Numeric", "Object", "Comparable")
ANCESTORS["Object"] = ("Object", "Kernel")
ANCESTORS["BasicObject"] = ("BasicObject",)
ANCESTORS["Class"] = ("Class", "Module", "Object", "Kernel")
assert exceptions.FAULTS


class Modules:
    """The modules of one evaluation. What the file adds to a class of Ruby's stays in here."""

    constants_version: int

    def __init__(self) -> None:
        self.modules: dict[str, Module] = {}
        self.constants_version = 0
        self._filled: list[Module] = []
        self.object = self.builtin("Object") or Module("Object")
        self.object.constants["Object"] = self.object

    def raised(self, kind: str, message: str) -> RubyError:
        raise NotImplementedError

    def send(self, receiver: Value, name: str, args: list[Value], block: Value = None) -> Value:
        raise NotImplementedError

    def inspect(self, value: Value) -> str:
        raise NotImplementedError

    # Modules of the library

    def builtin(self, name: str) -> Module | None:
        """A class or module of the library, `Errno::ENOENT` too; None if there is none."""
        found = self.modules.get(name)
        if found is not None:
            return found
        top = name.split("::", 1)[0]
        if top in STD and self._import(STD[top]):
            return self.builtin(name)
        if name != core.LAST:
            core.enter(name)
        if name not in ANCESTORS and name not in INSTANCE and name not in OWN:
            return None
        chain = ANCESTORS.get(name, (name, "Object", "Kernel"))
        is_class = name not in MIXINS and PARENTS.get(name, "") is not None
        is_class = is_class and (name in ANCESTORS or "new" in OWN.get(name, ()))
        module = self.modules[name] = Module(name, is_class=is_class)
        for above in chain[1:]:
            if not is_class:
                break
            made = self.builtin(above) if above != name else None
            if made is None:
                continue
            if made.is_class:
                module.parent = made
                break
            module.included.append(made)
        # The order of ANCESTORS is that of the search: the last one that is included comes first.
        module.included.reverse()
        return module

    def _import(self, name: str) -> bool:
        """Import a module of `library.std`; whether it was new."""
        if not name or name in self._imported:
            return False
        self._imported.add(name)
        core.enter_all()
        import_module(f"{LIBRARY}.std.{name}")
        self.forget()
        return True

    _imported: set[str]

    def forget(self) -> None:
        """Methods have changed: what was found may be found no more."""
        for module in self._filled:
            module.cache.clear()
            module.own_cache.clear()
        self._filled.clear()

    # Ancestors and methods

    def ancestors(self, module: Module) -> list[Module]:
        """In the order in which a method is looked for."""
        found: list[Module] = []
        kind: Module | None = module
        while kind is not None:
            self._with_mixins(kind, found)
            kind = kind.parent
        return found

    def _with_mixins(self, module: Module, found: list[Module]) -> None:
        for mixin in reversed(module.prepended):
            if mixin not in found:
                self._with_mixins(mixin, found)
        if module not in found:
            found.append(module)
        for mixin in reversed(module.included):
            if mixin not in found:
                self._with_mixins(mixin, found)

    def layer(self, module: Module, name: str) -> Method | object | None:
        """A module's own method, without its ancestors'; UNDEFINED where it was taken away."""
        entry = module.methods.get(name)
        if entry is not None:
            return entry if isinstance(entry, Method) or entry is UNDEFINED else Method(name, entry, module)
        if self.modules.get(module.name) is module:
            function = INSTANCE.get(module.name, {}).get(name)
            if function is not None:
                return Method(name, function, module)
        return None

    def own_layer(self, module: Module, name: str) -> Method | object | None:
        entry = module.own.get(name)
        if entry is not None:
            return entry if isinstance(entry, Method) or entry is UNDEFINED else Method(name, entry, module)
        for mixin in reversed(module.extended):
            for above in self.ancestors(mixin):
                entry = self.layer(above, name)
                if entry is not None:
                    return entry
        if self.modules.get(module.name) is module:
            function = OWN.get(module.name, {}).get(name)
            if function is not None:
                return Method(name, function, module)
        return None

    def find(self, module: Module, name: str) -> Method | None:
        """An instance method of a class."""
        found = self._search(module, name)
        if found is None and core.enter_last():
            self.forget()
            found = self._search(module, name)
        if found is None and name in LATE and self._import(LATE[name]):
            found = self._search(module, name)
        if found is not None:
            if not module.cache and not module.own_cache:
                self._filled.append(module)
            module.cache[name] = found
        return found

    def _search(self, module: Module, name: str) -> Method | None:
        for above in self.ancestors(module):
            entry = self.layer(above, name)
            if entry is not None:
                return entry if isinstance(entry, Method) else None
        return None

    def find_own(self, module: Module, name: str) -> Method | None:
        """A method of a class or module itself."""
        kind: Module | None = module
        while kind is not None:
            entry = self.own_layer(kind, name)
            if entry is not None:
                return entry if isinstance(entry, Method) else None
            kind = kind.parent
        above = self.builtin("Class" if module.is_class else "Module")
        return None if above is None else above.cache.get(name) or self.find(above, name)

    # Constants

    def constant(self, name: str) -> Value:
        value: Value = self.object
        for part in name.split("::"):
            value = self.constant_of(value, part)
        return value

    def constant_in(self, nest: Nest, name: str) -> Value:
        """A constant as a place in the file sees it."""
        place: Nest | None = nest
        while place is not None:
            if place.lexical and name in place.module.constants:
                return place.module.constants[name]
            place = place.outer
        module = self.lexical_module(nest)
        return self.constant_of(module, name, inherited=True)

    def constant_of(self, module: Value, name: str, inherited: bool = False) -> Value:
        """`module::name`; with `inherited` those of the top level, too."""
        if not isinstance(module, Module):
            if hasattr(module, "ruby_send"):
                return module.ruby_send(self, name, [], None)
            raise self.raised("TypeError", f"{self.inspect(module)} is not a class/module")
        for above in self.ancestors(module):
            if above is self.object and module is not self.object and not inherited:
                continue
            if name in above.constants:
                return above.constants[name]
            found = self._of_library(above, name)
            if found is not UNDEFINED:
                return found
        if inherited or module is self.object:
            if name in self.object.constants:
                return self.object.constants[name]
            found = self._of_library(self.object, name)
            if found is not UNDEFINED:
                return found
        core.enter_all()
        missing = self.find_own(module, "const_missing")
        if missing is not None and missing.of_file:
            return self.send(module, "const_missing", [self.symbol(name)])
        full = name if module is self.object or inherited else f"{module.name}::{name}"
        error = self.raised("NameError", f"uninitialized constant {full}")
        error.error.variables["name"] = name
        error.error.variables["known"] = [*module.constants, *self.object.constants, *STD, *PARENTS]
        raise error

    def symbol(self, name: str) -> Value:
        from serai.loaders.vagrantfile.ruby.values import Sym

        return Sym(name)

    def _of_library(self, module: Module, name: str) -> Value:
        if self.modules.get(module.name) is not module:
            return UNDEFINED
        full = name if module is self.object else f"{module.name}::{name}"
        if full in STD:
            self._import(STD[full])
        if full in CONSTANTS:
            value = module.constants[name] = CONSTANTS[full]()
            return value
        made = self.builtin(full)
        return UNDEFINED if made is None else made

    def set_constant(self, module: Module, name: str, value: Value) -> None:
        module.constants[name] = value
        self.constants_version += 1
        if isinstance(value, Module) and not value.name:
            value.name = name if module is self.object else f"{module.name}::{name}"

    def lexical_module(self, nest: Nest) -> Module:
        place: Nest | None = nest
        while place is not None and not place.lexical:
            place = place.outer
        return self.object if place is None else place.module

    def nesting(self, nest: Nest) -> Iterator[Module]:
        place: Nest | None = nest
        while place is not None:
            yield place.module
            place = place.outer

    def class_variable_holder(self, nest: Nest, name: str) -> Module | None:
        module = self.lexical_module(nest)
        attached = getattr(module, "attached", None)
        if isinstance(attached, Module):
            module = attached
        elif isinstance(attached, Object):
            module = attached.kind
        return next((above for above in self.ancestors(module) if name in above.variables), None)
