"""Assignment to whatever stands on the left: variables, constants, attributes, elements, lists of them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.compile.variables import variables_of
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Array, Module, Object, Value

Store = Callable[[Frame, Value], None]


class Prepared:
    """A store whose receiver and keys are looked at before: of `i, a[i] = 1, 2` the old i is the key."""

    __slots__ = ("ready",)

    def __init__(self, ready: Callable[[Frame], Callable[[Value], None]]) -> None:
        self.ready = ready

    def __call__(self, f: Frame, value: Value) -> None:
        self.ready(f)(value)


@node("assignment")
def assignment(c: Compiler, n: Node, scope: Scope) -> Code_:
    left, right = n.child_by_field_name("left"), n.child_by_field_name("right")
    assert left is not None and right is not None
    if right.type in ("match_pattern", "test_pattern"):
        return then_matched(c, n, right, scope)
    if left.type == "left_assignment_list":
        store = target(c, left, scope)
        value = assigned_list(c, right, scope)
    elif left.type == "identifier":
        up, slot = scope.declare(c.source(left))
        value = assigned_list(c, right, scope)
        if up == 0:

            def here(f: Frame) -> Value:
                made = value(f)
                f.v[slot] = made
                return made

            return here
        store = local_store(up, slot)
    elif left.type == "call" and any(kid.type == "&." for kid in left.children):
        return unless_nil(c, left, right, scope)
    else:
        store = target(c, left, scope)
        value = assigned_list(c, right, scope)

    def assign(f: Frame) -> Value:
        made = value(f)
        store(f, made)
        return made

    return assign


def unless_nil(c: Compiler, left: Node, right: Node, scope: Scope) -> Code_:
    """`a&.b = c`: c is not looked at where a is nil."""
    from serai.loaders.vagrantfile.ruby.compile.calls import attribute

    receiver, name, _, private = attribute(c, left, scope)
    value = assigned_list(c, right, scope)
    interp, where, setter = c.interp, c.where(left), name + "="

    def assign(f: Frame) -> Value:
        me = receiver(f)
        if me is None:
            return None
        made = value(f)
        interp.where = where
        interp.dispatch(me, setter, [made], None, private)
        return made

    return assign


def then_matched(c: Compiler, n: Node, right: Node, scope: Scope) -> Code_:
    """`x = a in pattern` is `(x = a) in pattern`."""
    from serai.loaders.vagrantfile.ruby.compile.patterns import matched

    left, value = n.child_by_field_name("left"), right.child_by_field_name("value")
    assert left is not None and value is not None
    store = target(c, left, scope)
    code = c.code(value, scope)

    def assign(f: Frame) -> Value:
        made = code(f)
        store(f, made)
        return made

    return matched(c, right, assign, scope)


def assigned_list(c: Compiler, n: Node, scope: Scope) -> Code_:
    """`= 1, *others` makes an Array."""
    if n.type in ("right_assignment_list", "splat_argument"):
        from serai.loaders.vagrantfile.ruby.compile.arguments import items

        kids = n.children if n.type == "right_assignment_list" else [n]
        fixed, spread = items(c, kids, scope)
        if spread is not None:
            every = spread
            return lambda f: Array(every(f))
        return lambda f: Array([item(f) for item in fixed])
    return c.code(n, scope)


def local_store(up: int, slot: int) -> Store:
    if up == 0:

        def here(f: Frame, value: Value) -> None:
            f.v[slot] = value

        return here

    def out(f: Frame, value: Value) -> None:
        for _ in range(up):
            f = f.up  # type: ignore[assignment]
        f.v[slot] = value

    return out


def target(c: Compiler, n: Node, scope: Scope) -> Store:
    """What stores a value where `n` says."""
    make = TARGETS.get(n.type)
    if make is None:
        raise c.refused(n, f"an assignment to '{c.said(n)}'")
    return make(c, n, scope)


def to_local(c: Compiler, n: Node, scope: Scope) -> Store:
    return local_store(*scope.declare(c.source(n)))


def to_global(c: Compiler, n: Node, scope: Scope) -> Store:
    name, interp, where = c.source(n), c.interp, c.where(n)

    def store(f: Frame, value: Value) -> None:
        interp.where = where
        interp.set_global(name, value)

    return store


def to_instance(c: Compiler, n: Node, scope: Scope) -> Store:
    name, interp, where = c.source(n), c.interp, c.where(n)

    def store(f: Frame, value: Value) -> None:
        me = f.me
        if type(me) is Object:
            if me.frozen:
                interp.where = where
                raise interp.raised("FrozenError", f"can't modify frozen {me.kind.name}: {interp.inspect(me)}")
            me.variables[name] = value
        else:
            variables_of(c, me, n)[name] = value

    return store


def to_class_variable(c: Compiler, n: Node, scope: Scope) -> Store:
    name, interp = c.source(n), c.interp

    def store(f: Frame, value: Value) -> None:
        holder = interp.class_variable_holder(f.nest, name) or interp.lexical_module(f.nest)
        holder.variables[name] = value

    return store


def to_constant(c: Compiler, n: Node, scope: Scope) -> Store:
    name, interp, where = c.source(n), c.interp, c.where(n)

    def store(f: Frame, value: Value) -> None:
        interp.where = where
        interp.set_constant(interp.lexical_module(f.nest), name, value)

    return store


def to_scoped(c: Compiler, n: Node, scope: Scope) -> Store:
    outer, name_node = n.child_by_field_name("scope"), n.child_by_field_name("name")
    assert name_node is not None
    name, interp, where = c.source(name_node), c.interp, c.where(n)
    inside = c.maybe(outer, scope)
    if not name[0].isupper():
        raise c.refused(n, f"an assignment to '{c.said(n)}'", "write `.` for `::`")

    def store(f: Frame, value: Value) -> None:
        module = inside(f) if outer is not None else interp.object
        interp.where = where
        if not isinstance(module, Module):
            raise interp.raised("TypeError", f"{interp.inspect(module)} is not a class/module")
        interp.set_constant(module, name, value)

    return store


def to_attribute(c: Compiler, n: Node, scope: Scope) -> Store:
    from serai.loaders.vagrantfile.ruby.compile.calls import attribute

    receiver, name, safe, private = attribute(c, n, scope)
    interp, where = c.interp, c.where(n)
    setter = name + "="

    def ready(f: Frame) -> Callable[[Value], None]:
        me = receiver(f)

        def put(value: Value) -> None:
            if safe and me is None:
                return  # of a list: alone it is `unless_nil`
            interp.where = where
            interp.dispatch(me, setter, [value], None, private)

        return put

    return Prepared(ready)


def to_element(c: Compiler, n: Node, scope: Scope) -> Store:
    from serai.loaders.vagrantfile.ruby.compile.arguments import element

    receiver, keys = element(c, n, scope)
    interp, where = c.interp, c.where(n)

    def ready(f: Frame) -> Callable[[Value], None]:
        me = receiver(f)
        given = keys(f)

        def put(value: Value) -> None:
            interp.where = where
            interp.dispatch(me, "[]=", [*given, value], None, False)

        return put

    return Prepared(ready)


def to_list(c: Compiler, n: Node, scope: Scope) -> Store:
    """`a, (b, *c), d = …`."""
    kids = [kid for kid in n.children if kid.is_named and kid.type != "comment"]
    stores: list[Store] = []
    splat = -1
    for index, kid in enumerate(kids):
        if kid.type in ("rest_assignment", "splat_parameter"):
            splat = index
            inner = [grandkid for grandkid in kid.children if grandkid.is_named]
            stores.append(target(c, inner[0], scope) if inner else _nowhere)
        else:
            stores.append(target(c, kid, scope))
    if len(kids) == 1 and n.type == "left_assignment_list" and kids[0].type == "destructured_left_assignment":
        return stores[0]
    return spread_store(c, stores, splat)


def spread_store(c: Compiler, stores: list[Store], splat: int) -> Store:
    """Hands the elements of a value out; `splat` is the index that takes what is left, or -1."""
    before = len(stores) if splat < 0 else splat
    after = 0 if splat < 0 else len(stores) - splat - 1
    interp = c.interp
    prepared = any(isinstance(store, Prepared) for store in stores)

    def store(f: Frame, value: Value) -> None:
        put = [_ready(store, f) for store in stores] if prepared else stores
        given = list(interp.spread(value))
        missing = before + after - len(given)
        if missing > 0:
            # What comes after the splat takes what is left over by those before it.
            given += [None] * missing
        for index in range(before):
            put[index](f, given[index])
        if splat >= 0:
            end = len(given) - after
            put[splat](f, Array(given[before:end]))
            for index in range(after):
                put[splat + 1 + index](f, given[end + index])

    return store


def _ready(store: Store, f: Frame) -> Store:
    if not isinstance(store, Prepared):
        return store
    put = store.ready(f)
    return lambda f, value: put(value)


def _nowhere(f: Frame, value: Value) -> None:
    return None


TARGETS: dict[str, Callable[[Compiler, Node, Scope], Store]] = {
    "identifier": to_local,
    "global_variable": to_global,
    "instance_variable": to_instance,
    "class_variable": to_class_variable,
    "constant": to_constant,
    "scope_resolution": to_scoped,
    "call": to_attribute,
    "element_reference": to_element,
    "left_assignment_list": to_list,
    "destructured_left_assignment": to_list,
    "destructured_parameter": to_list,
}
