"""`${…}` in scalars: names, integer arithmetic, `:-` defaults. Read after YAML, never read as YAML again.

    ${env.USER}  ${env.SIZE:-1GiB}  ${project}  ${machine.name}  ${index}  ${each.key}  ${each.value.size}
    ${8080 + index}  ${(index - 1) * 10 % 7}  ${index // 2}  and  $${HOME}  for a literal ${HOME}

A scalar that is one expression and nothing else becomes the value itself, of its own type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, kind, listed, of, short
from serai.loaders.yaml.scalars import number, resolve

_PIECE = r"\$\$\{|\$\{([^}]*)(\}?)"
_DEFAULT = r"(?as)\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\s*:-(.*)"
_TOKEN = r"(?a)\s*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)|(//|[-+*%()]))"
_INTEGER = r"(?a)[-+]?[0-9]{1,18}"
"""Compiled for the first expression (re keeps them): most files have none."""
_LONGEST = 1000
_DEEPEST = 32
_LARGEST = 2**63
"""No value of a project file is larger, and a bound keeps arithmetic quick."""


class ExpressionError(ValueError):
    """What is wrong with an expression; `hint` is what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Scope:
    """What names mean at one place of the file."""

    def __init__(self, names: Mapping[str, Node], environ: Mapping[str, str]) -> None:
        self.names = names
        self.environ = environ

    def look_up(self, name: str, like: Scalar) -> Node | None:
        """The value of a dotted name; None for an environment variable that is not set."""
        first, _, rest = name.partition(".")
        if first == "env" and rest:
            text = self.environ.get(rest)
            return None if text is None else _typed(text, like)
        for known, node in self.names.items():
            if name == known or name.startswith(f"{known}."):
                return _inside(node, name, known)
        has = [*self.names, "env.NAME"]
        raise ExpressionError(
            f"unknown name {short(name)!r} in ${{…}}, there are {listed(has)}",
            f"write $${{{short(name)}}} to leave it to the guest's shell",
        )


def _typed(text: str, like: Scalar) -> Scalar:
    """Text from outside the file: a number or boolean where one is wanted, never structure, never null."""
    value = resolve(text)
    return Scalar(text, text if value is None else value, like.place, like.path)


def _inside(node: Node, name: str, known: str) -> Node:
    """`each.value.size`: step into maps and lists."""
    for step in name[len(known) + 1 :].split(".") if name != known else []:
        if isinstance(node, Map) and step in node.items:
            node = node.items[step]
        elif isinstance(node, Seq) and step.isascii() and step.isdigit() and int(step) < len(node.items):
            node = node.items[int(step)]
        else:
            has = f"there are {listed(node.items)}" if isinstance(node, Map) else f"it is {kind(node)}"
            raise ExpressionError(f"{name} has no {short(step)!r}: {has}")
    return node


def evaluate(scalar: Scalar, scope: Scope) -> Node:
    """The scalar with its expressions worked out. Raises ExpressionError."""
    whole = re.fullmatch(_PIECE, scalar.text)
    if whole and whole[1] is not None and whole[2]:
        return _moved(_value(whole[1], scope, scalar), scalar)
    text = re.sub(_PIECE, lambda piece: _text(piece, scope, scalar), scalar.text)
    result = Scalar(text, number(text) if scalar.plain else text, scalar.place, scalar.path, plain=scalar.plain)
    result.dynamic = False
    return result


def wrong(scalar: Scalar, scope: Scope) -> list[ExpressionError]:
    """Every error of a scalar that `evaluate` refused, in its order: a text may hold several expressions."""
    found = []
    for piece in re.finditer(_PIECE, scalar.text):
        try:
            _text(piece, scope, scalar)
        except ExpressionError as error:
            found.append(error)
    return found


def _moved(node: Node, scalar: Scalar) -> Node:
    """A scalar result stands where the expression stood; a map or list keeps the places of its parts."""
    if not isinstance(node, Scalar):
        return node
    result = Scalar(node.text, node.value, scalar.place, scalar.path, plain=node.plain)
    result.dynamic = False
    return result


