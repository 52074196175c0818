"""Roots of many distributions, as data: what boots them, and which files a change of the command line touches."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from host_cases import write
from serai.host.reach.local import Local

HERE = Path(__file__).parent / "host/trees"
NAMES = sorted(path.stem for path in HERE.glob("*.yaml"))
BLOCK = "# GRUB Environment Block\n"


class Tree(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Its command line holds `amd_iommu=on`."""

    tool: str
    initramfs: str
    changes: list[str]
    """The files that a change touches."""
    files: dict[str, str]
    owes: list[str] = []
    new: list[str] = []
    """Those of `changes` that there are not yet; drop-ins need not be named."""
    next: str = ""
    """The entry that boots next."""
    removes: bool = True
    """Whether words can be taken out there."""


def tree(name: str) -> Tree:
    return msgspec.convert(yaml.safe_load((HERE / f"{name}.yaml").read_text()), Tree)


def built(name: str, root: Path) -> Local:
    """The tree below a directory, and how it is reached."""
    files: dict[str, str | None] = {"var/lib": None}
    for path, text in tree(name).files.items():
        files[path] = text.ljust(1024, "#") if text.startswith(BLOCK) else text
    write(root, files)
    return Local(root)


def contents(root: Path) -> dict[str, object]:
    """Every file with its bytes and mode, every link with its target, every directory."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = (path.read_bytes(), path.stat().st_mode) if path.is_file() else None
    return found


class Killed(Exception):
    """Stands for SIGKILL: nothing catches it."""


class Fragile(Local):
    """Dies at its n-th write."""

    def __init__(self, root: Path, left: int) -> None:
        super().__init__(root)
        self.left = left

    def _count(self) -> None:
        if self.left == 0:
            raise Killed
        self.left -= 1

    def write(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        self._count()
        super().write(path, data, mode=mode, uid=uid, gid=gid)

    def remove(self, path: str) -> None:
        self._count()
        super().remove(path)
