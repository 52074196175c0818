"""Another host over one connection: starts an agent there through stdin, and speaks to it.

With Python there the agent is agent.py; without, agent.sh, which cannot answer all. Both are sent as text, live in
memory, and end with the connection: nothing is installed or left there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib import resources
from shlex import quote
from typing import TypeVar

from serai.host.reach.contract import Entry, Questions, Snapshot
from serai.host.reach.wire import Lost, Wire
from serai.util.errors import Code, SeraiError
from serai.util.process import Result

STARTS = 60.0
"""Seconds for the login and the agent's first word: a person may have to type a passphrase."""
ANSWERS = 30.0
"""Seconds for an answer to what takes no time."""
SURVEY = 300.0
"""Seconds for what reads a whole host at once, hundreds of files: an emulated one may need over half a minute."""
FILE_LIMIT = 1 << 26
"""Bytes of a file that is read whole."""
BANNER = b"serai "
BANNER_LIMIT = 1 << 16
LOCKS = ("/run/lock", "/run")
LOCK = "serai-host.lock"
SENT = (
    "serai.util.bound",
    "serai.providers.probe_guest",
    "serai.host.reach.path_mtu",
    "serai.host.reach.questions",
    "serai.host.reach.agent",
)
"""Modules that are sent, each after those that it needs."""
BOOT = """
import sys
if sys.version_info < (3, 6): sys.exit(99)
try:
    import errno, fcntl, glob, json, os, select, shutil, signal, socket, stat, struct, subprocess, tempfile, time
    import types, zlib
except ImportError: sys.exit(99)
def take(size):
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part: sys.exit(0)
        data += part
    return data
os.write(1, b"serai python\\n")
for name in %r:
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(take(int(take(8), 16)), name, "exec"), module.__dict__)
sys.modules[name].serve(0, 1)
"""

T = TypeVar("T")
Explain = Callable[[Lost], SeraiError]
"""Makes the error for a person of what ended the connection."""


class Remote:
    """What both agents share; a Reach. One that was lost stays lost: each later call raises the same error."""

    live = True

    def __init__(self, name: str, wire: Wire, explain: Explain) -> None:
        self.name = name
        self._wire = wire
        self._explain = explain
        self._over: SeraiError | None = None
        self.round_trips = 0

    def missing(self, path: str) -> str:
        return ""

    def close(self) -> None:
        self._wire.close()

    def _exchange(self, ask: Callable[[], T]) -> T:
        if self._over is not None:
            raise self._over
        self.round_trips += 1
        try:
            return ask()
        except Lost as lost:
            self._over = self._explain(lost)
            raise self._over from lost
        except BaseException:  # an answer that nobody took would be that of the next question
            self._over = SeraiError(Code.INTERRUPTED, f"{self.name}: interrupted")
            self._wire.close()
            raise

    @contextmanager
    def _locked(self, note: str) -> Iterator[None]:
        path = next(f"{each}/{LOCK}" for each in LOCKS if self.has(each) or each == LOCKS[-1])
        holder = self._take_lock(path, note)
        if holder:
            raise SeraiError(
                Code.BUSY,
                f"the configuration of {self.name} is in use by {holder}",
                hint="wait for it to end, or stop it there",
            )
        try:
            yield
        finally:
            if self._over is None:
                with suppress(SeraiError):  # it is free when the connection is lost
                    self._free_lock(path)

    def lock(self, note: str) -> AbstractContextManager[None]:
        return self._locked(note)

    @abstractmethod
    def _take_lock(self, path: str, note: str) -> str: ...

    @abstractmethod
    def _free_lock(self, path: str) -> None: ...

    @abstractmethod
    def has(self, path: str) -> bool: ...

    @abstractmethod
    def read(self, path: str) -> bytes | None: ...

    @abstractmethod
    def names(self, path: str) -> list[str] | None: ...

    @abstractmethod
    def entry(self, path: str) -> Entry | None: ...

    @abstractmethod
    def target(self, path: str) -> str: ...

    @abstractmethod
    def run(self, argv: Sequence[str], *, input: str | None = None, timeout: float = 600) -> Result: ...

    @abstractmethod
    def program(self, name: str) -> str: ...

    @abstractmethod
    def ask(self, question: str, about: str = "") -> str: ...

    @abstractmethod
    def gather(
        self, files: Sequence[str], names: Sequence[str], links: Sequence[str], questions: Questions
    ) -> Snapshot: ...

    @abstractmethod
    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None: ...

    @abstractmethod
    def put(self, path: str, text: str) -> None: ...

    @abstractmethod
    def make_directory(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None: ...

    @abstractmethod
    def link(self, path: str, target: str) -> None: ...

    @abstractmethod
    def remove(self, path: str) -> None: ...


def start(name: str, argv: Sequence[str], explain: Explain) -> Remote:
    """A Reach over a program that gives the other side's /bin/sh, reading commands from stdin.

    Raises SeraiError, as `explain` words it.
    """
    from serai.host.reach.by_python import PythonRemote
    from serai.host.reach.by_shell import ShellRemote

    wire = Wire(argv)
    try:
        wire.send(_text("agent.sh") + f"main {quote(BOOT % (SENT,))}\n".encode(), STARTS)
        wire.until(BANNER, BANNER_LIMIT, STARTS)  # a login may say something of its own first
        kind = wire.until(b"\n", BANNER_LIMIT, STARTS)
        if kind == b"python":
            wire.send(b"".join(b"%08x" % len(text) + text for text in _modules()), ANSWERS)
            return PythonRemote(name, wire, explain)
        return ShellRemote(name, wire, explain)
    except Lost as lost:
        raise explain(lost) from lost
    except BaseException:
        wire.close()
        raise


def _text(file: str, package: str = "serai.host.reach") -> bytes:
    return resources.files(package).joinpath(file).read_bytes()


@cache
def _modules() -> list[bytes]:
    found = []
    for module in SENT:
        package, _, name = module.rpartition(".")
        found.append(_text(f"{name}.py", package))
    return found
