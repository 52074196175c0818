"""ERB: a template becomes Ruby, which runs where the binding says."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.ruby.library.core.convert import mapping, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std.cgi import escape_html
from serai.loaders.vagrantfile.ruby.library.std.uri import encode_uri_component
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Value

declare("ERB")
declare("ERB::Util", None)
OUT = "_erbout"
_TAG = re.compile(r"<%%|<%(=|#|-)?(.*?)(-)?(?<!%)%>", re.DOTALL)
_NAME = re.compile(r"[a-z_]\w*")


class Template:
    """The Ruby of a template, and where it is from."""

    __slots__ = ("line", "name", "source")

    def __init__(self, source: str) -> None:
        self.source, self.name, self.line = source, "(erb)", 1


def literal(said: str) -> str:
    """Text as a Ruby string, its line ends kept as such, so that lines of errors are right."""
    escaped = said.replace("\\", "\\\\").replace('"', '\\"').replace("#", "\\#")
    return f'{OUT} << "{escaped}"; ' if said else ""


def compiled(template: str, trim: str) -> str:
    """The template in Ruby. `trim` is `-`, `<>`, `>`, `%` or some of them together."""
    if "%" in trim:
        return _with_lines_of_code(template, trim.replace("%", ""))
    return f"{OUT} = +''; " + _pieces(template, trim) + f"\n{OUT}\n"


def _with_lines_of_code(template: str, trim: str) -> str:
    """`% code` is a line of Ruby, `%%` at the start is a percent sign."""
    made, waiting = f"{OUT} = +''; ", ""
    for line in template.splitlines(keepends=True):
        if line.startswith("%") and not line.startswith("%%") and waiting.count("<%") == waiting.count("%>"):
            made += _pieces(waiting, trim) + line[1:].rstrip("\n") + "\n"
            waiting = ""
        else:
            waiting += line[1:] if line.startswith("%%") else line
    return made + _pieces(waiting, trim) + f"\n{OUT}\n"


def _pieces(template: str, trim: str) -> str:
    made, at = "", 0
    for tag in _TAG.finditer(template):
        before = template[at : tag.start()]
        at = tag.end()
        if tag[0] == "<%%":
            made += literal(before + "<%")
            continue
        kind, code = tag[1] or "", (tag[2] or "").replace("%%>", "%>")
        if kind == "-":
            if "-" in trim:
                before = re.sub(r"(\A|(?<=\n))[ \t]*\Z", "", before)
            else:
                code = f"-{code}"
        if tag[3] and "-" not in trim:
            code += "-"
        made += literal(before)
        made += _code(kind, code)
        at = _trimmed(template, tag, at, trim)
    return made + literal(template[at:])


def _code(kind: str, code: str) -> str:
    if kind == "=":
        return f"{OUT} << (({code}\n).to_s); " if "#" in code else f"{OUT} << (({code}).to_s); "
    if kind == "#":
        return "\n" * code.count("\n")
    return f"{code}\n" if "#" in code else f"{code}; "


def _trimmed(template: str, tag: re.Match[str], at: int, trim: str) -> int:
    """The place after the tag, and after the line end that the trim mode takes with it."""
    end = "\r\n" if template.startswith("\r\n", at) else "\n" if template.startswith("\n", at) else ""
    if not end:
        return at
    starts = tag.start() == 0 or template[tag.start() - 1] == "\n"
    if "<>" in trim:
        takes = starts
    else:
        takes = ">" in trim or ("-" in trim and bool(tag[3]))
    return at + len(end) if takes else at


@answers_itself("ERB", "new")
def new(rt: Runtime, me: Value, block: Block, template: Value, *more: Value) -> Value:
    places, named = split_named(rt, more, "trim_mode", "eoutvar", "safe_level")
    mode = named.get("trim_mode", places[1] if len(places) > 1 else None)
    said = text(rt, template)
    rt.bounds.grow(len(said) * 2)
    trim = (
        {0: "", 1: ">", 2: "<>"}.get(mode, "") if isinstance(mode, int) else "" if mode is None else text(rt, mode)
    )
    return Object(me, Template(compiled(said, trim)))


@answers("ERB", "result", "run")
def result(rt: Runtime, me: Value, block: Block, binding: Value = None) -> Value:
    template: Template = me.data
    return rt.evaluate(template.source, binding, template.name, template.line)


@answers("ERB", "result_with_hash")
def result_with_hash(rt: Runtime, me: Value, block: Block, given: Value) -> Value:
    """The names are the parameters of a lambda around the template."""
    template: Template = me.data
    names, values = [], []
    for key, value in mapping(rt, given).items():
        name = rt.to_s(key)
        if not _NAME.fullmatch(name):
            raise rt.raised("NameError", f"wrong local variable name '{name}' for ERB")
        names.append(name)
        values.append(value)
    made = rt.evaluate(f"lambda {{ |{', '.join(names)}| {template.source}}}", None, template.name, template.line)
    return rt.send(made, "call", values)


@answers("ERB", "src")
def src(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.source)


@answers("ERB", "filename")
def filename(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data.name)


@answers("ERB", "filename=")
def set_filename(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    me.data.name = rt.to_s(name)
    return name


@answers("ERB", "lineno=")
def set_line(rt: Runtime, me: Value, block: Block, line: Value) -> Value:
    me.data.line = line
    return line


@answers("ERB", "location=")
def set_location(rt: Runtime, me: Value, block: Block, place: Value) -> Value:
    me.data.name, me.data.line = rt.to_s(place[0]), place[1]
    return place


def url_encode(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(encode_uri_component(rt, me, None, content).s.replace("%7E", "~").replace("*", "%2A"))


answers_itself("ERB::Util", "html_escape", "h")(escape_html)
answers("ERB::Util", "html_escape", "h")(escape_html)
answers_itself("ERB::Util", "url_encode", "u")(url_encode)
answers("ERB::Util", "url_encode", "u")(url_encode)
