"""What `serai init` writes loads, and states nothing but defaults, a forwarded port and the image."""

from __future__ import annotations

import pytest

from serai.loaders.template import template
from serai.loaders.write import to_data
from serai.loaders.yaml import load


@pytest.mark.parametrize("minimal", [True, False])
def test_it_loads(tmp_path, minimal):
    project = load(tmp_path / "serai.yaml", text=template(project="shop", minimal=minimal), environ={})

    assert (project.project, list(project.machines)) == ("shop", ["web"])


def test_the_values_it_shows_are_the_defaults(tmp_path):
    data = to_data(load(tmp_path / "serai.yaml", text=template(project="shop"), environ={}))

    assert data["machines"]["web"] == {
        "image": "tiny",
        "cpu": {"count": 1},
        "disks": {"root": {}},
        "networks": [{"forwarded_port": {"guest": 80, "host": 8080, "auto_correct": True}}],
        "primary": True,
    }
