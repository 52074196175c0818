"""Hosts elsewhere, for tests: each agent on a shell of this machine, with few programs as a small host has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from serai.host.reach.remote import Remote, start
from serai.host.reach.wire import Lost
from serai.util.errors import Code, SeraiError
from serai.util.process import run

TOOLS = (
    *("id", "head", "ls", "stat", "readlink", "grep", "cat", "chmod", "chown", "mv", "rm", "rmdir", "mkdir", "ln"),
    *("sync", "df", "sed", "hostname", "flock", "timeout", "sleep", "dmesg", "env", "sh", "true", "wc"),
)
OLD_PYTHON = Path("~/.pyenv/versions/3.6.15/bin/python3.6").expanduser()


def explain(lost: Lost) -> SeraiError:
    return SeraiError(Code.NETWORK, f"there: {lost.why}", details=[lost.said] if lost.said else [])


def shell(folder: Path, kind: str) -> list[str]:
    """A /bin/sh with what that kind of host has: `python`, `old-python`, `dash`, `busybox`."""
    folder.mkdir(exist_ok=True)
    if kind == "busybox":
        busybox = str(shutil.which("busybox"))
        applets = run([busybox, "--list"]).stdout.split()
        links = {name: busybox for name in TOOLS if name in applets}
    else:
        links = {name: shutil.which(name) for name in TOOLS}
    if kind == "python":
        return ["/bin/sh"]
    if kind == "old-python":
        if not OLD_PYTHON.exists():
            pytest.skip("only where there is a Python 3.6")
        links["python3"] = str(OLD_PYTHON)
    for name, path in links.items():
        if path:
            (folder / name).symlink_to(path)
    program = [str(shutil.which("busybox")), "sh"] if kind == "busybox" else ["/bin/dash"]
    return ["env", "-i", f"PATH={folder}", *program]


@pytest.fixture(params=["python", "old-python", "dash", "busybox"])
def there(request: pytest.FixtureRequest, tmp_path: Path, need) -> Iterator[Remote]:
    """Each kind of host, one after the other."""
    need("busybox", "dash")
    argv = shell(tmp_path / "bin", request.param)
    reach = start("there", argv, explain)
    reach.argv = argv  # type: ignore[attr-defined] # for a second one
    yield reach
    reach.close()


def pid_of(reach: Remote) -> int:
    return reach._wire._process.pid


def cut(reach: Remote) -> None:
    """End the other side at once, with all that it has started."""
    for pid in [pid_of(reach), *below(pid_of(reach))]:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)


def below(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    with suppress(OSError):
        found = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [*found, *(each for child in found for each in below(child))]
    return []
