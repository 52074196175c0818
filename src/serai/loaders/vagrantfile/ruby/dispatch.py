"""Which method answers: by the value's class, its singleton, a host object, or method_missing."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.frame import Block, Frame, Method, Nest
from serai.loaders.vagrantfile.ruby.modules import UNDEFINED, Modules
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.universal import UNIVERSAL
from serai.loaders.vagrantfile.ruby.values import (
    Array,
    Hash,
    Module,
    Object,
    Proc,
    Range,
    Regexp,
    Str,
    Sym,
    Value,
)

TYPES: dict[type, str] = {
    type(None): "NilClass", int: "Integer", float: "Float", Str: "String", Sym: "Symbol", Array: "Array",
    Hash: "Hash", Range: "Range", Regexp: "Regexp", Proc: "Proc", Block: "Proc",
}  # fmt: skip

OPERATORS = frozenset(
    ["+", "-", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^", "!", "<<", "[]", "-@"]
)

LONG = 65
"""Characters of `inspect` that NoMethodError shows of its receiver. Source: Ruby 3.1, error.c."""


class Dispatch(Modules):
    def __init__(self) -> None:
        self._imported = set()
        super().__init__()
        self.by_type: dict[type, Module] = {}
        """Of TYPES, those that have been met: each brings its class's methods."""
        self._hosts: dict[str, Method] = {}
        at_top = Module("Object", parent=self.object)
        at_top.methods.update(dict.fromkeys(("to_s", "inspect"), lambda rt, me, args, block: Str("main")))
        self.main = Object(at_top)

    def class_of(self, value: Value) -> Module:
        kind = self.by_type.get(type(value))
        if kind is not None:
            return kind
        if isinstance(value, Object):
            return self.object if value is self.main else value.kind
        if isinstance(value, bool):
            return self._core("TrueClass" if value else "FalseClass")
        if type(value) in TYPES:
            return self._of_type(type(value))
        if isinstance(value, Module):
            found: Module = self.constant("Class" if value.is_class else "Module")
            return found
        if hasattr(value, "ruby_send"):
            return self.class_of_host(value)
        raise TypeError(f"a Python {type(value).__name__} is no value of Ruby")

    def _core(self, name: str) -> Module:
        found = self.modules.get(name) or self.builtin(name)
        assert found is not None
        return found

    def _of_type(self, kind: type) -> Module:
        found = self.by_type[kind] = self._core(TYPES[kind])
        return found

    def class_of_host(self, value: Value) -> Module:
        name = str(getattr(value, "ruby_class", "Object"))
        if name not in self.modules:
            self.modules[name] = Module(name, parent=self.object)
        return self.modules[name]

    def class_name(self, value: Value) -> str:
        return self.class_of(value).name

    # Looking for methods

    def lookup(self, me: Value, name: str) -> Method | None:
        kind = self.by_type.get(type(me))
        if kind is not None:
            return kind.cache.get(name) or self.find(kind, name)
        return self.find_other(me, name)

    def find_other(self, me: Value, name: str) -> Method | None:
        """Of what is not in `by_type`, or not yet."""
        if type(me) is Object:
            if me.extended:
                for mixin in reversed(me.extended):
                    for above in self.ancestors(mixin):
                        entry = self.layer(above, name)
                        if isinstance(entry, Method):
                            return entry
            kind = me.kind
            return kind.cache.get(name) or self.find(kind, name)
        if type(me) is Module:
            found = me.own_cache.get(name)
            if found is None:
                found = self.find_own(me, name)
                if found is not None:
                    if not me.cache and not me.own_cache:
                        self._filled.append(me)
                    me.own_cache[name] = found
            return found
        if type(me) is bool:
            kind = self._core("TrueClass" if me else "FalseClass")
            return kind.cache.get(name) or self.find(kind, name)
        if type(me) in TYPES:
            kind = self._of_type(type(me))
            return kind.cache.get(name) or self.find(kind, name)
        if hasattr(me, "ruby_send"):
            if name in UNIVERSAL:
                return self.object.cache.get(name) or self.find(self.object, name)
            return self._host_method(name)
        raise TypeError(f"a Python {type(me).__name__} is no value of Ruby")

    def _host_method(self, name: str) -> Method:
        found = self._hosts.get(name)
        if found is None:
            found = Method(name, lambda rt, me, args, block: me.ruby_send(rt, name, args, block), self.object)
            self._hosts[name] = found
        return found

    def responds(self, receiver: Value, name: str, private: bool = False) -> bool:
        if hasattr(receiver, "ruby_send") and name not in UNIVERSAL:
            answers = getattr(receiver, "ruby_responds", None)
            return True if answers is None else bool(answers(name))
        found = self.lookup(receiver, name)
        if found is not None:
            return private or found.visibility == "public"
        missing = self.lookup(receiver, "respond_to_missing?")
        if missing is not None:
            return missing.call(self, receiver, [Sym(name), private], None) not in (None, False)  # type: ignore[arg-type]
        return False

    # Calling them

    def dispatch(self, me: Value, name: str, args: list[Value], block: Proc | None, private: bool) -> Value:
        """A call with an explicit receiver; `private` where that is self."""
        kind = self.by_type.get(type(me))
        method = (kind.cache.get(name) or self.find(kind, name)) if kind is not None else self.find_other(me, name)
        if method is None:
            return self.missing(me, name, args, block)
        if method.visibility != "public" and not private:
            self.check_visible(None, me, method, name, args)
        return method.call(self, me, args, block)  # type: ignore[arg-type]

    def send(self, receiver: Value, name: str, args: list[Value], block: Proc | None = None) -> Value:
        return self.dispatch(receiver, name, args, block, True)

    def call(self, proc: Proc, args: list[Value], me: Value = None) -> Value:
        return proc.body(args, None, me)

    def call_super(self, home: Frame, me: Value, args: list[Value], block: Proc | None) -> Value:
        method = getattr(home, "method", None)
        if method is None:
            raise self.raised("RuntimeError", "super called outside of method")
        above = self.above(me, method)
        if above is None:
            if method.name in ("initialize", "inherited", "included", "extended", "prepended", "method_added"):
                return None
            if method.name == "respond_to_missing?":
                return False
            if method.name == "method_missing" and args:
                return self.missing(me, str(args[0]), args[1:], block, last=True)
            raise self.raised("NoMethodError", f"super: no superclass method `{method.name}' for {self.shown(me)}")
        return above.call(self, me, args, block)  # type: ignore[arg-type]

    def has_super(self, home: Frame, me: Value) -> bool:
        method = getattr(home, "method", None)
        return method is not None and self.above(me, method) is not None

    def above(self, me: Value, method: Method) -> Method | None:
        """The method of the same name that comes after `method` in the receiver's ancestors."""
        passed = False
        for entry in self._entries(me, method.name):
            if passed:
                return entry if isinstance(entry, Method) else None
            passed = isinstance(entry, Method) and entry.call is method.call
        return None

    def _entries(self, me: Value, name: str) -> list[object]:
        """All methods of that name that a receiver has, in their order."""
        found: list[object | None] = []
        if isinstance(me, Module):
            kind: Module | None = me
            while kind is not None:
                found.append(self.own_layer(kind, name) if name in kind.own else None)
                for mixin in reversed(kind.extended):
                    found += [self.layer(above, name) for above in self.ancestors(mixin)]
                bare = kind.own
                if name in bare:
                    kind.own = {}
                    found.append(self.own_layer(kind, name))
                    kind.own = bare
                else:
                    found.append(self.own_layer(kind, name))
                kind = kind.parent
            above = self.constant("Class" if me.is_class else "Module")
            found += [self.layer(one, name) for one in self.ancestors(above)]
        else:
            for mixin in reversed(getattr(me, "extended", ())):
                found += [self.layer(one, name) for one in self.ancestors(mixin)]
            found += [self.layer(one, name) for one in self.ancestors(self.class_of(me))]
        return [entry for entry in found if entry is not None]

    def check_visible(self, caller: Value, me: Value, method: Method, name: str, args: list[Value]) -> None:
        """Raises where a private or protected method is called from outside."""
        if method.visibility == "protected" and caller is not None and self.is_kind(caller, method.owner):
            return
        if name.endswith("=") and caller is me:
            return
        raise self.no_method(me, name, f"{method.visibility} method `{name}' called for {self.shown(me)}")

    def missing(
        self, me: Value, name: str, args: list[Value], block: Proc | None, bare: list[str] | None = None,
        last: bool = False,
    ) -> Value:  # fmt: skip
        """No such method: method_missing, or the error. `bare`: the local variables around a name by itself."""
        if not last:
            other = self.lookup(me, "method_missing")
            if other is not None:
                return other.call(self, me, [Sym(name), *args], block)  # type: ignore[arg-type]
        if bare is not None:
            error = self.raised("NameError", f"undefined local variable or method `{name}' for {self.shown(me)}")
            error.error.variables.update(name=name, receiver=me, known=[*bare, *self.method_names(me)])
            raise error
        raise self.no_method(me, name, f"undefined method `{name}' for {self.shown(me)}")

    def no_method(self, me: Value, name: str, message: str) -> RubyError:
        error = self.raised("NoMethodError", message)
        error.error.variables.update(name=name, receiver=me)
        return error

    def shown(self, me: Value) -> str:
        """A receiver in an error: `"abc":String`."""
        if me is self.main:
            return "main:Object"
        if me is None:
            return "nil:NilClass"
        if isinstance(me, bool):
            return f"{'true:TrueClass' if me else 'false:FalseClass'}"
        if isinstance(me, Module):
            return f"{me.name}:{'Class' if me.is_class else 'Module'}"
        said = self.inspect(me)
        if len(said) > LONG:
            said = f"#<{self.class_name(me)}>"
        return said if said.startswith("#") else f"{said}:{self.class_name(me)}"

    def method_names(self, me: Value) -> list[str]:
        """What a receiver answers to, as far as it can be listed."""
        from serai.loaders.vagrantfile.ruby.library.register import INSTANCE, OWN

        names: dict[str, None] = {}
        modules = list(getattr(me, "extended", ())) + self.ancestors(self.class_of(me))
        if isinstance(me, Module):
            kind: Module | None = me
            while kind is not None:
                names.update(dict.fromkeys([*kind.own, *OWN.get(kind.name, ())]))
                kind = kind.parent
        for module in modules:
            names.update(dict.fromkeys([*module.methods, *INSTANCE.get(module.name, ())]))
        return list(names)

    # What is asked about classes

    def is_kind(self, value: Value, module: Module) -> bool:
        kind = self.class_of(value)
        if kind is module or module.name == "BasicObject" or module in self.ancestors(kind):
            return True
        return any(module in self.ancestors(mixin) for mixin in getattr(value, "extended", ()))

    def is_a(self, value: Value, name: str) -> bool:
        """By a class's name: only for those of the library."""
        module = self.builtin(name)
        return module is not None and self.is_kind(value, module)

    # Definitions

    def define_method(self, nest: Nest, method: Method) -> None:
        module = nest.module
        self.refuse_operator(module, method.name)
        if method.name in ("hash", "eql?"):
            module.keyed = self  # type: ignore[assignment]
        visibility = nest.visibility
        if visibility == "module_function":
            module.own[method.name] = method.copy(visibility="public")
            visibility = "private"
        if method.name in ("initialize", "initialize_copy", "respond_to_missing?"):
            visibility = "private"
        method.visibility, method.owner = visibility, module
        module.methods[method.name] = method
        self.forget()
        if "method_added" in module.own:
            self.send(module, "method_added", [Sym(method.name)])

    def refuse_operator(self, module: Module, name: str) -> None:
        if name == "!":
            raise self.refused("another ! for a class", "give the method a name of its own")
        if name in OPERATORS and module.name in TYPES.values() and self.modules.get(module.name) is module:
            raise self.refused(f"another {name} for {module.name}", "give the method a name of its own")

    def refused(self, what: str, hint: str) -> Exception:
        raise NotImplementedError

    def define_own(self, me: Value, method: Method) -> None:
        if isinstance(me, Module):
            method.owner = me
            me.own[method.name] = method
        else:
            method.owner = self.singleton(me)
            method.owner.methods[method.name] = method
        self.forget()

    def singleton(self, me: Value) -> Module:
        """The class of one object alone. A module's has the module's own methods."""
        if isinstance(me, Module):
            made = getattr(me, "meta", None)
            if made is None:
                made = Module(f"#<Class:{me.name}>")
                made.methods = me.own
                made.included = me.extended
                made.attached = me  # type: ignore[attr-defined]
                me.meta = made  # type: ignore[attr-defined]
            return made
        if not isinstance(me, Object):
            raise self.refused(f"a method of one {self.class_name(me)} alone", "define a method that takes it")
        mixin: Module
        for mixin in me.extended:
            if getattr(mixin, "attached", None) is me:
                return mixin
        made = Module(f"#<Class:{self.shown(me)}>", parent=None)
        made.attached = me  # type: ignore[attr-defined]
        made.included = me.extended
        me.extended.append(made)
        return made

    def alias_method(self, module: Module, new: str, old: str) -> None:
        self.refuse_operator(module, new)
        attached = getattr(module, "attached", None)
        found = self.lookup(attached, old) if attached is not None else self.find(module, old)
        if found is None:
            found = self.find(self.object, old) if not module.is_class else None
        if found is None:
            raise self.raised("NameError", f"undefined method `{old}' for class `{module.name}'")
        copy = found.copy()
        module.methods[new] = copy
        self.forget()

    def undefine_method(self, module: Module, name: str) -> None:
        if self.find(module, name) is None:
            raise self.raised("NameError", f"undefined method `{name}' for class `{module.name}'")
        module.methods[name] = UNDEFINED
        self.forget()
