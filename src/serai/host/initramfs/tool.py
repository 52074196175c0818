"""The contract of a tool that makes the initramfs, and what all of them share."""

from __future__ import annotations

import re
from typing import Protocol

import msgspec

from serai.host.reach.contract import Reach
from serai.util.errors import Code, SeraiError

MODULES = ("/lib/modules", "/usr/lib/modules")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`modules` are in the image and loaded before any driver is picked; `files` are in it at their own paths."""

    name: str
    modules: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        return f"# Written by serai host tune {self.name}; serai host undo {self.name} removes it.\n"


class Part(msgspec.Struct, frozen=True):
    """One file of our own that the tool reads."""

    path: str
    text: str
    mode: int = 0o644


class Image(msgspec.Struct, frozen=True):
    """`kernel` is its release; empty: the tool knows it by its own name."""

    path: str
    kernel: str = ""


class InitramfsTool(Protocol):
    name: str
    follow_up: str
    """Of changes/followup.py: what makes the images anew."""

    def here(self, reach: Reach) -> str:
        """The program that shows that it is used; empty: it is not."""

    def parts(self, reach: Reach, wanted: Wanted) -> tuple[Part, ...]:
        """The files of our own. Raises SeraiError (Code.UNSUPPORTED) where they would not be read."""

    def images(self, reach: Reach) -> list[Image]:
        """The images that a boot loader reads, the newest kernel's first; empty: they are kept by another tool."""

    def rebuild(self, image: Image) -> tuple[str, ...]:
        """The command that makes it anew."""

    def listing(self, image: Image) -> tuple[str, ...]:
        """The command that lists what is in it."""


def kernels(reach: Reach) -> list[str]:
    """Releases of the kernels that are installed, the newest first."""
    names = next((found for place in MODULES if (found := reach.names(place))), [])
    return sorted(names, key=_natural, reverse=True)


def _natural(release: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", release)]


def of_kernels(reach: Reach, *patterns: str) -> list[Image]:
    """Images that are named after their kernel: `/boot/initrd.img-{}`."""
    paths = [(pattern.format(kernel), kernel) for kernel in kernels(reach) for pattern in patterns]
    return [Image(path, kernel) for path, kernel in paths if reach.has(path)]


def lacking(reach: Reach, tool: InitramfsTool, image: Image, wanted: Wanted) -> list[str]:
    """What is not in an image, by its own listing. Raises SeraiError when it cannot be listed."""
    done = reach.run(tool.listing(image))
    if not done.ok:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise SeraiError(
            Code.FAILED, f"{image.path} cannot be listed: {said[-1] if said else f'exit {done.code}'}"
        )
    listed = done.stdout.replace("-", "_")
    built_in = "".join(
        (reach.read(f"{place}/{image.kernel}/modules.builtin") or b"").decode()
        for place in MODULES
        if image.kernel
    ).replace("-", "_")
    modules = [
        each for each in wanted.modules if not _has_module(each, listed) and not _has_module(each, built_in)
    ]
    files = [each for each in wanted.files if each.lstrip("/") not in done.stdout]
    return [*modules, *files]


def _has_module(name: str, listed: str) -> bool:
    return f"/{name.replace('-', '_')}.ko" in listed
