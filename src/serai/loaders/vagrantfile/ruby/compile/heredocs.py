"""Heredocs: `<<A`, `<<-A`, `<<~A`, quoted or not, and the margin that `<<~` takes off."""

from __future__ import annotations

from tree_sitter import Node

from serai.loaders.vagrantfile.ruby.compile.compiler import Code_, Compiler
from serai.loaders.vagrantfile.ruby.compile.scope import Scope

TAB = 8
"""Columns that a tab goes on to, where the margin is measured."""


CONTINUED = ""
"""What a backslash at the end of a line leaves: the next line has its margin, too."""


class _Fixed(str):
    """Text that came of an escape: never part of a margin."""


def heredoc_parts(c: Compiler, n: Node, scope: Scope) -> list[str | Code_]:
    from serai.loaders.vagrantfile.ruby.compile.strings import escaped, interpolated

    body = c.heredocs.get(n.start_byte)
    if body is None:
        raise c.refused(n, "this heredoc", "put its end mark on a line of its own")
    opening = c.source(n)
    mark = opening.lstrip("<-~")
    raw = mark.startswith("'")
    ending = next((c.source(kid) for kid in body.children if kid.type == "heredoc_end"), "")
    if ending.strip() != mark.strip("'\"`"):
        # The grammar has lost its way: it does not know a heredoc inside another one's #{…}.
        raise c.refused(n, f"the heredoc {opening} here", "put one of the heredocs into a variable before")
    if mark.startswith("`"):
        raise c.refused(n, "a heredoc that is run as a command", "write the output into the file")
    end = next((kid for kid in body.children if kid.type == "heredoc_end"), None)
    stop = end.start_byte if end is not None else body.end_byte
    parts: list[str | Code_] = []
    at = body.start_byte
    newline = c.text.find(b"\n", at)
    at = newline + 1 if newline >= 0 else at
    for kid in body.children:
        if kid.type not in ("interpolation", "escape_sequence") or raw:
            continue
        if kid.start_byte > at:
            parts.append(c.text[at : kid.start_byte].decode())
        at = kid.end_byte
        parts.append(interpolated(c, kid, scope) if kid.type == "interpolation" else
                     _Fixed(escaped(c, kid, "double", "")))  # fmt: skip
    tail = c.text[at:stop].decode()
    # The blanks before the end mark belong to no line of the text.
    parts.append(tail[: tail.rfind("\n") + 1] if "\n" in tail else "")
    return without_margin(parts) if opening.startswith("<<~") else list(parts)


def without_margin(parts: list[str | Code_]) -> list[str | Code_]:
    """Takes off what all lines that are not blank begin with."""
    margin = _margin(parts)
    if not margin:
        return list(parts)
    made: list[str | Code_] = []
    at_start = True
    for part in parts:
        if not isinstance(part, str) or isinstance(part, _Fixed):
            made.append(part)
            at_start = part == CONTINUED
            continue
        lines = part.split("\n")
        cut = [line if index == 0 and not at_start else _cut(line, margin) for index, line in enumerate(lines)]
        made.append("\n".join(cut))
        at_start = lines[-1] == "" and (len(lines) > 1 or at_start)
    return made


def _margin(parts: list[str | Code_]) -> int:
    widths: list[int] = []
    line = ""
    full = False

    def close() -> None:
        if full or line.strip(" \t"):
            widths.append(_width(line))

    for part in parts:
        if not isinstance(part, str) or isinstance(part, _Fixed):
            if part == CONTINUED:
                close()
                line, full = "", False
                continue
            full = True
            if not line.strip(" \t"):
                line = line + "\0"
            continue
        pieces = part.split("\n")
        for index, piece in enumerate(pieces):
            if index:
                close()
                line, full = "", False
            line += piece
    close()
    return min(widths, default=0)


def _width(line: str) -> int:
    width = 0
    for letter in line:
        if letter == " ":
            width += 1
        elif letter == "\t":
            width = (width // TAB + 1) * TAB
        else:
            break
    return width


def _cut(line: str, margin: int) -> str:
    width = 0
    for index, letter in enumerate(line):
        if width >= margin or letter not in " \t":
            return line[index:]
        step = 1 if letter == " " else TAB - width % TAB
        if width + step > margin:
            return line[index:]
        width += step
    return ""
