"""What a builder, an import or a download hands to the store: files in a directory of their own, and their use."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Files ready to be taken over (moved) by the store."""

    disk: Path | None = None
    format: str = "qcow2"
    virtual_size: int = 0
    """Bytes."""
    kernel: Path | None = None
    initrd: Path | None = None
    cmdline: str = ""
    user: str = "root"
    seed: str = "cloud-init"
    firmware: tuple[str, ...] = ("bios",)
    console: str = "ttyS0"
    login: str = ""
    """`vagrant`: it lets in the key that everybody knows, until that is replaced."""
    versions: dict[str, str] = {}
    """Package -> version, of what went in."""
