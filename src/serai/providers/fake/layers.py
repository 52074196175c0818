"""Layers of pretended machines, with `providers.fake.layers: true`: the log of commands stands for a disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from serai.images import layers
from serai.images.layers import Layer
from serai.providers import layering
from serai.providers.contract import Image, Materials
from serai.providers.kept import Keeping
from serai.spec.machine import Machine

PROVIDER = "fake"
DISK = "commands.log"


def base(machine: Machine, materials: Materials, root: Path) -> tuple[str, str]:
    """See the contract. Without the option nothing is said of it."""
    if not machine.providers.fake.layers:
        return "", ""
    image = Image(reference=machine.image or "", digest=machine.image or "")
    pretended = Materials(image=image, user=materials.user)
    return layering.digest(PROVIDER, machine, pretended, root), ""


def of(key: str) -> tuple[str, float] | None:
    """See the contract."""
    found = layers.find(key)
    return (found.id, found.at) if found else None


def start(layer: str, directory: Path) -> None:
    """What was done in the layer has been done in this machine."""
    shutil.copyfile(layers.place(layer) / DISK, directory / DISK)
    layers.touch(layer)


def keep(directory: Path, machine: Machine, kept: Keeping) -> Layer | None:
    """A copy of the log."""
    if not kept.fresh and layers.find(kept.key):
        return None
    below: Layer | None = kept.tip
    with layers.making(kept.key) as folder:
        shutil.copyfile(directory / DISK, folder / DISK)
        return layers.publish(
            folder,
            Layer(
                id="",
                key=kept.key,
                provider=PROVIDER,
                image=machine.image or "",
                image_digest="",
                blocks=kept.blocks,
                project=kept.project,
                parent=below.id if below else "",
                depth=below.depth + 1 if below else 1,
                at=0.0,
            ),
        )
