"""adopt: a lost project gets its file again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

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
    (listed,) = json.loads(serai("adopt", "--json").stdout)["projects"]
    assert (listed["project"], listed["machines"]) == ("shop", ["db", "web-1", "web-2"])
    assert "serai adopt --json" in serai("adopt", "shop", "--json", code=64).stderr
    serai("adopt", "shop")
    assert set(serai.states().values()) == {"ready"}
    assert "nothing to do" in serai("plan").stdout
    serai("destroy", "-y")


THEIRS = """
<node><domain type='test'><name>inn</name><memory unit='MiB'>64</memory><os><type>hvm</type></os>
<devices><sound model='ich9'/></devices></domain></node>"""


def test_a_domain_of_others_is_listed_and_adopted(serai: Any, tmp_path: Path) -> None:
    pytest.importorskip("libvirt", reason="needs libvirt-python")
    node = tmp_path / "node.xml"
    node.write_text(THEIRS)
    serai.root.mkdir()
    uri = {"LIBVIRT_DEFAULT_URI": f"test://{node}"}

    assert "a domain of another program" in serai("adopt", env=uri).stdout
    assert [each["name"] for each in json.loads(serai("adopt", "--json", env=uri).stdout)["domains"]] == ["inn"]
    said = serai("adopt", "inn", env=uri).stderr
    assert "written from domain inn, which is machine inn now" in said
    assert '<sound model="ich9" />' in said
    assert "size: 64MiB" in (serai.root / "serai.yaml").read_text()
