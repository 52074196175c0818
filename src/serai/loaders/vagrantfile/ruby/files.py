"""Reading for a file: inside the project and what --allow-read adds, never elsewhere. Notes what it looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from serai.loaders.vagrantfile.ruby.runtime import Bounds, RubyError
from serai.util.errors import SeraiError, SeraiErrors

FILE_LIMIT = 16 << 20
"""Bytes of one file that is read."""
LIST_LIMIT = 20_000
"""Names of one Dir.glob."""

MANY_OUTSIDE = 32
"""Refused reads after which no more are looked for."""

Refuse = Callable[[str, str], SeraiError]
Raise = Callable[[str, str], RubyError]


class ProjectFiles:
    """`seen` is what the result hangs on: path → "file", "directory" or "" (nothing); folders of lists, too."""

    def __init__(
        self,
        project: Path,
        cwd: Path,
        allowed: Iterable[Path],
        home: str,
        bounds: Bounds,
        refuse: Refuse,
        raised: Raise,
    ) -> None:
        self.project, self.cwd, self.home = project, cwd, home
        self._roots = [Path(os.path.realpath(root)) for root in (project, *allowed)]
        self._bounds, self._refuse, self._raised = bounds, refuse, raised
        self.seen: dict[str, str] = {}
        self.outside: dict[str, SeraiError] = {}
        """What was refused, by path. Evaluation goes on to find all of them, as if there were nothing there; its
        result does not count: `refusal` ends it."""

    def absolute(self, path: str, base: str | None = None) -> str:
        if path == "~" or path.startswith("~/"):
            path = self.home + path[1:]
        start = str(self.cwd) if base is None else self.absolute(base)
        return os.path.normpath(os.path.join(start, path))  # noqa: PTH118 - text, as Ruby has it

    def allow(self, path: Path) -> None:
        """Let this be read, too: a box's own file, when it is known which box it is."""
        self._roots.append(Path(os.path.realpath(path)))

    def may(self, path: str) -> bool:
        """Whether it may be looked at, links followed."""
        real = Path(os.path.realpath(self.absolute(path)))
        return any(real == root or root in real.parents for root in self._roots)

    def allowed(self, path: str) -> str | None:
        """The absolute path; None for one that may not be looked at, which is in `outside` then."""
        full = self.absolute(path)
        if "\0" in path:
            raise self._raised("ArgumentError", "string contains null byte")
        if not self.may(path):
            self.outside.setdefault(full, self._refuse(f"reading {full}, outside of the project,", ""))
            if len(self.outside) >= MANY_OUTSIDE:
                raise self.refusal()
            return None
        return full

    def refusal(self) -> SeraiError:
        """All that was refused, with what allows it; to be asked for when there is something."""
        from shlex import quote

        *others, last = self.outside.values()
        words = " ".join(f"--allow-read {quote(path)}" for path in self.outside)
        last.hint = f"{words} allows {'them' if others else 'it'}"
        if not others:
            return last
        found = SeraiErrors([*others, last])
        found.hint = last.hint
        return found

    def read(self, path: str) -> bytes:
        full = self.allowed(path)
        if full is None:
            return b""
        kind = self._kind(full)
        if kind == "":
            self.seen[full] = ""
            raise self._raised("Errno::ENOENT", f"No such file or directory @ rb_sysopen - {path}")
        if kind == "directory":
            raise self._raised("Errno::EISDIR", f"Is a directory @ io_fread - {path}")
        if kind != "file":
            raise self._refuse(f"reading {full}, which is no plain file,", "write what it says into a file")
        size = Path(full).stat().st_size
        if size > FILE_LIMIT:
            raise self._refuse(f"reading {full} of {size >> 20} MiB", f"at most {FILE_LIMIT >> 20} MiB are read")
        self._bounds.grow(size)
        try:
            data = Path(full).read_bytes()
        except PermissionError:
            raise self._raised("Errno::EACCES", f"Permission denied @ rb_sysopen - {path}") from None
        self.seen[full] = kind
        return data

    def stat(self, path: str) -> str:
        full = self.allowed(path)
        if full is None:
            return ""
        kind = self._kind(full)
        self.seen.setdefault(full, kind)
        return "file" if kind == "other" else kind

    def _kind(self, full: str) -> str:
        try:
            mode = os.stat(full).st_mode  # noqa: PTH116 - one call for all kinds
        except OSError:
            return ""
        if stat.S_ISDIR(mode):
            return "directory"
        return "file" if stat.S_ISREG(mode) else "other"

    def listed(self, pattern: str, base: str | None = None) -> list[str]:
        found: dict[str, None] = {}
        for one in braces(pattern):
            found.update(dict.fromkeys(self._globbed(one, base)))
        return list(found)

    def _globbed(self, pattern: str, base: str | None) -> list[str]:
        import glob

        start = self.absolute(base) if base is not None else str(self.cwd)
        full = self.absolute(pattern, start)
        fixed = full if not glob.has_magic(full) else full[: _magic_at(full)].rpartition("/")[0] or "/"
        if self.allowed(fixed) is None:
            return []
        self.seen.setdefault(fixed, self._kind(fixed))
        names: list[str] = []
        for name in glob.iglob(pattern, root_dir=start, recursive=True):  # noqa: PTH207 - names as written
            if not self.may(str(Path(start, name))):
                continue
            names.append(name)
            self.seen.setdefault(str(Path(start, name).parent), "directory")
            self._bounds.step(20)
            if len(names) > LIST_LIMIT:
                raise self._refuse(f"a list of more than {LIST_LIMIT} files", "name fewer by the pattern")
        return sorted(names)


def _magic_at(path: str) -> int:
    return min(path.index(sign) for sign in "*?[" if sign in path)


def braces(pattern: str) -> list[str]:
    """`a{b,c}` → ab, ac. At most one level inside another."""
    start = pattern.find("{")
    if start < 0:
        return [pattern]
    depth, parts, at = 0, [], start + 1
    for index in range(start, len(pattern)):
        sign = pattern[index]
        if sign == "{":
            depth += 1
        elif sign == "," and depth == 1:
            parts.append(pattern[at:index])
            at = index + 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                parts.append(pattern[at:index])
                rest = pattern[index + 1 :]
                return [made for part in parts for made in braces(pattern[:start] + part + rest)]
    return [pattern]
