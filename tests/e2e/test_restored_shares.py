"""Folders that a machine shares are there again when it goes back to a snapshot (VAG-13)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from guest_programs import with_libraries
from person import Serai
from serai.providers.qemu.companions import VIRTIOFSD

pytestmark = [pytest.mark.engine, pytest.mark.root, pytest.mark.slow, pytest.mark.timeout(900)]

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


@pytest.mark.long
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


BARE = """
project: shop
machines:
  web:
    image: tiny:generic
    memory: 256M
    provision:
      - file: {source: opt, destination: /opt/sshfs}
      - shell: printf '#!/bin/sh\\nexec /opt/sshfs/run "$@"\\n' >/usr/bin/sshfs; chmod 755 /usr/bin/sshfs
"""
SHARED = """\
    synced_folders: [{source: ./shared, target: /srv/shared, type: sshfs}]
"""


def test_a_machine_that_goes_on_from_a_snapshot_has_what_it_mounts_over_ssh(
    home_with_images: Path, serai: Serai, need: Callable[..., None]
) -> None:
    need("qemu-system-x86_64", "qemu-img", "ssh", "sshfs", "ldd", root=True)
    shared = serai.root / "shared"
    shared.mkdir(parents=True)
    with_libraries("sshfs", serai.root / "opt")
    serai.file(BARE)
    try:
        serai("up", timeout=600)
        serai.file(BARE + SHARED)
        serai("up", timeout=600)
        serai("snapshot", "save", "then")
        (shared / "file").write_text("written later\n")
        serai("exec", "web", "--", "touch /root/later")
        serai("snapshot", "restore", "then")
        script = "ls /root/later 2>/dev/null; cat /srv/shared/file; cp /etc/hostname /srv/shared"
        told = serai("exec", "web", "--", script)
        assert told.stdout == "written later\n"
        assert (shared / "hostname").read_text() == "web\n"
    finally:
        serai("destroy", "-y", code=None)
