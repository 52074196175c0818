"""A box of Debian for tests: made once of the image `debian:12`, without a start, and kept by content."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from serai.guest.generic import script
from serai.images import resolve
from serai.images.boxes import pack

SOURCES = ("images/builders", "images/boxes/pack.py", "guest/generic.py", "guest/known_key.py")
"""Of what hangs what is in the box."""


@contextmanager
def mounted(disk: Path, work: Path) -> Iterator[Path]:
    """The root file system of a raw disk, as the host sees it."""
    table = json.loads(subprocess.run(["sfdisk", "-J", disk], capture_output=True, text=True, check=True).stdout)
    largest = max(table["partitiontable"]["partitions"], key=lambda each: each["size"])
    root = work / "root"
    root.mkdir()
    subprocess.run(["mount", "-o", f"loop,offset={largest['start'] * 512}", disk, root], check=True)
    try:
        yield root
    finally:
        subprocess.run(["umount", root], check=True)


def raw_of(disk: Path, work: Path) -> Path:
    target = work / "disk.raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", disk, target], check=True)
    return target


@pytest.fixture
def debian_box(home_with_images: Path, test_cache: Path, tmp_path: Path, need: Callable[..., None]) -> Path:
    """The path of the box: what `serai package` does in a copy is done in its root here."""
    need("qemu-system-x86_64", "qemu-img", "ssh", "sfdisk", root=True)
    kept = test_cache / f"box-{_digest()}.box"
    if not kept.exists():
        _make(kept, tmp_path)
    return kept


def _digest() -> str:
    root = Path(__file__).parents[1] / "src/serai"
    total = sha256(Path(__file__).read_bytes())
    for source in SOURCES:
        for file in sorted((root / source).rglob("*.py")) if (root / source).is_dir() else [root / source]:
            total.update(file.read_bytes())
    return total.hexdigest()[:12]


def _make(kept: Path, work: Path) -> None:
    image = resolve.ensure("debian:12", progress=lambda _phrase: None)
    assert image.disk is not None
    disk = raw_of(image.disk, work)
    with mounted(disk, work) as root:
        (root / "etc/made").write_text("made\n")
        (root / "etc/ssh/sshd_config.d/00-box.conf").write_text("PasswordAuthentication yes\n")
        extra = "ssh-keygen -A >/dev/null"  # cloud-init would have made them
        words = ["chroot", root, "/bin/sh", "-ec", f"{script([])}\n{extra}"]
        told = subprocess.run(words, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
    packed = work / "box.qcow2"
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", disk, packed], check=True)
    disk.unlink()
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    pack.write(draft, pack.libvirt([packed], [image.virtual_size], {}), lambda _phrase: None)
    draft.rename(kept)
    packed.unlink()
    for other in kept.parent.glob("box-*.box"):
        if other != kept:
            other.unlink()
