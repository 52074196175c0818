"""Pathname: a path as an object; what reads goes through File and Dir."""

from __future__ import annotations

import posixpath

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std import dir as directories
from serai.loaders.vagrantfile.ruby.library.std import paths
from serai.loaders.vagrantfile.ruby.library.std.paths import path
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("Pathname", "Object", "Comparable")


def made(rt: Runtime, where: str) -> Object:
    return Object(rt.constant("Pathname"), where)


@answers_itself("Pathname", "new")
@answers("Kernel", "Pathname")
def new(rt: Runtime, me: Value, block: Block, where: Value) -> Value:
    return made(rt, path(rt, where))


@answers_itself("Pathname", "pwd", "getwd")
def pwd(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, rt.files.absolute("."))


@answers_itself("Pathname", "glob")
def glob_itself(rt: Runtime, me: Value, block: Block, pattern: Value, *more: Value) -> Value:
    found = Array(made(rt, name.s) for name in rt.send(rt.constant("Dir"), "glob", [pattern, *more]))
    if block is None:
        return found
    for one in found:
        rt.call(block, [one])
    return None


@answers("Pathname", "to_s", "to_path", "to_str")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data)


@answers("Pathname", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"#<Pathname:{me.data}>")


@answers("Pathname", "==", "eql?", "===")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and other.kind.name == "Pathname" and other.data == me.data


@answers("Pathname", "hash")
def hash_(rt: Runtime, me: Value, block: Block) -> Value:
    return hash(me.data)


