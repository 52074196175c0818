"""Folders that are devices are there again when a snapshot is restored and the machine boots from it (VAG-13)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from person import Serai
from serai.providers.qemu.companions import VIRTIOFSD

pytestmark = [pytest.mark.engine, pytest.mark.long, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]

FILE = """
project: shop
machines:
  web:
    image: tiny:generic
    memory: 256M
    synced_folders:
      - {source: ./a, target: /srv/a, type: 9p}
      - {source: ./b, target: /srv/b, type: virtiofs}
"""


def test_a_machine_that_boots_from_a_snapshot_has_its_shares(
    home_with_images: Path, serai: Serai, need: Callable[..., None]
) -> None:
    need("qemu-system-x86_64", "qemu-img", "ssh", root=True)
    if not any(shutil.which(name) for name in VIRTIOFSD):
        pytest.skip("needs virtiofsd")
    for name in "ab":
        (serai.root / name).mkdir(parents=True)
        (serai.root / name / "file").write_text(f"of {name}\n")
    serai.file(FILE)
    try:
        serai("up", timeout=600)
        serai("halt")
        serai("snapshot", "save", "off")
        serai("up", timeout=600)
        serai("exec", "web", "--", "touch /root/later")
        serai("snapshot", "restore", "off", timeout=600)
        told = serai("exec", "web", "--", "ls /root/later 2>/dev/null; cat /srv/a/file /srv/b/file").stdout
        assert told == "of a\nof b\n"
        assert "nothing to do" in serai("plan").stdout
    finally:
        serai("destroy", "-y", code=None)
