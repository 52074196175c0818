"""A provider that comes by a real entry point: a package of one module, and its dist-info."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Plugin = Callable[..., None]

HEAD = """
from typing import Annotated
from msgspec import Meta
from serai.providers.fake.driver import Fake
from serai.spec.base import Duration, Size, Spec
from serai.spec.disk import Disk
"""
ACME = (
    HEAD
    + '''
class Boost(Spec, frozen=True):
    """How it is made faster."""

    burst: Annotated[Duration, Meta(description="so long")] = 5.0

class Options(Spec, frozen=True):
    """What only Acme has."""

    pool: Annotated[str, Meta(description="pool of the appliance", examples=["fast"])] = "default"
    cache: Annotated[Size, Meta(description="memory for its cache")] = 0
    weight: Annotated[int, Meta(ge=1, le=10, description="its share")] = 1
    boost: Annotated[Boost, Meta(description="bursts")] = Boost()
    scratch: Annotated[Disk | None, Meta(description="a disk of its own")] = None

class Acme(Fake):
    name = "acme"
    options = Options
'''
)
"""Declares the form of its block."""
FREE = HEAD + '\nclass Free(Fake):\n    name = "free"\n'
"""Declares none."""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugin]:
    """`plugin("acme", ACME)`: installs a provider, here and for programs that the test starts, until it ends."""
    site = tmp_path / "site"
    installed: list[str] = []

    def install(name: str, source: str, target: str = "") -> None:
        module = f"serai_{name}"
        about = site / f"{module}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        points = f"[serai.providers]\n{name} = {target or f'{module}:{name.title()}'}\n"
        (about / "entry_points.txt").write_text(points)
        (site / f"{module}.py").write_text(source)
        installed.append(module)
        monkeypatch.syspath_prepend(site)
        monkeypatch.setenv("PYTHONPATH", str(site))

    yield install
    for module in installed:
        sys.modules.pop(module, None)
