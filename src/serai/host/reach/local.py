"""This host, or a tree of a host's files below a directory: links in it lead nowhere outside of it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from serai.host.reach.contract import Entry, Kind, Questions, Snapshot
from serai.util import files, locks, process
from serai.util.errors import Code, SeraiError

PROGRAMS = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin")
LOCK = "run/serai-host.lock"
"""Not in /run/lock, where others may write: a file of theirs would lock root out."""
LINKS = 40
"""Links that a path may lead through. Source: path_resolution(7)."""
_KINDS = {stat.S_IFREG: Kind.FILE, stat.S_IFDIR: Kind.DIRECTORY, stat.S_IFLNK: Kind.LINK}

Runner = Callable[[Sequence[str]], process.Result]
Asker = Callable[[str, str], str]


class Local:
    """`run` and `ask` stand in for programs and the kernel; a tree has none of its own."""

    def __init__(self, root: Path = Path("/"), run: Runner | None = None, ask: Asker | None = None) -> None:
        self.root = root
        self._is_here = root == Path("/")
        self.live = self._is_here or run is not None
        self.name = "this host" if self._is_here else str(root)
        self._run = run
        self._ask = ask

    def missing(self, path: str) -> str:
        top = path.lstrip("/").partition("/")[0]
        return "" if self._is_here or (self.root / top).is_dir() else f"{self.root} holds no /{top}"

    def _at(self, path: str, follow: bool = True) -> str:
        """Where a path of the host is: in a tree, links are followed as if its root were /."""
        if self._is_here:
            return path
        inner, links = "/", 0
        parts = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        while parts:
            part = parts.pop()
            if part == "..":
                inner = os.path.dirname(inner)  # noqa: PTH120 - hot
                continue
            place = f"{inner.rstrip('/')}/{part}"
            real = f"{self.root}{place}"
            if (parts or follow) and os.path.islink(real):  # noqa: PTH114 - hot
                links += 1
                if links > LINKS:
                    raise OSError(40, "too many links", path)
                target = os.readlink(real)  # noqa: PTH115 - hot
                inner = "/" if target.startswith("/") else inner
                parts += [each for each in reversed(target.split("/")) if each not in ("", ".")]
                continue
            inner = place
        return f"{self.root}{inner}"

    def read(self, path: str) -> bytes | None:
        try:
            with open(self._at(path), "rb") as file:  # noqa: PTH123 - hot
                return file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def names(self, path: str) -> list[str] | None:
        try:
            return os.listdir(self._at(path))  # noqa: PTH208 - names are what is wanted
        except (FileNotFoundError, NotADirectoryError):
            return None

    def has(self, path: str) -> bool:
        return os.path.lexists(self._at(path, follow=False))

    def entry(self, path: str) -> Entry | None:
        try:
            found = os.lstat(self._at(path, follow=False))
        except (FileNotFoundError, NotADirectoryError):
            return None
        kind = _KINDS.get(stat.S_IFMT(found.st_mode), Kind.OTHER)
        return Entry(kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)

    def target(self, path: str) -> str:
        place = self._at(path, follow=False)
        return os.readlink(place) if os.path.islink(place) else ""  # noqa: PTH114, PTH115 - hot

    def program(self, name: str) -> str:
        found = next((place for place in (f"{each}/{name}" for each in PROGRAMS) if self.has(place)), "")
        return found or (shutil.which(name) or "" if self._is_here else "")

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 600) -> process.Result:
        if self._run is not None:
            return self._run(argv)
        if not self.live:
            raise SeraiError(
                Code.UNSUPPORTED, f"{' '.join(argv)}: only the running host can be asked; {self.name} is a tree"
            )
        path = process.which(argv[0])
        return process.run([path, *argv[1:]], input=input, timeout=timeout, check=False, env={"LC_ALL": "C"})

    def ask(self, question: str, about: str = "") -> str:
        from serai.host.facts.kernel import answer
        from serai.host.facts.source import Unknown

        if self._ask is not None:
            return self._ask(question, about)
        if not self._is_here:
            raise Unknown("only the running host can be asked", f"{question} {about}".strip())
        return answer(question, about)

    def gather(
        self, files: Sequence[str], names: Sequence[str], links: Sequence[str], questions: Questions
    ) -> Snapshot:
        return Snapshot()

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        place = Path(self._at(path))
        files.write_atomic(place, data, mode=mode, owner=(uid, gid) if os.geteuid() == 0 else None)

    def put(self, path: str, text: str) -> None:
        handle = os.open(self._at(path), os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(handle, f"{text}\n".encode())
        finally:
            os.close(handle)

    def make_directory(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        place = self._at(path)
        os.mkdir(place)  # noqa: PTH102 - as the rest
        os.chmod(place, mode)  # noqa: PTH101
        if os.geteuid() == 0:
            os.chown(place, uid, gid)

    def link(self, path: str, target: str) -> None:
        place = Path(self._at(path, follow=False))
        draft = place.with_name(f".{place.name}.{os.urandom(6).hex()}")
        draft.symlink_to(target)
        draft.replace(place)

    def remove(self, path: str) -> None:
        place = Path(self._at(path, follow=False))
        if place.is_dir() and not place.is_symlink():
            place.rmdir()
        elif os.path.lexists(place):
            place.unlink()

    def lock(self, note: str) -> AbstractContextManager[None]:
        return locks.lock(
            self.root / LOCK,
            what=f"the configuration of {self.name}",
            note=note,
            wait=False,
        )
