"""Images on a dom0 that is another host: pushed once for each digest, and gone with the last machine on them."""

from __future__ import annotations

import os
from pathlib import Path
from shlex import quote

from serai.providers.contract import Image, Progress
from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0
from serai.providers.xen.gather import DISK, INITRD, KERNEL, image_directory, image_part
from serai.spec.machine import Machine
from serai.util.locks import lock
from serai.util.paths import runtime
from serai.util.units import format_size

PUSH = 3600.0
"""Seconds for one file of an image."""


def ensure(dom0: Dom0, machine: Machine, image: Image, progress: Progress) -> None:
    """All of the image there. A file that is shorter or longer than ours was cut off, and is pushed again."""
    if not dom0.host:
        return
    parts = {DISK: image.disk, KERNEL: image.kernel, INITRD: image.initrd}
    wanted = {image_part(machine, image, part): file for part, file in parts.items() if file is not None}
    with lock(_lock(dom0, image), what=f"image {image.reference} on {dom0.name}", note="pushing it"):
        sizes = _sizes(dom0, list(wanted))
        for target, file in wanted.items():
            size = file.stat().st_size
            if sizes.get(target) == size:
                continue
            progress(f"pushing {image.reference} to {dom0.name}: {os.path.basename(target)}, {format_size(size)}")  # noqa: PTH119
            dom0.put(file, target, timeout=PUSH, mode="0644")


def _lock(dom0: Dom0, image: Image) -> Path:
    return runtime() / f"xen-{place.domain_word(dom0.name)}-{image.digest.rpartition(':')[2][:16]}.lock"


def _sizes(dom0: Dom0, files: list[str]) -> dict[str, int]:
    names = " ".join(map(quote, files))
    said = dom0.run(f"stat -c '%s %n' {names} 2>/dev/null; true").stdout
    rows = (line.partition(" ") for line in said.splitlines())
    return {name: int(size) for size, _, name in rows}


def release(digest: str) -> str:
    """Words of a shell that take an image away which no record names any more."""
    if not digest:
        return "true"
    here, short = quote(image_directory(digest)), digest.rpartition(":")[2][:16]
    named = f"grep -qs {quote(short)} {place.ROOT}/*/*/{place.RECORD}"
    return f"{named} || rm -rf {here}; rmdir {place.images()} 2>/dev/null; true"
