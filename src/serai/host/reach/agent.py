"""The other side of a Reach over SSH: does what is asked on one stream, answers on another, until the first ends.

Of the standard library alone, from Python 3.6 on: it is sent as text and runs from memory, nothing is left there.
A frame is two lengths, of 8 hex digits each, then JSON, then raw bytes: the content of files, what programs say.
"""

import errno
import fcntl
import glob
import json
import os
import select
import shutil
import signal
import stat
import subprocess
from typing import Any, Callable, Dict, List, Optional, Tuple

from serai.host.reach.questions import Unanswered, answer

HEADER = 16
FRAME_LIMIT = 1 << 28
"""Bytes of a request; more is no request of ours."""
OUTPUT_LIMIT = 1 << 24
"""Bytes kept of what a program says."""
SILENCE = 120.0
"""Seconds without a request after which a held lock is given back: the other side is gone."""
PLACES = ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin")
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
NOT_THERE = (FileNotFoundError, NotADirectoryError)

Asked = Dict[str, Any]
Told = Tuple[Any, bytes]


class Ended(Exception):
    """The other side is gone, or speaks no language of ours."""


class Busy(Exception):
    """Somebody else holds the lock."""


class Big(Exception):
    """More than was asked for."""


class Agent:
    """What the other side can ask for: each public name here."""

    def __init__(self) -> None:
        self.held = -1

    def read(self, asked: Asked, _: bytes) -> Told:
        try:
            data = whole(asked["path"], asked["limit"])
        except (*NOT_THERE, IsADirectoryError):
            return False, b""
        return True, data

    def names(self, asked: Asked, _: bytes) -> Told:
        try:
            return os.listdir(asked["path"]), b""
        except NOT_THERE:
            return None, b""

    def has(self, asked: Asked, _: bytes) -> Told:
        return os.path.lexists(asked["path"]), b""

    def entry(self, asked: Asked, _: bytes) -> Told:
        try:
            found = os.lstat(asked["path"])
        except NOT_THERE:
            return None, b""
        kind = KINDS.get(stat.S_IFMT(found.st_mode), "other")
        return [kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid], b""

    def target(self, asked: Asked, _: bytes) -> Told:
        path = asked["path"]
        return os.readlink(path) if os.path.islink(path) else "", b""

    def program(self, asked: Asked, _: bytes) -> Told:
        return shutil.which(asked["name"], path=search()) or "", b""

    def ask(self, asked: Asked, _: bytes) -> Told:
        return answer(asked["question"], asked["about"]), b""

    def gather(self, asked: Asked, _: bytes) -> Told:
        return gathered(asked)

    def run(self, asked: Asked, data: bytes) -> Told:
        return ran(asked["argv"], data if asked["input"] else None, asked["timeout"])

    def write(self, asked: Asked, data: bytes) -> Told:
        path = asked["path"]
        draft = beside(path)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                own(file.fileno(), asked)
                os.fchmod(file.fileno(), asked["mode"])
                os.fsync(file.fileno())
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
        return None, b""

    def put(self, asked: Asked, data: bytes) -> Told:
        handle = os.open(asked["path"], os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(handle, data)
        finally:
            os.close(handle)
        return None, b""

    def make_directory(self, asked: Asked, _: bytes) -> Told:
        os.mkdir(asked["path"])
        os.chmod(asked["path"], asked["mode"])
        own(asked["path"], asked)
        return None, b""

    def link(self, asked: Asked, _: bytes) -> Told:
        draft = beside(asked["path"])
        os.symlink(asked["target"], draft)
        os.replace(draft, asked["path"])
        return None, b""

    def remove(self, asked: Asked, _: bytes) -> Told:
        path = asked["path"]
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
        return None, b""

    def lock(self, asked: Asked, _: bytes) -> Told:
        """As util/locks.py has it: the kernel frees it when this process ends."""
        handle = os.open(asked["path"], os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        tries = asked["tries"]
        while not taken(handle):
            tries -= 1
            if tries <= 0:
                holder = os.pread(handle, 4096, 0).decode(errors="replace").strip()
                os.close(handle)
                raise Busy(holder or "another process")
            select.select([], [], [], 0.1)  # one whose connection is cut needs a moment to see it
        os.ftruncate(handle, 0)
        os.pwrite(handle, asked["note"].encode(), 0)
        self.held = handle
        return None, b""

    def unlock(self, asked: Asked, _: bytes) -> Told:
        if self.held >= 0:
            os.ftruncate(self.held, 0)
            os.close(self.held)
            self.held = -1
        return None, b""


def taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def whole(path: str, limit: int) -> bytes:
    """A file; a pipe or a device that has nothing to say does not stop us. Raises Big."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(handle, "rb", buffering=0) as file:
        parts: List[bytes] = []
        size = 0
        while True:
            part = file.read(1 << 16)
            if not part:
                return b"".join(parts)
            parts.append(part)
            size += len(part)
            if size > limit:
                raise Big(f"it is larger than {limit} bytes")


def gathered(asked: Asked) -> Told:
    """Many things at once. Files that cannot be read, or are large, are left out: they are asked for by name."""
    files: Dict[str, int] = {}
    parts: List[bytes] = []
    left = asked["total"]
    for path in spread(asked["files"]):
        try:
            data = whole(path, min(left, asked["limit"]))
        except (OSError, Big):
            continue
        files[path] = len(data)
        parts.append(data)
        left -= len(data)
    names, links, answers = {}, {}, []
    for path in spread(asked["names"]):
        try:
            names[path] = os.listdir(path)
        except OSError:
            continue
    for path in spread(asked["links"]):
        links[path] = os.readlink(path) if os.path.islink(path) else ""
    for question, about in asked["questions"]:
        try:
            answers.append([question, about, True, answer(question, about)])
        except Unanswered as error:
            answers.append([question, about, False, [error.why, error.read]])
    return {"files": files, "names": names, "links": links, "answers": answers}, b"".join(parts)


def spread(patterns: List[str]) -> List[str]:
    found: List[str] = []
    for pattern in patterns:
        found += sorted(glob.glob(pattern)) if glob.has_magic(pattern) else [pattern]
    return found


def search() -> str:
    """PATH, with the places of programs for root."""
    words = [*os.environ.get("PATH", "").split(":"), *PLACES]
    return ":".join(word for word in words if word.startswith("/"))


def ran(argv: List[str], data: Optional[bytes], budget: float) -> Told:
    """A program to its end; its first OUTPUT_LIMIT bytes of each stream. What it has started is ended with it."""
    path = shutil.which(argv[0], path=search())
    if path is None:
        return {"missing": argv[0]}, b""
    process = subprocess.Popen(
        [path, *argv[1:]],
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "LC_ALL": "C", "PATH": search()},
    )
    try:
        out, err = process.communicate(data, timeout=budget)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return {"timeout": budget}, b""
    out, err = out[:OUTPUT_LIMIT], err[:OUTPUT_LIMIT]
    return {"code": process.returncode, "out": len(out)}, out + err


def beside(path: str) -> str:
    """A new name in the same directory."""
    head, tail = os.path.split(path)
    return os.path.join(head, f".{tail}.{os.urandom(6).hex()}")


def own(place: "int | str", asked: Asked) -> None:
    if os.geteuid() == 0:
        os.chown(place, asked["uid"], asked["gid"])


def handled(agent: Agent, asked: Asked, data: bytes) -> Told:
    """The answer, or the refusal, as a value."""
    try:
        if not isinstance(asked.get("path", ""), str):
            raise TypeError("a path is text")  # a number would be one of our own streams
        act: Callable[[Asked, bytes], Told] = getattr(agent, asked["do"])
        value, raw = act(asked, data)
        return {"ok": value}, raw
    except OSError as error:
        return {"errno": error.errno or errno.EIO, "why": error.strerror or str(error)}, b""
    except Big as error:
        return {"errno": errno.EFBIG, "why": str(error)}, b""
    except Unanswered as error:
        return {"unknown": error.why, "read": error.read}, b""
    except Busy as error:
        return {"busy": str(error)}, b""
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        return {"wrong": f"{type(error).__name__}: {error}"}, b""


def take(source: int, size: int, wait: Optional[float] = None) -> bytes:
    """So many bytes. Raises Ended."""
    data = b""
    while len(data) < size:
        if wait is not None and not select.select([source], [], [], wait)[0]:
            raise Ended()
        part = os.read(source, min(size - len(data), 1 << 20))
        if not part:
            raise Ended()
        data += part
    return data


def request(source: int, wait: Optional[float]) -> Tuple[Asked, bytes]:
    head = take(source, HEADER, wait)
    try:
        sizes = [int(head[:8], 16), int(head[8:], 16)]
        if min(sizes) < 0 or max(sizes) > FRAME_LIMIT:
            raise Ended()
        asked = json.loads(take(source, sizes[0], wait).decode())
    except ValueError as error:
        raise Ended() from error
    if not isinstance(asked, dict):
        raise Ended()
    return asked, take(source, sizes[1], wait)


def tell(sink: int, value: Any, raw: bytes) -> None:
    head = json.dumps(value).encode()
    frame = memoryview(b"%08x%08x" % (len(head), len(raw)) + head + raw)
    while frame:
        frame = frame[os.write(sink, frame) :]


def serve(source: int, sink: int) -> None:
    """Until the other side is gone; a held lock goes with this process."""
    agent = Agent()
    try:
        while True:
            asked, data = request(source, SILENCE if agent.held >= 0 else None)
            tell(sink, *handled(agent, asked, data))
    except (Ended, BrokenPipeError):
        if agent.held >= 0:
            os.close(agent.held)
