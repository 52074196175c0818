"""A scope of its own for each test, and the certainty that no QEMU outlives it; machines and sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from serai.providers.contract import Scope
from serai.providers.qemu.driver import Qemu
from serai.providers.qemu.features import Features
from serai.providers.qemu.site import Site
from serai.spec.machine import Machine
from serai.util import paths


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Probes are slow enough to be shared by the tests of one run."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def qemu(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Qemu]:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "cache").symlink_to(shared_cache)
    root = tmp_path / "project"
    root.mkdir()
    provider = Qemu(Scope(project="shop", project_id="t1", root=root, home=paths.home() / "projects" / "shop-t1"))
    yield provider
    for name in provider.observe():
        provider.destroy(name)
    assert living(tmp_path) == []


def living(place: Path) -> list[int]:
    """Processes that work in a directory below `place`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                where = str((entry / "cwd").readlink())
            except OSError:
                continue
            if where.startswith(f"{place}/home/"):
                found.append(int(entry.name))
    return found


class _Able:
    aio = frozenset({"threads", "native", "io_uring"})


@pytest.fixture
def able_aio() -> _Able:
    """As much of Features as the choice of aio looks at."""
    return _Able()


NOTHING: frozenset[str] = frozenset()


@pytest.fixture
def site_of() -> Callable[..., Site]:
    """A Site of fixed values, but for what is looked at: `site_of(accel="kvm")`."""
    able = Features(
        binary="qemu-system-x86_64",
        version="9.2.0",
        machines={},
        devices=NOTHING,
        objects=NOTHING,
        netdevs=NOTHING,
        stream_options=NOTHING,
        aio=NOTHING,
        cpus=NOTHING,
        sandbox=False,
        ninep=True,
        migrate_file=True,
        accels=NOTHING,
    )

    def make(**stated: Any) -> Site:
        values = {
            "features": able,
            "accel": "tcg",
            "arch": "amd64",
            "title": "shop/web",
            "uuid": "u",
            "root": "/p",
        }
        return Site(**{**values, **stated})

    return make


@pytest.fixture
def machine_of() -> Callable[..., Machine]:
    """`machine_of(cpu={"count": 2})`, as the loader makes it."""

    def make(**stated: Any) -> Machine:
        return msgspec.convert({"name": "web", **stated}, Machine)

    return make
