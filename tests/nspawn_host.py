"""A host for containers of systemd-nspawn: a root filesystem of busybox, and what may be left of containers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from lxc_host import NET, OCTETS, networks_of
from person import Serai
from serai.providers import bridges
from serai.providers.nspawn.groups import mounts
from serai.providers.nspawn.place import MACHINES, SETTINGS, UNITS, prefix, state_root
from serai.run.scope import scope_of
from serai.spec.network import Network

__all__ = ["OCTETS", "NspawnTraces"]
LINKS = (
    "sh",
    "ls",
    "cat",
    "id",
    "ip",
    "ps",
    "sleep",
    "httpd",
    "wget",
    "ping",
    "hostname",
    "mkdir",
    "touch",
    "env",
)


def busybox_root(place: Path) -> Path:
    """A root filesystem with nothing but busybox, which is also its init."""
    for name in ("bin", "sbin", "usr/bin", "etc", "proc", "sys", "dev", "run", "tmp", "var", "root", "srv"):
        (place / name).mkdir(parents=True)
    program = shutil.which("busybox")
    assert program
    shutil.copy(program, place / "bin" / "busybox")
    for name in (*LINKS, "mknod", "grep", "tr", "true", "chmod", "tar", "rm", "dd"):
        (place / "bin" / name).symlink_to("busybox")
    (place / "sbin" / "init").symlink_to("../bin/busybox")
    (place / "etc" / "os-release").write_text("ID=busybox\n")
    (place / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000::/tmp:/bin/sh\n")
    (place / "etc" / "group").write_text("root:x:0:\nanna:x:1000:\n")
    return place


@pytest.fixture
def busybox_tree(need: Callable[..., None], tmp_path: Path) -> Path:
    need("systemd-nspawn", "busybox", "ip", root=True)
    return busybox_root(tmp_path / "busybox")


class NspawnTraces:
    """What containers of a project may leave: directories, settings, units, namespaces, bridges, groups."""

    def __init__(self, serai: Serai) -> None:
        self.serai = serai

    def left(self) -> set[str]:
        scope = scope_of("shop", self.serai.root.resolve())
        start = prefix(scope)
        second, first = mounts()
        groups = [path for top in {second, *first.values()} for path in Path(top).rglob(f"*{start}*")]
        stated = set(networks_of(yaml.safe_load((self.serai.root / "serai.yaml").read_text())))
        places = (MACHINES, state_root(), SETTINGS, UNITS)
        return {
            *(str(path) for top in places for path in Path(top).glob(f"*{start}*")),
            *(str(path) for path in Path("/run/netns").glob(f"{start}*")),
            *(str(path) for path in Path("/run/systemd/nspawn/propagate").glob(f"{start}*")),
            *(str(path) for path in groups),
            *(each for name in stated if (NET / (each := bridges.bridge_of(scope, name, Network()))).exists()),
        }


@pytest.fixture
def cells(busybox_tree: Path, lxc_bridge: str, serai: Serai, home: Path) -> Iterator[Serai]:
    """The command line in a project of containers of systemd-nspawn, which leaves nothing behind."""
    yield serai
    if (serai.root / "serai.yaml").exists():
        serai("destroy", "-y", "--force", code=None)
        left = NspawnTraces(serai).left()
        for path in left:  # so that one failure does not fail the tests after it
            if path.startswith(MACHINES):
                shutil.rmtree(path, ignore_errors=True)
        assert left == set(), os.linesep.join(sorted(left))
