"""A host for containers of LXC: root, LXC itself, and a bridge, made for the tests where none is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from person import Serai
from serai.providers.lxc import bridges
from serai.util.process import run

CONTAINERS = Path("/var/lib/lxc")
NET = Path("/sys/class/net")


@pytest.fixture(scope="session")
def lxc_bridge(need: Callable[..., None]) -> Iterator[str]:
    """lxcbr0 or virbr0, whichever is there; else one that goes again."""
    need("lxc-create", "busybox", "ip", root=True)
    found = next((name for name in bridges.UPLINKS if bridges.there(name)), "")
    if found:
        yield found
        return
    run(["ip", "link", "add", "name", "lxcbr0", "type", "bridge"])
    run(["ip", "address", "add", "10.0.3.1/24", "dev", "lxcbr0"])
    run(["ip", "link", "set", "dev", "lxcbr0", "up"])
    yield "lxcbr0"
    run(["ip", "link", "delete", "dev", "lxcbr0"], check=False)


class Traces:
    """What containers may leave: directories, bridges, cards on them, mounts, control groups."""

    def __init__(self, bridge: str) -> None:
        self.bridge = bridge
        self.before = self.seen()

    def seen(self) -> set[str]:
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        return {
            *(f"directory {path.name}" for path in CONTAINERS.glob("*serai-*")),
            *(f"card {path.name}" for path in NET.iterdir() if self.is_theirs(path)),
            *(f"mount {place}" for place in mounts if place.startswith(f"{CONTAINERS}/")),
            *(f"group {path}" for path in Path("/sys/fs/cgroup").rglob("lxc.*serai-*")),
        }

    def is_theirs(self, card: Path) -> bool:
        """A bridge of serai's, or a card on one or on the way out; those of other engines are on their own."""
        on = (card / "master").resolve().name if (card / "master").exists() else ""
        return card.name.startswith(bridges.OWN) or on == self.bridge or on.startswith(bridges.OWN)

    def left(self) -> set[str]:
        return self.seen() - self.before


@pytest.fixture
def boxes(lxc_bridge: str, serai: Serai, home: Path) -> Iterator[Serai]:
    """The command line in a project of containers, which leaves nothing behind."""
    traces = Traces(lxc_bridge)
    yield serai
    if (serai.root / "serai.yaml").exists():
        serai("destroy", "-y", "--force", code=None)
    left = traces.left()
    for name in left:  # so that one failure does not fail the tests after it
        if name.startswith("directory "):
            shutil.rmtree(CONTAINERS / name.removeprefix("directory "), ignore_errors=True)
    assert not left