def _text(piece: re.Match[str], scope: Scope, scalar: Scalar) -> str:
    if piece[1] is None:
        return "${"
    if not piece[2]:
        raise ExpressionError("`${` without its `}`", "write $${ for a literal ${")
    value = _value(piece[1], scope, scalar)
    if not isinstance(value, Scalar) or is_null(value):
        raise ExpressionError(f"${{{piece[1].strip()}}} is {kind(value)}, which has no place inside a text")
    return value.text


def _value(source: str, scope: Scope, scalar: Scalar) -> Node:
    if len(source) > _LONGEST:
        raise ExpressionError(f"an expression of more than {_LONGEST} characters")
    if default := re.fullmatch(_DEFAULT, source):
        found = scope.look_up(default[1], scalar)
        empty = found is None or (isinstance(found, Scalar) and found.text == "")
        return _typed(default[2], scalar) if empty or found is None else found
    return _Parser(source, scope, scalar).value()


class _Parser:
    """sum := product ((+|-) product)* · product := atom ((*|//|%) atom)* · atom := int | name | -atom | (sum)"""

    def __init__(self, source: str, scope: Scope, scalar: Scalar) -> None:
        self.source = source
        self.scope = scope
        self.scalar = scalar
        self.tokens = self._tokens()
        self.at = 0
        self.depth = 0

    def _tokens(self) -> list[str]:
        tokens, position = [], 0
        source, token = self.source.rstrip(), re.compile(_TOKEN)
        while position < len(source):
            match = token.match(source, position)
            if not match:
                raise self._wrong()
            tokens.append(match[0].strip())
            position = match.end()
        return tokens

    def _wrong(self) -> ExpressionError:
        text = short(self.source.strip())
        return ExpressionError(
            f"${{{text}}} is not an expression of names, whole numbers and + - * // %",
            f"write $${{{text}}} to leave it to the guest's shell",
        )

    def value(self) -> Node:
        if len(self.tokens) == 1 and self.tokens[0][0].isalpha():
            return self._name(self.tokens[0])
        result = self._sum()
        if self.at != len(self.tokens):
            raise self._wrong()
        return of(result, self.scalar)

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _sum(self) -> int:
        result = self._product()
        while (operator := self._next()) in ("+", "-"):
            self.at += 1
            right = self._product()
            result = result + right if operator == "+" else result - right
        return self._bounded(result)

    def _bounded(self, result: int) -> int:
        if abs(result) > _LARGEST:
            raise ExpressionError(f"${{{short(self.source.strip())}}} is too large")
        return result

    def _product(self) -> int:
        result = self._atom()
        while (operator := self._next()) in ("*", "//", "%"):
            self.at += 1
            right = self._atom()
            if operator == "*":
                result = self._bounded(result * right)
            elif not right:
                raise ExpressionError(f"${{{short(self.source.strip())}}} divides by zero")
            else:
                result = result // right if operator == "//" else result % right
        return result

    def _atom(self) -> int:
        token = self._next()
        self.at += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError(f"an expression nested deeper than {_DEEPEST} levels")
        try:
            if token == "-":
                return -self._atom()
            if token == "(":
                result = self._sum()
                if self._next() != ")":
                    raise self._wrong()
                self.at += 1
                return result
            if token.isdigit():
                return int(token)
            if token and (token[0].isalpha() or token[0] == "_"):
                return self._integer(token)
            raise self._wrong()
        finally:
            self.depth -= 1

    def _name(self, name: str) -> Node:
        node = self.scope.look_up(name, self.scalar)
        if node is None:
            raise ExpressionError(
                f"the environment variable {name[4:]} is not set",
                f"set it, or write ${{{name}:-default}}",
            )
        return node

    def _integer(self, name: str) -> int:
        node = self._name(name)
        if isinstance(node, Scalar):
            if type(node.value) is int:
                return node.value
            if re.fullmatch(_INTEGER, node.text):
                return int(node.text)
        raise ExpressionError(f"{name} is {kind(node)}, not a whole number")