@answers("Pathname", "<=>")
def compare(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    if not isinstance(other, Object) or other.kind.name != "Pathname":
        return None
    left, right = me.data.replace("/", "\0"), other.data.replace("/", "\0")
    return (left > right) - (left < right)


def plus(one: str, other: str) -> str:
    """`a + b`: dots of the second go up in the first."""
    if other.startswith("/"):
        return other
    if other in ("", "."):
        return one
    left = [] if one in ("", ".") else [part for part in one.split("/") if part]
    absolute = one.startswith("/")
    right = [part for part in other.split("/") if part]
    while right and right[0] == "..":
        if left and left[-1] not in ("..",):
            left.pop()
        elif absolute:
            pass
        else:
            break
        right.pop(0)
    right = [part for place, part in enumerate(right) if part != "." or place]
    text = "/".join(left + right)
    return f"/{text}" if absolute else text or "."


@answers("Pathname", "+", "/")
def add(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return made(rt, plus(me.data, path(rt, other)))


@answers("Pathname", "join")
def join(rt: Runtime, me: Value, block: Block, *others: Value) -> Value:
    where = me.data
    for other in others:
        where = plus(where, path(rt, other))
    return made(rt, where)


@answers("Pathname", "parent")
def parent(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, plus(me.data, ".."))


@answers("Pathname", "cleanpath")
def cleanpath(rt: Runtime, me: Value, block: Block, consider_symlink: Value = False) -> Value:
    clean = posixpath.normpath(me.data) if me.data else "."
    return made(rt, clean[1:] if clean.startswith("//") else clean)


@answers("Pathname", "relative_path_from")
def relative_path_from(rt: Runtime, me: Value, block: Block, base: Value) -> Value:
    start = path(rt, base)
    if me.data.startswith("/") != start.startswith("/"):
        raise rt.raised("ArgumentError", f"different prefix: {rt.inspect(Str(me.data))} and {rt.inspect(base)}")
    left = [part for part in posixpath.normpath(me.data).split("/") if part not in ("", ".")]
    right = [part for part in posixpath.normpath(start).split("/") if part not in ("", ".")]
    while left and right and left[0] == right[0]:
        left.pop(0)
        right.pop(0)
    if ".." in right:
        raise rt.raised("ArgumentError", f"base_directory has ..: {rt.inspect(Str(start))}")
    return made(rt, "/".join([".."] * len(right) + left) or ".")


@answers("Pathname", "absolute?")
def is_absolute(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data.startswith("/")


@answers("Pathname", "relative?")
def is_relative(rt: Runtime, me: Value, block: Block) -> Value:
    return not me.data.startswith("/")


@answers("Pathname", "root?")
def is_root(rt: Runtime, me: Value, block: Block) -> Value:
    return bool(me.data) and not me.data.strip("/")


@answers("Pathname", "basename")
def basename(rt: Runtime, me: Value, block: Block, *suffix: Value) -> Value:
    return made(rt, rt.send(rt.constant("File"), "basename", [Str(me.data), *suffix]).s)


@answers("Pathname", "dirname")
def dirname(rt: Runtime, me: Value, block: Block) -> Value:
    return made(rt, paths.directory(me.data))


@answers("Pathname", "extname")
def extname(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(paths.extension(me.data))


@answers("Pathname", "split")
def split(rt: Runtime, me: Value, block: Block) -> Value:
    return Array((made(rt, paths.directory(me.data)), made(rt, paths.base(me.data))))


@answers("Pathname", "sub_ext")
def sub_ext(rt: Runtime, me: Value, block: Block, suffix: Value) -> Value:
    return made(rt, paths.without(me.data, ".*") + path(rt, suffix))


@answers("Pathname", "sub")
def sub(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return made(rt, rt.send(Str(me.data), "sub", list(args), block).s)


@answers("Pathname", "each_filename")
def each_filename(rt: Runtime, me: Value, block: Block) -> Value:
    parts = Array(Str(part) for part in me.data.split("/") if part)
    return rt.send(parts, "each", [], block)


@answers("Pathname", "expand_path")
def expand_path(rt: Runtime, me: Value, block: Block, base: Value = None) -> Value:
    return made(rt, rt.files.absolute(me.data, None if base is None else path(rt, base)))


@answers("Pathname", "children")
def children(rt: Runtime, me: Value, block: Block, with_directory: Value = True) -> Value:
    names = directories.names_in(rt, me.data)
    inner = truthy(with_directory) and me.data != "."
    return Array(made(rt, f"{me.data.rstrip('/')}/{name}" if inner else name) for name in names)


@answers("Pathname", "each_child")
def each_child(rt: Runtime, me: Value, block: Block, with_directory: Value = True) -> Value:
    return rt.send(children(rt, me, None, with_directory), "each", [], block)


@answers("Pathname", "entries")
def entries(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(made(rt, name) for name in (".", "..", *directories.names_in(rt, me.data)))


@answers("Pathname", "glob")
def glob(rt: Runtime, me: Value, block: Block, pattern: Value, *more: Value) -> Value:
    split_named(rt, more, "base")
    found = Array(made(rt, plus(me.data, name)) for name in rt.files.listed(path(rt, pattern), me.data))
    return rt.send(found, "each", [], block) if block else found


@answers("Pathname", "ascend")
def ascend(rt: Runtime, me: Value, block: Block) -> Value:
    found = Array([made(rt, me.data)])
    where = me.data
    while where not in ("/", ".") and "/" in where:
        where = paths.directory(where)
        found.append(made(rt, where))
    return rt.send(found, "each", [], block)


@answers(
    "Pathname", "mkpath", "mkdir", "write", "delete", "unlink", "rmtree", "rmdir", "rename", "chmod", "binwrite"
)
@answers("Pathname", "make_symlink", "utime", "truncate")
def changed(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    paths.not_done(rt, f"{me.data} is not changed")
    return None


def _from_file(name: str) -> None:
    @answers("Pathname", name)
    def asked(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        return rt.send(rt.constant("File"), name, [Str(me.data), *args], block)


for _name in (
    *(
        "read",
        "binread",
        "readlines",
        "open",
        "exist?",
        "file?",
        "directory?",
        "symlink?",
        "readable?",
        "writable?",
    ),
    *("executable?", "size", "size?", "zero?", "mtime", "ctime", "atime", "stat", "lstat", "fnmatch?", "fnmatch"),
):
    _from_file(_name)


@answers("Pathname", "each_line")
def each_line(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return rt.send(rt.constant("File"), "foreach", [Str(me.data), *args], block)


@answers("Pathname", "empty?")
def is_empty(rt: Runtime, me: Value, block: Block) -> Value:
    kind = "Dir" if rt.files.stat(me.data) == "directory" else "File"
    return rt.send(rt.constant(kind), "empty?", [Str(me.data)])


def _as_path(name: str) -> None:
    @answers("Pathname", name)
    def asked(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        return made(rt, rt.send(rt.constant("File"), name, [Str(me.data), *args]).s)


for _name in ("realpath", "realdirpath", "readlink"):
    _as_path(_name)
