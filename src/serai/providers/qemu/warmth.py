"""How a machine that is made starts: from a template, so that it leaves one, or cold; and why.

Where the file says nothing, the first machine of a kind boots and is only noted, the second one leaves the
template, all later ones start from it: what is made once pays nothing for the others. What serai keeps unasked
takes a tenth of the disk at most; what was not used for the longest time goes first.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import msgspec

from serai.providers.contract import Image, Materials, Scope
from serai.providers.kept import SWITCH, Warmth, may_be_warm
from serai.providers.qemu import template, warm
from serai.providers.qemu.template import Template
from serai.spec.machine import Machine
from serai.util.files import private_dir
from serai.util.units import human_size

SEEN = ".seen"
"""Below the templates: an empty file for each kind of which there was a machine that left none."""
FORGOTTEN = 90 * 24 * 3600.0
"""Seconds after which a kind that was seen counts as new: kernels and images have changed since."""
SHARE = 10
"""Of the disk, the part that templates which nobody asked for may take, and that must stay free beside them."""


class Choice(msgspec.Struct, frozen=True):
    """What was found for one machine."""

    why: str
    kind: str = ""
    """Empty: it starts cold in any case."""
    known: Template | None = None
    """The template that it starts from."""
    leaves: bool = False
    """It leaves one, when it is ready."""


def choose(scope: Scope, machine: Machine, image: Image | None, materials: Materials) -> Choice:
    """Look, and make or change nothing."""
    if not may_be_warm(machine):
        return Choice("warm is false" if machine.warm is False else f"{SWITCH} is off")
    if image is None:
        return Choice("image: there is nothing that would be ready")
    if machine.warm is None and not image.built:
        return Choice(f"image: {image.reference} is none that serai built (warm: true starts it so all the same)")
    key, reason = warm.why_not(machine, image)
    if key:
        return Choice(f"{key}: {reason}")
    kind = warm.kind(scope, machine, image, materials)
    known = template.of_kind(kind)
    if known is not None and not template.whole(known):
        return Choice(
            f"from a template kept {time.strftime('%Y-%m-%d %H:%M', time.localtime(known.at))}", kind, known
        )
    if machine.warm is None:
        if not _mark(scope, machine, image, materials).exists():
            return Choice("the first of its kind", kind)
        if why := no_room(machine):
            return Choice(why, kind)
    return Choice("it leaves the template for the next of its kind", kind, leaves=True)


def expected(scope: Scope, machine: Machine, materials: Materials) -> Warmth:
    """The same in words, for a plan."""
    image = materials.image
    if image is not None and materials.layer is not None:
        image = msgspec.structs.replace(image, layer=materials.layer.id)
    found = choose(scope, machine, image, materials)
    return Warmth(found.known is not None, found.why)


def note(scope: Scope, machine: Machine, image: Image | None, materials: Materials) -> None:
    """One has booted, and was ready: the next of its kind leaves a template."""
    found = choose(scope, machine, image, materials)
    if machine.warm is None and found.kind and found.known is None:
        assert image is not None
        mark = _mark(scope, machine, image, materials)
        private_dir(template.root())
        private_dir(mark.parent)
        mark.touch()
        before = time.time() - FORGOTTEN
        for old in mark.parent.iterdir():
            if old.stat().st_mtime < before:
                old.unlink(missing_ok=True)


def _mark(scope: Scope, machine: Machine, image: Image, materials: Materials) -> Path:
    """It outlives the project's key, which goes with the last machine."""
    keyless = msgspec.structs.replace(materials, public_keys=())
    return template.root() / SEEN / warm.kind(scope, machine, image, keyless)


def no_room(machine: Machine) -> str:
    """Why its memory is not kept unasked, or an empty string."""
    disk = shutil.disk_usage(_there(template.root()))
    size, share = machine.memory.size, disk.total // SHARE
    if size > share:
        return f"its memory would take more than a tenth of the disk ({human_size(disk.total)})"
    if disk.free - size < share:
        return f"the disk has only {human_size(disk.free)} free"
    return ""


def make_room(machine: Machine) -> None:
    """Drop the longest unused of those that nobody asked for, until its own is within their share."""
    share = shutil.disk_usage(_there(template.root())).total // SHARE
    with template.held(changing=True):
        unasked = [each for each in template.all_of_them() if not each.asked]
        unasked.sort(key=lambda each: template.last_used(each.key))
        taken = sum(template.size(each.key) for each in unasked)
        for each in unasked:
            if taken + machine.memory.size <= share:
                break
            taken -= template.size(each.key)
            template.drop(each.key)


def _there(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())
