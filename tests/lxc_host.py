"""A host for containers of LXC: root, LXC itself, and a bridge, made for the tests where none is there.

Several runs of the tests share one host: each looks at what is its own project's, has subnets that no other run
has, and takes the bridge away only as the last that used it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest
import yaml

from person import Serai
from serai.providers import bridges
from serai.providers.contract import Scope
from serai.providers.lxc.place import prefix
from serai.run.scope import records, scope_of
from serai.spec.network import Network
from serai.util.process import run

CONTAINERS = Path("/var/lib/lxc")
NET = Path("/sys/class/net")
MADE = "made-by-the-tests"
"""Alias of a bridge that goes again."""
LOCK = Path("/tmp/serai-tests-lxc.lock")
OCTETS = f"10.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}"
"""Three numbers of an address that containers of this run alone have."""


@contextmanager
def user_of_the_bridge() -> Iterator[Callable[[], bool]]:
    """While inside, this run is one that uses it; what is given tells at the end whether it is the last."""
    with LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)

        def last() -> bool:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            return False

        yield last


def alias(bridge: str) -> str:
    with suppress(OSError):
        return (NET / bridge / "ifalias").read_text().strip()
    return ""


@pytest.fixture(scope="session")
def lxc_bridge(need: Callable[..., None]) -> Iterator[str]:
    """lxcbr0 or virbr0, whichever is there; else one that goes again."""
    need("lxc-create", "busybox", "ip", root=True)
    with user_of_the_bridge() as is_last:
        found = next((name for name in bridges.UPLINKS if bridges.there(name)), "")
        if not found:
            found = "lxcbr0"
            run(["ip", "link", "add", "name", found, "type", "bridge"], check=False)  # another run may be first
            run(["ip", "link", "set", "dev", found, "alias", MADE])
            run(["ip", "address", "replace", "10.0.3.1/24", "dev", found])
            run(["ip", "link", "set", "dev", found, "up"])
        yield found
        if alias(found) == MADE and is_last():
            run(["ip", "link", "delete", "dev", found], check=False)


def networks_of(stated: object, key: object = None) -> Iterator[str]:
    """Names of the private networks in a project file, wherever it names them."""
    if key == "private" and isinstance(stated, str):
        yield stated
    elif isinstance(stated, dict):
        if key == "private":
            yield str(stated.get("network"))
        elif key == "networks":
            yield from map(str, stated)
        for inner, value in stated.items():
            yield from networks_of(value, inner)
    elif isinstance(stated, list):
        for each in stated:
            yield from networks_of(each, key if key == "private" else None)


class Traces:
    """What containers of a project, and of copies beside it, may leave: directories, bridges, mounts, groups."""

    def __init__(self, serai: Serai) -> None:
        self.serai = serai
        self.bridges: set[str] = set()

    def scopes(self) -> list[Scope]:
        """The project's own, and of all that are kept in its SERAI_HOME."""
        named = [(record.project, Path(record.root)) for _, record in records()]
        return [scope_of(project, root) for project, root in {("shop", self.serai.root.resolve()), *named}]

    def look(self) -> set[str]:
        """The directories of its containers; their bridges are remembered."""
        owned = [path for scope in self.scopes() for path in CONTAINERS.glob(f"*{prefix(scope)}*")]
        for path in owned:
            with suppress(OSError, msgspec.DecodeError):
                self.bridges |= set(msgspec.json.decode((path / "serai.json").read_bytes()).get("bridges", ()))
        return {path.name for path in owned}

    def of_the_file(self) -> set[str]:
        """Bridges of the networks that the project's file names now."""
        with suppress(OSError, yaml.YAMLError):
            stated = set(networks_of(yaml.safe_load((self.serai.root / "serai.yaml").read_text())))
            return {bridges.bridge_of(scope, name, Network()) for scope in self.scopes() for name in stated}
        return set()

    def left(self) -> set[str]:
        """What is there of them."""
        prefixes = [prefix(scope) for scope in self.scopes()]
        directories = self.look()
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        groups = [path for start in prefixes for path in Path("/sys/fs/cgroup").rglob(f"lxc.*{start}*")]
        return {
            *(f"directory {name}" for name in directories),
            *(f"bridge {name}" for name in self.bridges | self.of_the_file() if (NET / name).exists()),
            *(f"mount {place}" for place in mounts if any(f"{CONTAINERS}/{start}" in place for start in prefixes)),
            *(f"group {path}" for path in groups),
        }


@pytest.fixture
def boxes(lxc_bridge: str, serai: Serai, home: Path) -> Iterator[Serai]:
    """The command line in a project of containers, which leaves nothing behind."""
    traces = Traces(serai)
    yield serai
    traces.look()
    if (serai.root / "serai.yaml").exists():
        serai("destroy", "-y", "--force", code=None)
    left = traces.left()
    for name in left:  # so that one failure does not fail the tests after it
        if name.startswith("directory "):
            shutil.rmtree(CONTAINERS / name.removeprefix("directory "), ignore_errors=True)
    assert not left
