"""What File, Dir and Pathname share: paths as arguments, their parts as text, and the errors of the system."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.runtime import RubyError, Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Object, Str, Value

ERRORS = {
    "Errno::ENOENT": "No such file or directory",
    "Errno::EISDIR": "Is a directory",
    "Errno::ENOTDIR": "Not a directory",
    "Errno::EACCES": "Permission denied",
    "Errno::EINVAL": "Invalid argument",
}

NO_NETWORK = "write what it would answer into the file or ENV; --ruby runs it by a real Ruby"
"""Hint of what reaches for the network."""

for _name in ("IOError", "SystemCallError"):
    declare(_name, "StandardError")
declare("EOFError", "IOError")
declare("Errno", None)
for _name in (*ERRORS, "Errno::EEXIST", "Errno::EPIPE", "Errno::ESRCH", "Errno::ECONNREFUSED", "Errno::ENOTEMPTY"):
    declare(_name, "SystemCallError")


def path(rt: Runtime, value: Value) -> str:
    """A path: a String, a Pathname, or what has `to_path`."""
    if isinstance(value, Str):
        return value.s
    if isinstance(value, Object) and rt.responds(value, "to_path"):
        return text(rt, rt.send(value, "to_path", []))
    return text(rt, value)


def failed(rt: Runtime, kind: str, what: str) -> RubyError:
    """`Errno::ENOENT` with its usual text."""
    return rt.raised(kind, f"{ERRORS[kind]} @ {what}")


def decoded(data: bytes) -> Str:
    """Text as it is; a byte that is no UTF-8 is kept."""
    return Str(data.decode("utf-8", "surrogateescape"))


def encoded(content: str) -> bytes:
    return content.encode("utf-8", "surrogateescape")


def contents(rt: Runtime, name: str) -> bytes:
    """What a file holds. Raises Errno::ENOENT or EISDIR as Ruby has it."""
    if rt.files.stat(name) == "directory":
        raise failed(rt, "Errno::EISDIR", f"io_fread - {name}")
    data = rt.files.read(name)
    rt.bounds.grow(len(data))
    return data


def status(rt: Runtime, name: str, *, follow: bool = True) -> os.stat_result:
    """What the system says of a file that may be read. Raises Errno::ENOENT."""
    if not rt.files.stat(name):
        raise failed(rt, "Errno::ENOENT", f"rb_file_s_stat - {name}")
    return Path(rt.files.absolute(name)).stat(follow_symlinks=follow)


def not_done(rt: Runtime, what: str) -> None:
    """A notice for what would change the host: `x is not written`."""
    rt.warn(f"{what}: reading a Vagrantfile changes nothing", "--ruby runs the file by a real Ruby")


def joined(rt: Runtime, parts: list[Value]) -> str:
    """`File.join`: one slash between parts, those at the outer ends stay."""
    made = ""
    for index, part in enumerate(parts):
        piece = joined(rt, list(part)) if isinstance(part, Array) else path(rt, part)
        if index == 0:
            made = piece
        elif made.endswith("/") and piece.startswith("/"):
            made = made.rstrip("/") + piece
        elif made.endswith("/") or piece.startswith("/"):
            made += piece
        else:
            made = f"{made}/{piece}"
    return made


def base(name: str) -> str:
    """`File.basename` without its second argument."""
    if not name:
        return ""
    return posixpath.basename(name.rstrip("/")) or "/"


def directory(name: str, levels: int = 1) -> str:
    """`File.dirname`"""
    for _ in range(levels):
        stripped = name.rstrip("/")
        if not stripped:
            return "/" if name else "."
        head, slash, _tail = stripped.rpartition("/")
        name = head.rstrip("/") or "/" if slash else "."
    return name


def extension(name: str) -> str:
    """`File.extname`: `.rb`; a name that begins with a dot has none."""
    last = base(name).lstrip(".")
    stem, dot, tail = last.rpartition(".")
    if not dot or not stem:
        return ""
    return f".{tail}"


def without(name: str, suffix: str) -> str:
    """The name without its suffix, `.*` for any."""
    if suffix == ".*":
        found = extension(name)
        return name[: -len(found)] if found and found != "." else name
    return name[: -len(suffix)] if suffix and name.endswith(suffix) and name != suffix else name
