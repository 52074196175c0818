"""A workspace of pretended machines, without a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from serai.providers.contract import Scope
from serai.run.workspace import Workspace
from serai.spec.machine import Machine, Project

Pretend = Callable[..., Workspace]


@pytest.fixture
def pretend(home: Path, tmp_path: Path) -> Pretend:
    """`pretend(Machine(name="web"), …)`: a workspace with these machines on the provider fake."""

    def make(*machines: Machine) -> Workspace:
        import msgspec

        placed = {m.name: msgspec.structs.replace(m, provider="fake") for m in machines}
        scope = Scope(project="shop", project_id="1", root=tmp_path, home=home / "projects" / "shop-1")
        return Workspace(Project(project="shop", machines=placed), tmp_path / "serai.yaml", scope)

    return make
