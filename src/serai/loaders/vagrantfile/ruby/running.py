"""The state of an evaluation: errors on their way, globals, classes that are made while the file runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from serai.loaders.vagrantfile.ruby.conversions import Conversions
from serai.loaders.vagrantfile.ruby.frame import Method, Nest
from serai.loaders.vagrantfile.ruby.library.register import OWN
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Str, Sym, Value
from serai.util.errors import Code, SeraiError, Where, did_you_mean

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.ruby.bounds import Limits, Meter

SPECIAL_NAMES = "$~ $& $` $' $+ $0 $PROGRAM_NAME $* $! $@ $? $$ $stdout $stderr $stdin $> $: $LOAD_PATH $; $, $/"
SPECIAL = frozenset(SPECIAL_NAMES.split())


class Running(Conversions):
    where: Where
    limits: Limits
    meter: Meter
    framed_name: str = ""

    def __init__(self) -> None:
        self.globals: dict[str, Value] = {}
        self.depth = 0
        self.error: Value = None
        """`$!`"""
        self.last_match: Value = None
        self.worked: bool | None = None
        """What `$?` says of the last command: whether --with supplied it; None before any."""
        self.exit_code = 127
        """Of a command that has not worked."""
        self.tags: list[Value] = []
        """What is being caught (`catch`)."""
        self.at_end: list[Callable[[], Value]] = []
        self.load_path: Array = Array()
        self._required: set[str] = set()
        self._ids: dict[int, tuple[int, Value]] = {}
        super().__init__()

    # Errors

    def raised(self, kind: str, message: str) -> RubyError:
        module = self.builtin(kind)
        if module is None:
            found = self._named(kind)
            module = found if found is not None else self._made(kind)
        error = Object(module, Str(message))
        error.variables["where"] = self.where
        error.variables["cause"] = self.error
        return RubyError(error, message, self.where)

    def _named(self, kind: str) -> Module | None:
        try:
            value = self.constant(kind)
        except RubyError:
            return None
        return value if isinstance(value, Module) else None

    def _made(self, kind: str) -> Module:
        """A class of errors that only a method of the library names."""
        made = self.modules[kind] = Module(kind, parent=self.builtin("StandardError"))
        return made

    def error_of(self, args: list[Value]) -> RubyError:
        """What `raise` with these arguments raises."""
        from serai.loaders.vagrantfile.ruby.values import Hash

        cause = self.error
        if args and isinstance(args[-1], Hash) and args[-1].keywords and Sym("cause") in args[-1]:
            cause = args[-1].get(Sym("cause"))
            args = args[:-1]
        if not args:
            if isinstance(self.error, Object):
                return RubyError(
                    self.error, self.message_of(self.error), self.error.variables.get("where", self.where)
                )
            return self.raised("RuntimeError", "")
        first = args[0]
        if isinstance(first, Str):
            error: Value = self.send(self.constant("RuntimeError"), "new", [first])
        elif self.responds(first, "exception"):
            error = self.send(first, "exception", args[1:2])
        else:
            error = None
        if not isinstance(error, Object) or not self.is_a(error, "Exception"):
            return self.raised("TypeError", "exception class/object expected")
        error.variables.setdefault("where", self.where)
        if cause is not error:
            error.variables.setdefault("cause", cause)
        if len(args) > 2:
            error.variables["backtrace"] = args[2]
        return RubyError(error, self.message_of(error), self.where)

    def message_of(self, error: Value) -> str:
        if not isinstance(error, Object):
            return ""
        return self.to_s(self.send(error, "message", []))

    def as_ruby(self, fault: BaseException) -> RubyError:
        """What the file sees of a Python error in a method of ours."""
        if isinstance(fault, IndexError):
            return self.raised("ArgumentError", "too few arguments")
        return self.raised("TypeError", f"a value does not fit here ({type(fault).__name__}: {fault})")

    def too_deep(self) -> SeraiError:
        return SeraiError(
            Code.INPUT,
            f"calls nested more than {self.limits.depth} deep",
            hint="a method that calls itself without end?",
            where=self.where,
        )

    def no_name(self, me: Value, name: str) -> RubyError:
        error = self.raised("NameError", f"undefined method `{name}' for {self.shown(me)}")
        error.error.variables.update(name=name, receiver=me)
        return error

    def suggestion(self, error: Object) -> str:
        """`did you mean 'foo'?` for a name that is unknown."""
        name = error.variables.get("name")
        if type(name) is not str or not self.is_a(error, "NameError"):
            return ""
        known = error.variables.get("known")
        return did_you_mean(name, known or self.method_names(error.variables.get("receiver")))

    # Globals

    def is_special_global(self, name: str) -> bool:
        return name in SPECIAL or name[1:].isdigit()

    def special_global(self, name: str) -> Value:
        if name in self.globals:
            return self.globals[name]
        if (name[1:].isdigit() and name != "$0") or name in ("$~", "$&", "$`", "$'", "$+"):
            return self._of_match(name)
        if name in ("$0", "$PROGRAM_NAME"):
            return Str("vagrant")
        if name == "$!":
            return self.error
        if name == "$@":
            return None if self.error is None else self.send(self.error, "backtrace", [])
        if name in ("$:", "$LOAD_PATH"):
            return self.load_path
        if name == "$*":
            return self.constant("ARGV")
        if name == "$$":
            return 4242
        if name == "$/":
            return Str("\n")
        if name == "$?":
            return None if self.worked is None else self.send(self.constant("Process"), "last_status", [])
        stream = {"$stdout": "STDOUT", "$>": "STDOUT", "$stderr": "STDERR", "$stdin": "STDIN"}.get(name)
        return self.constant(stream) if stream is not None else None

    def _of_match(self, name: str) -> Value:
        match = self.last_match
        if match is None or name == "$~":
            return match
        if name == "$`":
            return self.send(match, "pre_match", [])
        if name == "$'":
            return self.send(match, "post_match", [])
        if name == "$+":
            return self.send(self.send(match, "captures", []), "last", [])
        return self.send(match, "[]", [0 if name == "$&" else int(name[1:])])

    def has_global(self, name: str) -> bool:
        return name in self.globals or (self.is_special_global(name) and self.special_global(name) is not None)

    def set_global(self, name: str, value: Value) -> None:
        if name[1:].isdigit() or name in ("$&", "$!", "$$", "$?"):
            raise self.raised("NameError", f"{name} is a read-only variable")
        if name == "$~":
            self.last_match = value
            return
        self.globals[name] = value

    # Classes that are made while the file runs

    def open_module(
        self, holder: Value, nest: Nest, name: str, is_class: bool, parent: Value, has_parent: bool
    ) -> Module:
        """`class name < parent`: the one that is there, or a new one."""
        if not isinstance(holder, Module):
            raise self.raised("TypeError", f"{self.inspect(holder)} is not a class/module")
        found: Value = holder.constants.get(name)
        if found is None:
            full = name if holder is self.object else f"{holder.name}::{name}"
            found = self.builtin(full) if self.modules.get(holder.name) is holder else None
        if found is not None:
            if not isinstance(found, Module):
                raise self.raised("TypeError", f"{name} is not a {'class' if is_class else 'module'}")
            if has_parent and found.parent is not parent and found.is_class and isinstance(parent, Module):
                raise self.raised("TypeError", f"superclass mismatch for class {name}")
            return found
        made = (
            self.subclass(parent if has_parent else self.object, name)
            if is_class
            else Module(name, is_class=False)
        )
        made.name = name if holder is self.object else f"{holder.name}::{name}"
        made.outer = holder
        self.set_constant(holder, name, made)
        return made

    def subclass(self, parent: Value, name: str) -> Module:
        if not isinstance(parent, Module) or not parent.is_class:
            if hasattr(parent, "ruby_send"):
                raise self.refused("a class below one of Vagrant's", "put a plugin into a gem of its own")
            raise self.raised("TypeError", "superclass must be a Class")
        made = Module(name, parent=parent)
        hook = self.find_own(parent, "inherited")
        if hook is not None and hook.of_file:
            hook.call(self, parent, [made], None)  # type: ignore[arg-type]
        return made

    def hook(self, module: Module, name: str, target: Value) -> None:
        """`included`, `extended`, `prepended`, where the file or the module of the library defines it."""
        found = self.find_own(module, name)
        if found is not None and (found.of_file or name in OWN.get(module.name, ())):
            found.call(self, module, [target], None)  # type: ignore[arg-type]

    def flat_names(self, args: list[Value]) -> list[str]:
        return [self.to_s(name) for arg in args for name in (arg if isinstance(arg, Array) else [arg])]

    def set_visibility(self, module: Module, visibility: str, args: list[Value]) -> Value:
        attached = getattr(module, "attached", None)
        for name in self.flat_names(args):
            found: Method | None = module.methods.get(name)
            if not isinstance(found, Method):
                found = self.lookup(attached, name) if attached is not None else self.find(module, name)
            if found is None:
                raise self.raised("NameError", f"undefined method `{name}' for class `{module.name}'")
            if visibility == "module_function":
                module.own[name] = found.copy(visibility="public")
                continue
            module.methods[name] = found.copy(visibility=visibility, owner=module)
        self.forget()
        return args[0] if len(args) == 1 else Array(args) if args else None

    def id_of(self, value: Value) -> int:
        """A number for an object; the object is kept, so that no other gets it."""
        place = hash(value) if isinstance(value, Sym | float) else id(value)
        found = self._ids.get(place)
        if found is None:
            found = self._ids[place] = (8 * (len(self._ids) + 2), value)
        return found[0]

    def data_after(self, text: str) -> None:
        """`DATA`: what stands after `__END__`."""
        stream = self.builtin("StringIO")
        if stream is not None:
            self.define("DATA", self.send(stream, "new", [Str(text)]))

    def define(self, name: str, value: Value) -> None:
        raise NotImplementedError
