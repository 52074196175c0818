"""FileUtils and Tempfile: everything that would change files is noted and not done."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import declare
from serai.loaders.vagrantfile.ruby.library.std import paths
from serai.loaders.vagrantfile.ruby.library.std.streams import Stream, opened
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Value

declare("FileUtils", None)
for _name in ("Verbose", "NoWrite", "DryRun"):
    declare(f"FileUtils::{_name}", None)
declare("Tempfile", "File")

CHANGES = (
    *("cp", "copy", "cp_r", "copy_entry", "copy_file", "mv", "move", "rm", "remove", "rm_f", "rm_r", "rm_rf"),
    *(
        "safe_unlink",
        "rmtree",
        "remove_entry",
        "remove_entry_secure",
        "remove_dir",
        "remove_file",
        "mkdir",
        "rmdir",
    ),
    *("mkdir_p", "makedirs", "mkpath", "touch", "ln", "ln_s", "ln_sf", "symlink", "link", "install", "chmod"),
    *("chmod_R", "chown", "chown_R"),
)


def _enter(name: str) -> None:
    @answers_itself("FileUtils", name)
    @answers("FileUtils", name)
    def noted(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        said = ", ".join(_said(rt, arg) for arg in args if not isinstance(arg, Hash))
        paths.not_done(rt, f"FileUtils.{name}({said}) is not done")
        return args[0] if args else None


def _said(rt: Runtime, value: Value) -> str:
    return ", ".join(_said(rt, one) for one in value) if isinstance(value, Array) else rt.to_s(value)


for _name in CHANGES:
    _enter(_name)


@answers_itself("FileUtils", "pwd", "getwd")
def pwd(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(rt.files.absolute("."))


@answers_itself("FileUtils", "cd", "chdir")
def chdir(rt: Runtime, me: Value, block: Block, name: Value, *more: Value) -> Value:
    return rt.send(rt.constant("Dir"), "chdir", [name], block)


@answers_itself("FileUtils", "compare_file", "identical?", "cmp")
def same_content(rt: Runtime, me: Value, block: Block, one: Value, other: Value) -> Value:
    return paths.contents(rt, paths.path(rt, one)) == paths.contents(rt, paths.path(rt, other))


@answers_itself("FileUtils", "uptodate?")
def is_newer(rt: Runtime, me: Value, block: Block, name: Value, others: Value) -> Value:
    where = paths.path(rt, name)
    if not rt.files.stat(where):
        return False
    made = paths.status(rt, where).st_mtime
    there = [one for one in (paths.path(rt, other) for other in others) if rt.files.stat(one)]
    return all(paths.status(rt, one).st_mtime < made for one in there)


@answers_itself("Tempfile", "new", "open", "create")
def temporary(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    paths.not_done(rt, "a temporary file is not made")
    return opened(rt, Stream("", name="/tmp/serai-not-made", writable=True), block, "Tempfile")


@answers("Tempfile", "unlink", "delete", "close!", "close")
def removed(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return None
