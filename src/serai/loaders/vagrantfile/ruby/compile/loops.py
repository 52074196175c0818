"""while, until, for, and the modifiers; break, next, redo, retry, return."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.branches import condition_of
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node, nothing
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Break, Frame, LoopBreak, LoopNext, Next, Retry, Return
from serai.loaders.vagrantfile.ruby.values import Array, Value


@node("while", "until")
def while_(c: Compiler, n: Node, scope: Scope) -> Code_:
    test, body = n.child_by_field_name("condition"), n.child_by_field_name("body")
    assert test is not None
    scope.loops += 1
    condition = condition_of(c, test, scope)
    code = c.maybe(body, scope)
    scope.loops -= 1
    return repeated(c, condition, code, until=n.type == "until", first=False)


@node("while_modifier", "until_modifier")
def modifier(c: Compiler, n: Node, scope: Scope) -> Code_:
    """`begin … end while x` runs once before it looks."""
    body, test = n.child_by_field_name("body"), n.child_by_field_name("condition")
    assert body is not None and test is not None
    scope.loops += 1
    code = c.code(body, scope)
    condition = condition_of(c, test, scope)
    scope.loops -= 1
    return repeated(c, condition, code, until=n.type == "until_modifier", first=body.type == "begin")


def repeated(c: Compiler, condition: Code_, code: Code_, *, until: bool, first: bool) -> Code_:
    meter = c.interp.meter

    def run(f: Frame) -> Value:
        once = first
        try:
            while True:
                meter.left -= 1
                if meter.left < 0:
                    meter.look()
                if not once:
                    value = condition(f)
                    if (value is None or value is False) is not until:
                        return None
                once = False
                try:
                    code(f)
                except LoopNext:
                    pass
        except LoopBreak as jump:
            return jump.value

    return run


@node("for")
def for_(c: Compiler, n: Node, scope: Scope) -> Code_:
    """Its variables belong to the place around, as those that its body makes."""
    from serai.loaders.vagrantfile.ruby.compile.assign import target

    pattern, value, body = (n.child_by_field_name(name) for name in ("pattern", "value", "body"))
    assert pattern is not None and value is not None
    store = target(c, pattern, scope)
    source = c.code(value.named_children[0], scope)
    scope.loops += 1
    code = c.maybe(body, scope)
    scope.loops -= 1
    interp, where, meter = c.interp, c.where(n), c.interp.meter

    def run(f: Frame) -> Value:
        collection = source(f)
        interp.where = where
        try:
            for item in interp.each(collection):
                meter.left -= 1
                if meter.left < 0:
                    meter.look()
                store(f, item)
                try:
                    code(f)
                except LoopNext:
                    pass
        except LoopBreak as jump:
            return jump.value
        return collection

    return run


def value_of(c: Compiler, n: Node, scope: Scope) -> Code_:
    """What `return 1, 2` and its like give."""
    from serai.loaders.vagrantfile.ruby.compile.arguments import arguments

    list_node = next((kid for kid in n.children if kid.type == "argument_list"), None)
    if list_node is None:
        return nothing
    args = arguments(c, list_node, scope)
    if args.every is None and len(args.fixed) == 1:
        return args.fixed[0]
    listed = args.listed()

    def given(f: Frame) -> Value:
        values = listed(f)
        if args.has_keywords and values:
            values[-1].keywords = False
            return values[-1] if len(values) == 1 else Array(values)
        return Array(values)

    return given


@node("break")
def break_(c: Compiler, n: Node, scope: Scope) -> Code_:
    value = value_of(c, n, scope)
    if scope.loops:

        def leave(f: Frame) -> Value:
            raise LoopBreak(None, value(f))

        return leave
    if not scope.is_block:
        raise c.refused(n, "break outside of a loop or block", "return leaves a method")

    def out(f: Frame) -> Value:
        proc = f.block
        if proc is not None and proc.is_lambda:
            raise Return(f, value(f))
        raise Break(proc, value(f))

    return out


@node("next")
def next_(c: Compiler, n: Node, scope: Scope) -> Code_:
    value = value_of(c, n, scope)
    if scope.loops:

        def again(f: Frame) -> Value:
            raise LoopNext(None, None)

        return again
    if not scope.is_block:
        raise c.refused(n, "next outside of a loop or block", "return leaves a method")
    scope.jumps.add("next")

    def leave(f: Frame) -> Value:
        raise Next(f, value(f))

    return leave


@node("return")
def return_(c: Compiler, n: Node, scope: Scope) -> Code_:
    value = value_of(c, n, scope)
    scope.method().jumps.add("return")
    if not scope.is_block:

        def leave(f: Frame) -> Value:
            raise Return(f, value(f))

        return leave

    def out(f: Frame) -> Value:
        """The nearest lambda around, or else the method."""
        made = value(f)
        frame: Frame = f
        while frame.up is not None:
            if frame.block is not None and frame.block.is_lambda:
                raise Return(frame, made)
            frame = frame.up
        raise Return(frame.home, made)

    return out


@node("retry")
def retry(c: Compiler, n: Node, scope: Scope) -> Code_:
    def again(f: Frame) -> Value:
        raise Retry(None, None)

    return again


@node("redo")
def redo(c: Compiler, n: Node, scope: Scope) -> Code_:
    raise c.refused(n, "redo", "use a loop")


@node("begin_block")
def begin_block(c: Compiler, n: Node, scope: Scope) -> Code_:
    """The compiler puts it first."""
    return c.body([kid for kid in n.children if kid.is_named], scope)


@node("end_block")
def end_block(c: Compiler, n: Node, scope: Scope) -> Code_:
    code = c.body([kid for kid in n.children if kid.is_named], scope)
    interp = c.interp

    def later(f: Frame) -> Value:
        interp.at_end.append(lambda: code(f))
        return None

    return later
