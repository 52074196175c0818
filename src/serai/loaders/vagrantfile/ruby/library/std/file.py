"""File: reading inside the project, and what can be said of a path. Writing is noted and not done."""

from __future__ import annotations

import fnmatch
import os
import re
import stat as modes
from pathlib import Path

from serai.loaders.vagrantfile.ruby.library.core.convert import integer
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself, split_named
from serai.loaders.vagrantfile.ruby.library.core.walk import enumerator
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std import paths
from serai.loaders.vagrantfile.ruby.library.std.paths import NO_NETWORK, path
from serai.loaders.vagrantfile.ruby.library.std.streams import Stream, lines_of, opened
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

declare("File", "IO")
declare("File::Stat")
declare("FileTest", None)
for _name, _value in {
    "SEPARATOR": "/",
    "Separator": "/",
    "PATH_SEPARATOR": ":",
    "RDONLY": 0,
    "WRONLY": 1,
    "RDWR": 2,
    "CREAT": 64,
    "EXCL": 128,
    "TRUNC": 512,
    "APPEND": 1024,
    "NONBLOCK": 2048,
    "BINARY": 0,
    "LOCK_SH": 1,
    "LOCK_EX": 2,
    "LOCK_NB": 4,
    "LOCK_UN": 8,
    "ALT_SEPARATOR": None,
    "FNM_NOESCAPE": 1,
    "FNM_PATHNAME": 2,
    "FNM_DOTMATCH": 4,
    "FNM_CASEFOLD": 8,
    "FNM_EXTGLOB": 16,
}.items():
    CONSTANTS[f"File::{_name}"] = lambda value=_value: Str(value, frozen=True) if isinstance(value, str) else value  # type: ignore[misc]


