"""adopt: a lost project gets its file again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

SHOP = """
project: shop
defaults: {provider: fake}
machines:
  db: {provision: [{shell: "echo db", name: install}]}
  web: {count: 2, after: {db: provisioned}, networks: [{private: backend}]}
"""


def test_a_lost_project_is_adopted(serai: Any, tmp_path: Path) -> None:
    serai.file(SHOP)
    serai("up")
    shutil.rmtree(serai.root)
    serai.root = tmp_path / "found"
    serai.root.mkdir()
    assert "its directory is gone" in serai("adopt").stdout
    assert "shop" in serai("global-status").stdout
    serai("adopt", "shop")
    assert set(serai.states().values()) == {"ready"}
    assert "nothing to do" in serai("plan").stdout
    serai("destroy", "-y")
