"""A host without Python: lines of shell to agent.sh, answers up to a token. What no shell tells is unknown."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Sequence
from shlex import quote

from serai.host.reach.contract import NEEDS_PYTHON, Entry, Kind, Questions, Snapshot
from serai.host.reach.remote import ANSWERS, FILE_LIMIT, SURVEY, Explain, Remote
from serai.host.reach.wire import Wire
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

OUTPUT_LIMIT = 1 << 27
NOT_THERE, REFUSED, HELD = 1, 2, 3
"""Exit codes of the functions in agent.sh."""
ENDED = (124, 143)
"""Exit codes of timeout(1), of GNU and of busybox."""
KERNEL = (b"/proc/", b"/sys/")
_KINDS = {0x8000: Kind.FILE, 0x4000: Kind.DIRECTORY, 0xA000: Kind.LINK}
_ERRNO = {os.strerror(number): number for number in errno.errorcode}


class ShellRemote(Remote):
    def __init__(self, name: str, wire: Wire, explain: Explain) -> None:
        super().__init__(name, wire, explain)
        token = os.urandom(16).hex()
        self._mark = f"\n{token} ".encode()
        wire.send(f"{token}\n".encode(), ANSWERS)

    def _call(self, *words: str, budget: float = ANSWERS) -> tuple[int, bytes]:
        """The exit code, and all that it said."""
        line = " ".join(map(_word, words)).encode(errors="surrogateescape")

        def ask() -> tuple[int, bytes]:
            self._wire.send(line + b"\n", budget)
            data = self._wire.until(self._mark, OUTPUT_LIMIT, budget)
            code = self._wire.until(b"\n", 16, budget)
            if not code.isdigit():
                raise self._wire.lost("its answer makes no sense")
            return int(code), data

        return self._exchange(ask)

    def _did(self, path: str, *words: str) -> bytes | None:
        """What it said; None: nothing is there. Raises OSError."""
        code, data = self._call(*words)
        if code == NOT_THERE:
            return None
        if code != 0:
            why = data.decode(errors="replace").rstrip("\n").rpartition("\n")[2] or f"exit code {code}"
            raise OSError(_ERRNO.get(why, errno.EIO), why, path)
        return data

    def read(self, path: str) -> bytes | None:
        data = self._did(path, "s_read", path, str(FILE_LIMIT + 1))
        if data is not None and len(data) > FILE_LIMIT:
            raise OSError(errno.EFBIG, f"it is larger than {FILE_LIMIT} bytes", path)
        return data

    def names(self, path: str) -> list[str] | None:
        data = self._did(path, "s_names", path)
        return None if data is None else _strings(data)

    def has(self, path: str) -> bool:
        return self._call("s_has", path)[0] == 0

    def entry(self, path: str) -> Entry | None:
        data = self._did(path, "s_entry", path)
        if data is None:
            return None
        found = re.fullmatch(rb"([0-9a-f]+) (\d+) (\d+)\s*", data)
        if found is None:
            raise OSError(errno.EIO, "stat there says something else", path)
        mode = int(found[1], 16)
        return Entry(_KINDS.get(mode & 0xF000, Kind.OTHER), mode & 0o7777, int(found[2]), int(found[3]))

    def target(self, path: str) -> str:
        return _text(self._did(path, "s_target", path) or b"").removesuffix("\n")

    def program(self, name: str) -> str:
        found = _text(self._call("s_program", name)[1]).strip()
        return found if found.startswith("/") else ""

    def ask(self, question: str, about: str = "") -> str:
        from serai.host.facts.source import Unknown

        code, data = self._call("s_ask", question, about)
        said = data.decode(errors="replace").strip()
        if code != 0:
            raise Unknown(said or NEEDS_PYTHON, f"{question} {about}".strip())
        return said

    def gather(
        self, files: Sequence[str], names: Sequence[str], links: Sequence[str], questions: Questions
    ) -> Snapshot:
        """Files without a zero byte; links are asked for one by one."""
        listed = _listed(self._call("s_gather", "names", *names, budget=SURVEY)[1])
        read = _grepped(self._call("s_gather", "files", *files, budget=SURVEY)[1])
        return Snapshot(files=read, names=listed)

    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 600) -> Result:
        began = time.monotonic()
        words = ["s_run", str(max(1, round(timeout))), escaped((input or "").encode()), *argv]
        code, data = self._call(*words, budget=timeout + ANSWERS)
        out, mark, err = data.rpartition(self._mark.rstrip() + b"-err\n")
        if code == 127 and not mark:
            raise SeraiError(Code.MISSING, f"{self.name}: the program {argv[0]} is not installed")
        if code in ENDED and time.monotonic() - began >= timeout:
            raise SeraiError(Code.TIMEOUT, f"{self.name}: {argv[0]} did not end within {timeout:g} s")
        return Result(argv, code, out.decode(errors="replace"), err.decode(errors="replace"))

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        self._did(path, "s_write", path, f"{mode:o}", str(uid), str(gid), escaped(data))

    def put(self, path: str, text: str) -> None:
        self._did(path, "s_put", path, escaped(f"{text}\n".encode()))

    def make_directory(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        self._did(path, "s_make_directory", path, f"{mode:o}", str(uid), str(gid))

    def link(self, path: str, target: str) -> None:
        self._did(path, "s_link", path, target)

    def remove(self, path: str) -> None:
        self._did(path, "s_remove", path)

    def _take_lock(self, path: str, note: str) -> str:
        code, data = self._call("s_lock", path, note)
        said = _text(data).strip()
        if code == HELD:
            return said or "another process"
        if code != 0:
            raise SeraiError(
                Code.UNSUPPORTED if "needs" in said else Code.FAILED,
                f"{self.name}: the lock {path} cannot be taken: {said}",
                hint="changes are made by root, where Python or flock is",
            )
        return ""

    def _free_lock(self, path: str) -> None:
        self._call("s_unlock", path)


def escaped(data: bytes) -> str:
    """As printf's %b reads it back."""
    return "".join(chr(each) if chr(each).isalnum() and each < 128 else f"\\0{each:03o}" for each in data)


