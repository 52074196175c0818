"""A project of its own on the real libvirtd, through the command line; it must leave no trace."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from person import Serai

URI = "qemu:///system"


def virsh(*words: str, check: bool = True) -> str:
    done = subprocess.run(["virsh", "-q", "-c", URI, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


class Shop:
    """`serai` with a project whose name nobody else has."""

    def __init__(self, serai: Serai, project: str) -> None:
        self.serai = serai
        self.project = project

    def __call__(self, *words: str, **more: object) -> subprocess.CompletedProcess[str]:
        return self.serai(*words, **{"timeout": 600, **more})  # type: ignore[arg-type]

    def file(self, machines: str) -> None:
        """The project file with these machines, each on libvirt and `tiny`."""
        defaults = "defaults: {provider: libvirt, image: tiny, memory: 192M, ready: {within: 8m}}"
        self.serai.file(f"project: {self.project}\n{defaults}\n{machines}")

    def inside(self, name: str, script: str) -> str:
        return self("ssh", name, "-c", script).stdout.strip()

    def domain(self, name: str) -> str:
        return f"{self.project}_{name}"

    def traces(self) -> list[str]:
        """All that libvirt has of the project: domains, volumes, firmware variables."""
        found = [each for each in virsh("list", "--all", "--name").split() if each.startswith(f"{self.project}_")]
        for pool in virsh("pool-list", "--name").split():
            virsh("pool-refresh", pool, check=False)
            lines = virsh("vol-list", pool, check=False).splitlines()
            found += [line for line in lines if line.strip().startswith(f"{self.project}-")]
        return found + [str(file) for file in Path("/var/lib/libvirt/qemu/nvram").glob(f"{self.project}_*")]


@pytest.fixture
def libvirt_shop(
    home_with_images: Path, serai: Serai, need: Callable[..., None], libvirtd: str, request: pytest.FixtureRequest
) -> Iterator[Shop]:
    need("ssh")
    shop = Shop(serai, f"c{os.getpid() % 100000}x{abs(hash(request.node.name)) % 1000}")
    yield shop
    shop("destroy", "-y", "--force", code=None)
    assert shop.traces() == []
