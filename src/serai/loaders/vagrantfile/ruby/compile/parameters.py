"""Parameters of methods, blocks and lambdas: which argument goes into which variable."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.assign import Store
from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Sym, Value


class Parameters:
    """Compiled parameters. Slots are indexes into the frame's variables."""

    def __init__(self, c: Compiler) -> None:
        self.interp = c.interp
        self.before: list[int] = []
        self.optional: list[tuple[int, Code_]] = []
        self.rest: int | None = None
        self.after: list[int] = []
        self.keywords: list[tuple[str, int, Code_ | None]] = []
        self.more: int | None = None
        """The slot of `**options`."""
        self.block: int | None = None
        self.parts: list[tuple[int, Store]] = []
        """(the slot that holds a value, what hands its elements out): `|(a, b)|`."""
        self.names: dict[int, str] = {}
        self.trailing_comma = False
        self.alone = False
        """One parameter that takes the whole value, an Array too: `_1`, `it`."""
        self.forwards = False

    @classmethod
    def named(cls, c: Compiler, names: list[str], scope: Scope, alone: bool) -> Parameters:
        made = cls(c)
        for name in names:
            slot = scope.own(name)
            made.before.append(slot)
            made.names[slot] = name
        made.alone = alone
        return made

    @property
    def count(self) -> int:
        return len(self.before) + len(self.after)

    @property
    def simple(self) -> bool:
        """Only required ones, in the first slots."""
        odd = self.optional or self.keywords or self.parts or self.after
        return not odd and self.rest is None and self.more is None and self.block is None

    @property
    def spreads(self) -> bool:
        """Whether a block takes one Array apart."""
        places = self.count + len(self.optional)
        return (
            places > 1
            or (places == 1 and (self.rest is not None or self.trailing_comma))
            or (places == 1 and bool(self.parts) and self.rest is not None)
        )

    @property
    def arity(self) -> int:
        required = self.count + (1 if any(code is None for _, _, code in self.keywords) else 0)
        if self.optional or self.rest is not None:
            return -self.count - 1
        return required if required == self.count or self.count else 1

    def listed(self) -> tuple[tuple[str, str], ...]:
        """As `parameters` gives them."""
        names = self.names
        return (
            *(("req", names.get(slot, "")) for slot in self.before),
            *(("opt", names.get(slot, "")) for slot, _ in self.optional),
            *((("rest", names.get(self.rest, "")),) if self.rest is not None else ()),
            *(("req", names.get(slot, "")) for slot in self.after),
            *(("keyreq" if code is None else "key", name) for name, _, code in self.keywords),
            *((("keyrest", names.get(self.more, "")),) if self.more is not None else ()),
            *((("block", names.get(self.block, "")),) if self.block is not None else ()),
        )

    def bind(self, f: Frame, args: list[Value], strict: bool, block: Value) -> None:
        """Put the arguments into the frame. `strict`: a wrong number of them is an ArgumentError."""
        v = f.v
        if self.forwards and self.rest is not None:
            if len(args) < len(self.before):
                raise self.wrong_number(len(args))
            for index, slot in enumerate(self.before):
                v[slot] = args[index]
            v[self.rest] = args[len(self.before) :]
            return
        named = self._named(args)
        if named is not None:
            args = args[:-1]
        given, least, before = len(args), self.count, len(self.before)
        most = least + len(self.optional)
        if strict and (given < least or (given > most and self.rest is None)):
            raise self.wrong_number(given)
        if given < least:
            args = args + [None] * (least - given)
            given = least
        for index, slot in enumerate(self.before):
            v[slot] = args[index]
        at = before
        free = given - least
        for slot, code in self.optional:
            if free > 0:
                v[slot] = args[at]
                at, free = at + 1, free - 1
            else:
                v[slot] = code(f)
        if self.rest is not None:
            stop = max(at, given - len(self.after))
            v[self.rest] = Array(args[at:stop])
            at = stop
        for index, slot in enumerate(self.after):
            v[slot] = args[at + index]
        if self.keywords or self.more is not None:
            self._bind_keywords(f, named, strict)
        if self.block is not None:
            v[self.block] = block
        for slot, store in self.parts:
            store(f, v[slot])

    def _named(self, args: list[Value]) -> Hash | None:
        """The keywords among the arguments, if there are any and they are taken."""
        if not args or type(args[-1]) is not Hash or not args[-1].keywords:
            return None
        if self.keywords or self.more is not None:
            return args[-1]
        args[-1].keywords = False
        return None

    def _bind_keywords(self, f: Frame, named: Hash | None, strict: bool) -> None:
        v = f.v
        left = dict(named.entries) if named is not None else {}
        missing = []
        for name, slot, code in self.keywords:
            found = left.pop(Sym(name), None)
            if found is not None:
                v[slot] = found[1]
            elif code is not None:
                v[slot] = code(f)
            else:
                missing.append(name)
        if missing:
            raise self.interp.raised(
                "ArgumentError",
                f"missing keyword{'s'[: len(missing) > 1]}: " + ", ".join(":" + m for m in missing),
            )
        if self.more is not None:
            v[self.more] = Hash(left.values())
        elif left and strict:
            said = ", ".join(self.interp.inspect(key) for key, _ in left.values())
            raise self.interp.raised("ArgumentError", f"unknown keyword{'s'[: len(left) > 1]}: {said}")

    def wrong_number(self, given: int) -> Exception:
        least, most = self.count, self.count + len(self.optional)
        expected = f"{least}+" if self.rest is not None else f"{least}..{most}" if most > least else f"{least}"
        needed = [name for name, _, code in self.keywords if code is None]
        if needed:
            expected += f"; required keyword{'s'[: len(needed) > 1]}: {', '.join(needed)}"
        return self.interp.raised(
            "ArgumentError", f"wrong number of arguments (given {given}, expected {expected})"
        )

    def handed_on(self, f: Frame) -> list[Value]:
        """What a bare `super` gives: the variables, as they are now."""
        v = f.v
        given = [v[slot] for slot in self.before] + [v[slot] for slot, _ in self.optional]
        if self.rest is not None:
            given += v[self.rest]
        given += [v[slot] for slot in self.after]
        named = Hash([(Sym(name), v[slot]) for name, slot, _ in self.keywords], keywords=True)
        if self.more is not None:
            for key, value in v[self.more].items():
                named[key] = value
        return [*given, named] if named.entries else given