def _word(text: str) -> str:
    """As the agent's shell reads it, on one line."""
    return '"$line_end"'.join(map(quote, text.split("\n"))) if "\n" in text else quote(text)


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _strings(data: bytes) -> list[str]:
    return [_text(each) for each in data.split(b"\0") if each]


def _listed(data: bytes) -> dict[str, list[str]]:
    """Of `PATH NAME… (empty)` for each directory, each word ended by a zero byte."""
    found: dict[str, list[str]] = {}
    words = [_text(each) for each in data.split(b"\0")]
    path = ""
    for word in words:
        if not word:
            path = ""
        elif not path:
            path = word
            found[path] = []
        else:
            found[path].append(word)
    return found


def _grepped(data: bytes) -> dict[str, bytes]:
    """Of the paths, each ended by a zero byte, another one, their sizes as wc tells them, one more, and then
    `PATH:line` for each line of each file. Whether its last line ends is seen by the size; the kernel's files have
    none, and their lines end."""
    head, _, rest = data.partition(b"\0\0")
    told, _, body = rest.partition(b"\0")
    sizes = {
        path: int(size) for size, _, path in (line.strip().partition(b" ") for line in told.split(b"\n")) if path
    }
    found: dict[str, bytes] = {}
    lines = iter(body.split(b"\n"))
    line = next(lines, b"")
    for path in head.split(b"\0"):
        mark, parts = path + b":", []
        while line.startswith(mark):
            parts.append(line[len(mark) :])
            line = next(lines, b"")
        content = b"\n".join(parts) + b"\n"
        if not path.startswith(KERNEL):
            content = content[: sizes.get(path, 0)]
        if parts and (path.startswith(KERNEL) or len(content) == sizes.get(path)):
            found[_text(path)] = content
    return found
