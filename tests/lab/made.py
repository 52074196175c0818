"""The lab's image, made where there is none of its content yet, and kept."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from pathlib import Path

from lab import image as images
from lab.image import LabImage
from lab.machine import answer
from lab.topologies import PLAIN

PROGRAMS = ("qemu-system-x86_64", "qemu-img", "mmdebstrap", "ssh", "ssh-keygen", "mke2fs", "sfdisk", "mformat")
"""What it needs; and root."""


def ready(cache: Path) -> LabImage:
    """Minutes, once. Two that ask at a time: the second waits."""
    place = cache / f"lab-{images.digest()}"
    with (cache / "lab.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            work = Path(tempfile.mkdtemp(dir=cache, prefix="lab-work-"))
            try:
                _make(work)
                work.rename(place)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return images.files_of(place)


def _make(work: Path) -> None:
    images.make_root(work)
    image, first = images.files_of(work), work / "first"
    images.app_disk(image, work / "app.ext4")
    said = answer(
        image, first, work / "app.ext4", images.FINISH, devices=PLAIN, disk=work / "disk.raw", budget=900
    )
    assert "LAB-MADE" in said, said
    shutil.rmtree(first)
    (work / "app.ext4").unlink()
    images.finished(work)
