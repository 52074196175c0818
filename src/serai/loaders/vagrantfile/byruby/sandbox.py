"""Where the real Ruby runs: in bubblewrap, with the project and little else to see; without it, by consent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from serai.loaders.access import UNSANDBOXED
from serai.util.errors import Code, SeraiError
from serai.util.process import run

SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
"""Where they are not parts of /usr."""
SETTINGS = (
    *("alternatives", "ca-certificates", "debian_version", "group", "hostname", "hosts", "ld.so.cache"),
    *("ld.so.conf", "ld.so.conf.d", "localtime", "lsb-release", "machine-info", "nsswitch.conf", "os-release"),
    *("passwd", "redhat-release", "ruby", "timezone"),
)
"""What of /etc is seen: names that everybody may know. No keys, no addresses of services."""
EMPTY = ("/tmp", "/var/tmp", "/run")
"""Sockets of daemons lie in /run: what can speak to docker's is root."""
ROOM = 64 << 20
"""Bytes that each empty directory holds: it is memory."""


class Bounds(msgspec.Struct, frozen=True):
    """How much a real Ruby may use. `memory` (of each process) and `file` in bytes, `printed` in characters.
    `processes` counts in the sandbox alone, and not for root: the kernel does not bound root's."""

    seconds: float = 60
    cpu: int = 30
    memory: int = 1 << 30
    file: int = 64 << 20
    processes: int = 64
    printed: int = 1 << 20

    def limits(self, sandboxed: bool) -> dict[str, int]:
        """By the names of setrlimit(2)."""
        shared = {"CPU": self.cpu, "AS": self.memory, "FSIZE": self.file, "CORE": 0}
        return shared | ({"NPROC": self.processes} if sandboxed else {})


def interpreter(environ: Mapping[str, str]) -> str:
    """The path of ruby. Raises MISSING."""
    found = shutil.which("ruby", path=environ.get("PATH"))
    if found is None:
        raise SeraiError(
            Code.MISSING, "--ruby: the program ruby is not installed", hint="apt install ruby, or leave --ruby out"
        )
    return found


def own_places(ruby: str) -> tuple[str, list[str]]:
    """The program itself, and directories that it needs besides /usr: a Ruby in a home is made of many."""
    if Path(ruby).resolve().is_relative_to("/usr"):
        return ruby, []
    asked = "puts RbConfig.ruby, RbConfig::CONFIG['prefix'], *Gem.path"
    program, *places = run([ruby, "-e", asked], timeout=20).stdout.splitlines()
    return program, [place for place in places if Path(place).is_dir()]


def in_bubblewrap(bwrap: str, project: Path, cwd: Path, places: Iterable[str], *, sized: bool = True) -> list[str]:
    """The words before a command. `places` are seen as they are, read-only, like the project."""
    mounts: dict[str, list[str]] = {"/proc": ["--proc", "/proc"], "/dev": ["--dev", "/dev"]}
    for name in EMPTY:
        mounts[name] = [*(["--size", str(ROOM)] if sized else []), "--tmpfs", name]
    mounts["/usr"] = ["--ro-bind", "/usr", "/usr"]
    for name in SYSTEM:
        if Path(name).is_symlink():
            mounts[name] = ["--symlink", str(Path(name).readlink()), name]
        elif Path(name).is_dir():
            mounts[name] = ["--ro-bind", name, name]
    for name in (f"/etc/{part}" for part in SETTINGS):
        mounts[name] = ["--ro-bind-try", name, name]
    for name in (*places, str(project)):
        mounts[name] = ["--ro-bind-try", name, name]
    if not cwd.is_relative_to(project):
        mounts.setdefault(str(cwd), ["--dir", str(cwd)])
    words = [word for name in sorted(mounts, key=lambda name: len(Path(name).parts)) for word in mounts[name]]
    return [
        *(bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *words,
        *("--remount-ro", "/", "--remount-ro", "/dev", "--chdir", str(cwd)),
    ]


def sandbox(project: Path, cwd: Path, places: Sequence[str], environ: Mapping[str, str]) -> list[str] | None:
    """The words of a sandbox that works here; None where there is none, or the kernel forbids it."""
    bwrap = shutil.which("bwrap", path=environ.get("PATH"))
    if bwrap is None or project == Path("/"):
        return None
    for sized in (True, False):  # bubblewrap has --size since 0.7
        words = in_bubblewrap(bwrap, project, cwd, places, sized=sized)
        if run([*words, "true"], check=False, timeout=20).ok:
            return words
    return None


def consent(path: Path, ruby: str, word: str, ask: Callable[[str], bool] | None) -> None:
    """Somebody wants the file run without a sandbox, or REFUSED is raised."""
    if word == UNSANDBOXED:
        return
    try:
        owner = path.owner()
    except (KeyError, OSError):
        owner = "somebody unknown"
    question = (
        f"{path}, a file of {owner}, would be run by {ruby} without a sandbox, with all your rights. Run it?"
    )
    if ask is not None and ask(question):
        return
    raise SeraiError(
        Code.REFUSED,
        f"--ruby: {path.name} is not run without a sandbox, and bubblewrap is not here or not allowed to make one",
        hint=f"apt install bubblewrap, or trust the file: SERAI_RUBY={UNSANDBOXED} serai up",
    )


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the file finds in ENV: all of it, but for what would make Ruby itself run other code."""
    return {name: value for name, value in environ.items() if name not in ("RUBYOPT", "RUBYLIB", "LD_PRELOAD")} | {
        "PATH": environ.get("PATH", os.defpath)
    }