def parameters(c: Compiler, n: Node | None, scope: Scope) -> Parameters:
    """Of a parameter list; the variables are declared in `scope`, in the order of the list."""
    made = Parameters(c)
    if n is None:
        return made
    for index, kid in enumerate(n.children):
        if n.field_name_for_child(index) == "locals":
            scope.own(c.source(kid))
            continue
        if kid.is_named and kid.type != "comment":
            _add(c, made, kid, scope)
    kids = [kid.type for kid in n.children if kid.type not in ("|", "(", ")")]
    made.trailing_comma = bool(kids) and kids[-1] == ","
    return made


def _add(c: Compiler, made: Parameters, kid: Node, scope: Scope) -> None:
    name_node, value = kid.child_by_field_name("name"), kid.child_by_field_name("value")
    name = c.source(name_node) if name_node is not None else ""
    if kid.type in ("identifier", "destructured_parameter"):
        required = made.before if made.rest is None and not made.optional else made.after
        if kid.type == "identifier":
            name = c.source(kid)
            slot = _own(scope, name)
        else:
            slot = _own(scope, f"({len(scope.names)})")
            made.parts.append((slot, _parts(c, kid, scope)))
        required.append(slot)
    elif kid.type == "optional_parameter":
        slot = _own(scope, name)
        made.optional.append((slot, c.maybe(value, scope)))
    elif kid.type == "splat_parameter":
        slot = made.rest = _own(scope, name or "*")
    elif kid.type == "keyword_parameter":
        slot = _own(scope, name)
        made.keywords.append((name, slot, None if value is None else c.code(value, scope)))
    elif kid.type == "hash_splat_parameter":
        slot = made.more = _own(scope, name or "**")
    elif kid.type == "block_parameter":
        slot = made.block = _own(scope, name or "&")
    elif kid.type == "hash_splat_nil":
        return
    elif kid.type == "forward_parameter":
        slot = made.rest = _own(scope, "...")
        made.forwards = True
    else:
        raise c.refused(kid, f"the parameter '{c.said(kid)}'")
    made.names[slot] = name


def _own(scope: Scope, name: str) -> int:
    """`_` may be there twice: each has its slot, and the first is read."""
    if name in scope.names:
        name = f"({len(scope.names)})"
    return scope.own(name)


def _parts(c: Compiler, n: Node, scope: Scope) -> Store:
    """`(a, (b, *c))`: its names belong to this very scope."""
    from serai.loaders.vagrantfile.ruby.compile.assign import target

    _declare(c, n, scope)
    return target(c, n, scope)


def _declare(c: Compiler, n: Node, scope: Scope) -> None:
    for kid in n.children:
        if kid.type == "identifier":
            scope.own(c.source(kid))
        elif kid.is_named:
            _declare(c, kid, scope)
