"""Dir: listing inside the project."""

from __future__ import annotations

from pathlib import Path

from serai.loaders.vagrantfile.ruby.library.core.convert import truthy
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std import paths
from serai.loaders.vagrantfile.ruby.library.std.paths import path
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Proc, Str, Value

declare("Dir", "Object", "Enumerable")
declare("Find", None)


def found(rt: Runtime, patterns: Value, base: Value, dots: bool = False) -> Array:
    """`Dir.glob`, each pattern's finds in order."""
    names: list[str] = []
    start = None if base is None else path(rt, base)
    for pattern in patterns if isinstance(patterns, Array) else [patterns]:
        rt.bounds.step(100)
        wanted = path(rt, pattern)
        names += rt.files.listed(wanted, start)
        if dots and "*" in wanted:
            head, slash, last = wanted.rpartition("/")
            names += [name for name in rt.files.listed(f"{head}{slash}.{last}", start) if paths.base(name) != ".."]
    rt.bounds.grow(sum(len(name) for name in names))
    return Array(Str(name) for name in (sorted(names) if dots else names))


@answers_itself("Dir", "glob")
def glob(rt: Runtime, me: Value, block: Block, patterns: Value, *more: Value) -> Value:
    places, named = split_named(rt, more, "base", "sort", "flags")
    flags = places[0] if places else named.get("flags") or 0
    listed = found(rt, patterns, named.get("base"), bool(flags & 4))
    if block is None:
        return listed
    for name in listed:
        rt.call(block, [name])
    return None


@answers_itself("Dir", "[]")
def brackets(rt: Runtime, me: Value, block: Block, *patterns: Value) -> Value:
    places, named = split_named(rt, patterns, "base", "sort")
    flat = [one for given in places for one in (given if isinstance(given, Array) else [given])]
    return found(rt, Array(flat), named.get("base"))


@answers_itself("Dir", "pwd", "getwd")
def pwd(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(rt.files.absolute("."))


@answers_itself("Dir", "home")
def home(rt: Runtime, me: Value, block: Block, user: Value = None) -> Value:
    return Str(rt.files.absolute("~" if user is None else f"~{path(rt, user)}"))


@answers_itself("Dir", "tmpdir")
def tmpdir(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(rt.environ.get("TMPDIR") or "/tmp")


@answers_itself("Dir", "exist?", "exists?")
def exists(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return rt.files.stat(path(rt, name)) == "directory"


def names_in(rt: Runtime, name: str) -> list[str]:
    """What is in a directory, without `.` and `..`."""
    kind = rt.files.stat(name)
    if not kind:
        raise paths.failed(rt, "Errno::ENOENT", f"dir_initialize - {name}")
    if kind == "file":
        raise paths.failed(rt, "Errno::ENOTDIR", f"dir_initialize - {name}")
    seen = [*rt.files.listed("*", name), *rt.files.listed(".*", name)]
    rt.bounds.step(len(seen))
    return sorted({one for one in seen if one not in (".", "..")})


@answers_itself("Dir", "children")
def children(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    return Array(Str(one) for one in names_in(rt, path(rt, name)))


@answers_itself("Dir", "entries")
def entries(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    return Array(Str(one) for one in (".", "..", *names_in(rt, path(rt, name))))


@answers_itself("Dir", "each_child")
def each_child(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "each_child", name)
    for one in names_in(rt, path(rt, name)):
        rt.call(block, [Str(one)])
    return None


@answers_itself("Dir", "foreach")
def foreach(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "foreach", name)
    for one in (".", "..", *names_in(rt, path(rt, name))):
        rt.call(block, [Str(one)])
    return None


@answers_itself("Dir", "empty?")
def is_empty(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return rt.files.stat(path(rt, name)) == "directory" and not names_in(rt, path(rt, name))


@answers_itself("Dir", "mkdir", "rmdir", "delete", "unlink")
def changed(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    paths.not_done(rt, f"a change of the directory {path(rt, name)} is not done")
    return 0


@answers_itself("Dir", "chdir")
def chdir(rt: Runtime, me: Value, block: Block, name: Value = None) -> Value:
    """Into the directory where one is already; elsewhere paths would mean something else."""
    where = rt.files.absolute("~" if name is None else path(rt, name))
    if where != rt.files.absolute("."):
        raise rt.refused(
            f"changing into {where}",
            "name files from __dir__, or give `base:` to Dir.glob; --ruby runs the file by a real Ruby",
        )
    return rt.call(block, [Str(where)]) if block else 0


@answers_itself("Dir", "mktmpdir")
def mktmpdir(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    paths.not_done(rt, "a temporary directory is not made")
    where = Str("/tmp/serai-not-made")
    return rt.call(block, [where]) if block else where


@answers_itself("Dir", "new", "open")
def new(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    names_in(rt, where)
    made = Object(rt.constant("Dir"), where)
    return rt.call(block, [made]) if block else made


@answers("Dir", "path", "to_path")
def path_of(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(me.data)


@answers("Dir", "each")
def each(rt: Runtime, me: Value, block: Block) -> Value:
    for one in (".", "..", *names_in(rt, me.data)):
        if truthy(block):
            rt.call(block, [Str(one)])  # type: ignore[arg-type]
    return me


@answers("Dir", "children")
def own_children(rt: Runtime, me: Value, block: Block) -> Value:
    return Array(Str(one) for one in names_in(rt, me.data))


@answers("Dir", "each_child")
def own_each_child(rt: Runtime, me: Value, block: Block) -> Value:
    return each_child(rt, me, block, Str(me.data))


@answers("Dir", "close")
def close(rt: Runtime, me: Value, block: Block) -> Value:
    return None


class Pruned(Exception):
    """From `Find.prune` to the `Find.find` around it."""


@answers_itself("Find", "find")
def find(rt: Runtime, me: Value, block: Block, *names: Value) -> Value:
    """Each path, and those below it, in the order of their names."""
    if block is None:
        return enumerator(rt, me, "find", *names)
    for name in names:
        start = path(rt, name)
        if not rt.files.stat(start):
            raise rt.raised("Errno::ENOENT", f"No such file or directory - {start}")
        me.variables[RUNNING] = me.variables.get(RUNNING, 0) + 1
        try:
            _visit(rt, block, start)
        finally:
            me.variables[RUNNING] -= 1
    return None


RUNNING = "__running__"
"""How many `Find.find` run."""


def _visit(rt: Runtime, block: Proc, start: str) -> None:
    waiting = [start]
    while waiting:
        where = waiting.pop()
        rt.bounds.step(20)
        try:
            rt.call(block, [Str(where)])
        except Pruned:
            continue
        if rt.files.stat(where) == "directory" and not Path(rt.files.absolute(where)).is_symlink():
            waiting += [f"{where.rstrip('/')}/{name}" for name in reversed(names_in(rt, where))]


@answers_itself("Find", "prune")
def prune(rt: Runtime, me: Value, block: Block) -> Value:
    if not me.variables.get(RUNNING):
        raise rt.raised("UncaughtThrowError", "uncaught throw :prune")
    raise Pruned
