"""Methods that look at the frame they are called in: block_given?, binding, private, require_relative, …"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serai.loaders.vagrantfile.ruby.frame import Binding, Frame
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Proc, Str, Sym, Value

if TYPE_CHECKING:
    from serai.loaders.vagrantfile.ruby.interpreter import Interpreter

Framed = Callable[["Interpreter", Frame, list[Value], Proc | None, Any], Value]
"""(interpreter, the caller's frame, arguments, block, what is known of its variables)"""

FRAMED: dict[str, Framed] = {}


def framed(*names: str) -> Callable[[Framed], Framed]:
    def enter(function: Framed) -> Framed:
        FRAMED.update(dict.fromkeys(names, function))
        return function

    return enter


@framed("block_given?", "iterator?")
def block_given(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return f.home.block is not None


@framed("lambda")
def lambda_(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    if block is None:
        raise rt.raised("ArgumentError", "tried to create Proc object without a block")
    block.is_lambda = True
    return block


@framed("proc")
def proc(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    if block is None:
        raise rt.raised("ArgumentError", "tried to create Proc object without a block")
    return block


@framed("binding")
def binding(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return Object(rt.constant("Binding"), Binding(f, scope))


@framed("eval")
def eval_(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    """A string as a part of the place where `eval` stands, or of the binding that is given."""
    if not args or not isinstance(args[0], Str):
        raise rt.raised("TypeError", "no implicit conversion into String")
    bound = args[1] if len(args) > 1 and args[1] is not None else Object(rt.constant("Binding"), Binding(f, scope))
    return rt.evaluated(args[0].s, bound, args[2:])


@framed("local_variables")
def local_variables(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return Array(Sym(name) for name in scope.visible())


@framed("__method__", "__callee__")
def method_name(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    method = getattr(f.home, "method", None)
    return None if method is None else Sym(method.name)


@framed("require_relative")
def require_relative(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    path = rt.to_s(args[0])
    return rt.load(str(Path(rt.file).parent / path), once=True)


@framed("require")
def require(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return rt.required(rt.to_s(args[0]))


@framed("load")
def load(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return rt.load(rt.to_s(args[0]), once=False)


@framed("private", "public", "protected", "module_function")
def visibility(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    name = called(rt)
    module = f.me if isinstance(f.me, Module) else rt.object
    if not args:
        f.nest.visibility = name
        return None
    return rt.set_visibility(module, name, args)


def called(rt: Interpreter) -> str:
    return rt.framed_name


@framed("attr_accessor", "attr_reader", "attr_writer", "attr")
def attributes(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    if not isinstance(f.me, Module):
        raise rt.no_method(f.me, rt.framed_name, f"undefined method `{rt.framed_name}' for {rt.shown(f.me)}")
    made = rt.send(f.me, "__" + rt.framed_name, args)
    level = f.nest.visibility
    if level in ("private", "protected"):
        rt.set_visibility(f.me, level, list(made))
    return made


@framed("define_method")
def define_method(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    module = f.me if isinstance(f.me, Module) else rt.object
    made = rt.send(module, "__define_method", args, block)
    if f.nest.visibility in ("private", "protected") and f.nest.module is module and module is not rt.object:
        rt.set_visibility(module, f.nest.visibility, [made])
    return made


@framed("include")
def include(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    """At the top level it is Object that includes."""
    return rt.send(f.me if isinstance(f.me, Module) else rt.object, "__include", args)


@framed("__dir__")
def directory(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return Str(str(rt.file.parent))


@framed("caller", "caller_locations")
def caller(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    return Array([Str(f"{rt.where.file}:{rt.where.line}")])


@framed("raise", "fail")
def raise_(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    raise rt.error_of(args)


@framed("loop")
def loop(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    from serai.loaders.vagrantfile.ruby.runtime import RubyError

    if block is None:
        return rt.send(f.me, "to_enum", [Sym("loop")])
    body, meter = block.body, rt.meter
    try:
        while True:
            meter.left -= 1
            if meter.left < 0:
                meter.look()
            body([], None, None)
    except RubyError as error:
        if not rt.is_a(error.error, "StopIteration"):
            raise
        return error.error.variables.get("result")


@framed("catch")
def catch(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    from serai.loaders.vagrantfile.ruby.frame import Throw

    tag = args[0] if args else Object(rt.object)
    if block is None:
        raise rt.raised("LocalJumpError", "no block given")
    rt.tags.append(tag)
    try:
        return block.body([tag], None, None)
    except Throw as jump:
        if jump.target is tag or (not isinstance(tag, Object) and rt.equal(jump.target, tag)):
            return jump.value
        raise
    finally:
        rt.tags.pop()


@framed("throw")
def throw(rt: Interpreter, f: Frame, args: list[Value], block: Proc | None, scope: Any) -> Value:
    from serai.loaders.vagrantfile.ruby.frame import Throw

    tag = args[0]
    if not any(known is tag or rt.equal(known, tag) for known in rt.tags):
        raise rt.raised("UncaughtThrowError", f"uncaught throw {rt.inspect(tag)}")
    raise Throw(tag, args[1] if len(args) > 1 else None)
