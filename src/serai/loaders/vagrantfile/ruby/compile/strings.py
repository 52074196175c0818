"""Strings in all their forms, symbols and regular expressions with interpolation, word lists, backticks."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler, node
from serai.loaders.vagrantfile.ruby.compile.escapes import raw_text, unescape
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.frame import Frame
from serai.loaders.vagrantfile.ruby.values import Array, Regexp, Str, Sym, Value

Part = str | Code_


def joined(c: Compiler, parts: list[Part]) -> tuple[str | None, Code_]:
    """(the text if it is fixed, what gives it as a Python str)."""
    merged: list[Part] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if not merged:
        return "", lambda f: ""
    if len(merged) == 1 and isinstance(merged[0], str):
        fixed = merged[0]
        return fixed, lambda f: fixed
    to_s, meter = c.interp.to_s, c.interp.meter
    pieces = tuple(merged)

    def text(f: Frame) -> str:
        said = []
        size = 0
        for piece in pieces:
            if type(piece) is str:
                said.append(piece)
                continue
            value = piece(f)  # type: ignore[operator]
            word = value.s if type(value) is Str else to_s(value)
            said.append(word)
            size += len(word)
        meter.grow(size)
        return "".join(said)

    return None, text


def interpolated(c: Compiler, n: Node, scope: Scope) -> Code_:
    """`#{…}`; `#@x` and `#$x` as well."""
    return c.body([child for child in n.children if child.is_named], scope)


def parts_of(c: Compiler, n: Node, scope: Scope, escape: str = "double", delimiters: str = "") -> list[Part]:
    """The pieces of a string-like node: text, and code for what is interpolated."""
    parts: list[Part] = []
    at = None
    for child in n.children:
        if at is not None and child.start_byte > at and child.type not in CLOSING:
            parts.append(c.text[at : child.start_byte].decode())
        at = child.end_byte
        if child.type in ("string_content", "heredoc_content"):
            said = c.source(child)
            parts.append(raw_text(said, delimiters) if escape == "single" else said)
        elif child.type == "escape_sequence":
            parts.append(escaped(c, child, escape, delimiters))
        elif child.type == "interpolation":
            parts.append(interpolated(c, child, scope))
    return parts


CLOSING = frozenset(('"', "'", "`", "/", ")", "]", "}"))


def escaped(c: Compiler, n: Node, escape: str, delimiters: str) -> str:
    said = c.source(n)
    if escape == "double":
        made = unescape(said)
        if made is None:
            raise c.refused(n, f"the escape {said}")
        return made
    if escape == "regex":
        return "/" if said == "\\/" else said
    return raw_text(said, delimiters)


def kind_of(c: Compiler, n: Node) -> tuple[str, str]:
    """How the escapes of a string are read, and its delimiters: `'`, `%q(…)` are single, all else double."""
    opening = c.source(n.children[0]) if n.children else '"'
    if opening == "'":
        return "single", "'"
    if opening.startswith(("%q", "%w", "%i", "%s")):
        closing = {"(": ")", "[": "]", "{": "}", "<": ">"}.get(opening[-1], "")
        return "single", opening[-1] + closing
    return "double", ""


def string_parts(c: Compiler, n: Node, scope: Scope) -> list[Part]:
    if n.type == "heredoc_beginning":
        from serai.loaders.vagrantfile.ruby.compile.heredocs import heredoc_parts

        return heredoc_parts(c, n, scope)
    if n.type == "character":
        said = c.source(n)[1:]
        return [said if len(said) == 1 else unescape(said) or ""]
    escape, delimiters = kind_of(c, n)
    return parts_of(c, n, scope, escape, delimiters)


def string_of(c: Compiler, parts: list[Part]) -> Code_:
    fixed, text = joined(c, parts)
    if fixed is not None:
        frozen = c.frozen_strings
        return lambda f: Str(fixed, frozen)
    return lambda f: Str(text(f))


@node("string", "heredoc_beginning", "character", "bare_string")
def string(c: Compiler, n: Node, scope: Scope) -> Code_:
    return string_of(c, string_parts(c, n, scope))


@node("chained_string")
def chained(c: Compiler, n: Node, scope: Scope) -> Code_:
    parts: list[Part] = []
    for child in n.children:
        if child.is_named and child.type != "comment":
            parts += string_parts(c, child, scope)
    return string_of(c, parts)


@node("delimited_symbol", "bare_symbol")
def symbol(c: Compiler, n: Node, scope: Scope) -> Code_:
    opening = c.source(n.children[0])
    single = opening in (":'",) or opening.startswith("%s")
    fixed, text = joined(c, parts_of(c, n, scope, "single" if single else "double", "'" if single else ""))
    if fixed is not None:
        made = Sym(fixed)
        return lambda f: made
    return lambda f: Sym(text(f))


@node("string_array", "symbol_array")
def words(c: Compiler, n: Node, scope: Scope) -> Code_:
    opening = c.source(n.children[0])
    escape, delimiters = ("double", "") if opening[1] in "WI" else ("single", kind_of(c, n)[1] + " \n\t")
    make = Sym if n.type == "symbol_array" else Str
    texts = [joined(c, parts_of(c, child, scope, escape, delimiters))[1] for child in n.children if child.is_named]
    meter, size = c.interp.meter, 56 + 64 * len(texts)

    def listed(f: Frame) -> Value:
        meter.grow(size)
        return Array([make(text(f)) for text in texts])

    return listed


@node("regex")
def regex(c: Compiler, n: Node, scope: Scope) -> Code_:
    last = n.children[-1]
    flags = c.source(last)[1:]
    if "o" in flags:
        flags = flags.replace("o", "")
    options = "".join(letter for letter in "imx" if letter in flags)
    parts: list[Part] = []
    for part in parts_of(c, n, scope, "regex"):
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append(regexp_piece(c, part))
    fixed, text = joined(c, parts)
    if fixed is not None:
        made = Regexp(fixed, options)
        return lambda f: made
    return lambda f: Regexp(text(f), options)


def regexp_piece(c: Compiler, code: Code_) -> Code_:
    """A Regexp inside another keeps its own options: `(?-mix:…)`."""
    from serai.loaders.vagrantfile.ruby.object.regexp import embedded

    def piece(f: Frame) -> Value:
        value = code(f)
        return Str(embedded(value)) if isinstance(value, Regexp) else value

    return piece


@node("subshell")
def subshell(c: Compiler, n: Node, scope: Scope) -> Code_:
    text = joined(c, parts_of(c, n, scope))[1]
    interp, where = c.interp, c.where(n)

    def run(f: Frame) -> Value:
        command = text(f)
        interp.where = where
        said = interp.ran(command)
        return Str("" if said is None else said)

    return run