@answers_itself("File", "read", "binread")
@answers_itself("IO", "read", "binread")
def read(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    data = paths.contents(rt, path(rt, name))
    places, _ = split_named(rt, more, "encoding", "mode", "external_encoding", "binmode")
    length, offset = [*places, None, None][:2]
    if offset is not None:
        data = data[integer(rt, offset) :]
    if length is not None:
        data = data[: integer(rt, length)]
    return paths.decoded(data)


@answers_itself("File", "readlines")
@answers_itself("IO", "readlines")
def readlines(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    return Array(lines_of(rt, paths.decoded(paths.contents(rt, path(rt, name))).s, more))


@answers_itself("File", "foreach")
@answers_itself("IO", "foreach")
def foreach(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    if block is None:
        return enumerator(rt, me, "foreach", name, *more)
    for line in lines_of(rt, paths.decoded(paths.contents(rt, path(rt, name))).s, more):
        rt.call(block, [line])
    return None


def writes(rt: Runtime, mode: Value) -> bool:
    if isinstance(mode, int):
        return bool(mode & 3)
    return isinstance(mode, Str) and any(letter in mode.s.split(":")[0] for letter in "wa+")


@answers_itself("File", "open", "new")
@answers("Kernel", "open")
def open_(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    places, named = split_named(rt, more, "mode", "perm", "encoding", "external_encoding", "binmode", "flags")
    mode = places[0] if places else named.get("mode")
    where = path(rt, name)
    if where.startswith("|"):
        return opened(rt, Stream(rt.ran(where[1:].strip()) or "", name=where), block, "File")
    if re.match(r"(https?|ftp)://", where):
        raise rt.refused(f"open({where!r}), which needs the network,", NO_NETWORK)
    if writes(rt, mode):
        paths.not_done(rt, f"{where} is not written")
        before = (
            paths.contents(rt, where)
            if isinstance(mode, Str) and "w" not in mode.s and rt.files.stat(where)
            else b""
        )
        return opened(rt, Stream(paths.decoded(before).s, name=where, writable=True), block, "File")
    return opened(rt, Stream(paths.decoded(paths.contents(rt, where)).s, name=where), block, "File")


@answers_itself("File", "write", "binwrite")
@answers_itself("IO", "write", "binwrite")
def write(rt: Runtime, me: Value, block: Block, name: Value, content: Value, *more: Value) -> Value:
    paths.not_done(rt, f"{path(rt, name)} is not written")
    return len(paths.encoded(rt.to_s(content)))


@answers_itself(
    "File", "delete", "unlink", "chmod", "chown", "rename", "symlink", "link", "truncate", "utime", "lchmod"
)
@answers_itself("File", "mkfifo", "umask", "lchown")
def changed(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    said = ", ".join(arg.s if isinstance(arg, Str) else rt.to_s(arg) for arg in args)
    paths.not_done(rt, f"a change of files ({said}) is not done")
    return len(args)


def kind(rt: Runtime, name: Value) -> str:
    if isinstance(name, Object) and isinstance(name.data, Stream):
        return rt.files.stat(name.data.name)
    return rt.files.stat(path(rt, name))


@answers_itself("File", "exist?", "exists?")
@answers_itself("FileTest", "exist?", "exists?")
def exists(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return bool(kind(rt, name))


@answers_itself("File", "file?")
@answers_itself("FileTest", "file?")
def is_file(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return kind(rt, name) == "file"


@answers_itself("File", "directory?")
@answers_itself("FileTest", "directory?")
def is_directory(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return kind(rt, name) == "directory"


@answers_itself("File", "symlink?")
@answers_itself("FileTest", "symlink?")
def is_link(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    return bool(rt.files.stat(where)) and Path(rt.files.absolute(where)).is_symlink()


def may(*names: str, how: int) -> None:
    @answers_itself("File", *names)
    @answers_itself("FileTest", *names)
    def asked(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
        where = path(rt, name)
        return bool(rt.files.stat(where)) and os.access(rt.files.absolute(where), how)


may("readable?", "readable_real?", how=os.R_OK)
may("writable?", "writable_real?", how=os.W_OK)
may("executable?", "executable_real?", how=os.X_OK)


@answers_itself("File", "world_readable?")
def world_readable(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    mode = modes.S_IMODE(paths.status(rt, path(rt, name)).st_mode)
    return mode if mode & modes.S_IROTH else None


@answers_itself("File", "size")
@answers_itself("FileTest", "size")
def size(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return paths.status(rt, path(rt, name)).st_size


@answers_itself("File", "size?")
def size_or_nil(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    return (paths.status(rt, where).st_size or None) if rt.files.stat(where) else None


@answers_itself("File", "zero?", "empty?")
@answers_itself("FileTest", "zero?", "empty?")
def is_empty(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    return rt.files.stat(where) == "file" and paths.status(rt, where).st_size == 0


@answers_itself("File", "mtime", "ctime", "atime", "birthtime")
def mtime(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return rt.send(rt.constant("Time"), "at", [paths.status(rt, path(rt, name)).st_mtime])


@answers_itself("File", "stat", "lstat")
def stat(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return Object(rt.constant("File::Stat"), paths.status(rt, path(rt, name)))


def _field(name: str) -> None:
    @answers("File::Stat", name)
    def read(rt: Runtime, me: Value, block: Block) -> Value:
        return getattr(me.data, f"st_{name}")


for _name in ("mode", "uid", "gid", "size", "nlink", "ino", "dev"):
    _field(_name)


@answers("File::Stat", "mtime", "ctime", "atime")
def _mtime(rt: Runtime, me: Value, block: Block) -> Value:
    return rt.send(rt.constant("Time"), "at", [me.data.st_mtime])


@answers("File::Stat", "file?")
def _file(rt: Runtime, me: Value, block: Block) -> Value:
    return modes.S_ISREG(me.data.st_mode)


@answers("File::Stat", "directory?")
def _directory(rt: Runtime, me: Value, block: Block) -> Value:
    return modes.S_ISDIR(me.data.st_mode)


@answers_itself("File", "join")
def join(rt: Runtime, me: Value, block: Block, *parts: Value) -> Value:
    return Str(paths.joined(rt, list(parts)))


@answers_itself("File", "expand_path")
def expand_path(rt: Runtime, me: Value, block: Block, name: Value, base: Value = None) -> Value:
    return Str(rt.files.absolute(path(rt, name), None if base is None else path(rt, base)))


@answers_itself("File", "absolute_path")
def absolute_path(rt: Runtime, me: Value, block: Block, name: Value, base: Value = None) -> Value:
    where = path(rt, name)
    if where.startswith("~"):
        where = f"./{where}"
    return Str(rt.files.absolute(where, None if base is None else path(rt, base)))


@answers_itself("File", "absolute_path?")
def is_absolute(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return path(rt, name).startswith("/")


@answers_itself("File", "realpath", "realdirpath")
def realpath(rt: Runtime, me: Value, block: Block, name: Value, base: Value = None) -> Value:
    where = path(rt, name) if base is None else rt.files.absolute(path(rt, name), path(rt, base))
    if not rt.files.stat(where):
        raise paths.failed(rt, "Errno::ENOENT", f"rb_realpath_internal - {where}")
    return Str(os.path.realpath(rt.files.absolute(where)))


@answers_itself("File", "readlink")
def readlink(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    if not rt.files.stat(where):
        raise paths.failed(rt, "Errno::ENOENT", f"rb_readlink - {where}")
    if not Path(rt.files.absolute(where)).is_symlink():
        raise paths.failed(rt, "Errno::EINVAL", f"rb_readlink - {where}")
    return Str(str(Path(rt.files.absolute(where)).readlink()))


@answers_itself("File", "basename")
def basename(rt: Runtime, me: Value, block: Block, name: Value, suffix: Value = None) -> Value:
    found = paths.base(path(rt, name))
    return Str(found if suffix is None else paths.without(found, path(rt, suffix)))


@answers_itself("File", "dirname")
def dirname(rt: Runtime, me: Value, block: Block, name: Value, levels: Value = 1) -> Value:
    return Str(paths.directory(path(rt, name), integer(rt, levels)))


@answers_itself("File", "extname")
def extname(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return Str(paths.extension(path(rt, name)))


@answers_itself("File", "split")
def split(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    where = path(rt, name)
    return Array((Str(paths.directory(where)), Str(paths.base(where))))


@answers_itself("File", "path")
def path_of(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    return Str(path(rt, name))


@answers_itself("File", "ftype")
def ftype(rt: Runtime, me: Value, block: Block, name: Value) -> Value:
    mode = paths.status(rt, path(rt, name), follow=False).st_mode
    kinds = {modes.S_IFDIR: "directory", modes.S_IFREG: "file", modes.S_IFLNK: "link"}
    return Str(kinds.get(modes.S_IFMT(mode), "unknown"))


@answers_itself("File", "identical?")
def identical(rt: Runtime, me: Value, block: Block, one: Value, other: Value) -> Value:
    left, right = path(rt, one), path(rt, other)
    return bool(rt.files.stat(left) and rt.files.stat(right)) and Path(rt.files.absolute(left)).samefile(
        rt.files.absolute(right)
    )


@answers_itself("File", "fnmatch", "fnmatch?")
def matches(rt: Runtime, me: Value, block: Block, pattern: Value, name: Value, flags: Value = 0) -> Value:
    """Without FNM_PATHNAME a star goes over slashes; a leading dot is only found by a dot."""
    wanted, where = path(rt, pattern), path(rt, name)
    if flags & 8:
        wanted, where = wanted.lower(), where.lower()
    if not flags & 2:
        hidden = where.startswith(".") and not wanted.startswith(".") and not flags & 4
        return not hidden and fnmatch.fnmatchcase(where, wanted)
    left, right = wanted.split("/"), where.split("/")
    return _parts_match(left, right, bool(flags & 4))


def _parts_match(wanted: list[str], parts: list[str], dots: bool) -> bool:
    if not wanted:
        return not parts
    if wanted[0] == "**" and len(wanted) > 1:
        if _parts_match(wanted[1:], parts, dots):
            return True
        return bool(parts) and (dots or not parts[0].startswith(".")) and _parts_match(wanted, parts[1:], dots)
    if not parts or (parts[0].startswith(".") and not wanted[0].startswith(".") and not dots):
        return False
    return fnmatch.fnmatchcase(parts[0], wanted[0]) and _parts_match(wanted[1:], parts[1:], dots)
