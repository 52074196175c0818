"""Machines that Vagrant itself has made in a project: what its `.vagrant` directory says of them (libvirt)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Made(msgspec.Struct, frozen=True):
    """One machine: the domain's UUID, the key that logs in, and whether it was provisioned."""

    uuid: str
    key: Path | None
    provisioned: bool


def made(root: Path, environ: Mapping[str, str]) -> dict[str, Made]:
    """By name. `root` is the Vagrantfile's directory; VAGRANT_DOTFILE_PATH is another place of `.vagrant`."""
    found: dict[str, Made] = {}
    machines = root / (environ.get("VAGRANT_DOTFILE_PATH") or ".vagrant") / "machines"
    try:
        names = sorted(machines.iterdir())
    except OSError:
        return {}
    for directory in names:
        inner = directory / "libvirt"
        try:
            uuid = (inner / "id").read_text(encoding="ascii").strip()
        except (OSError, UnicodeError):
            continue
        if uuid:
            key = inner / "private_key"
            found[directory.name] = Made(
                uuid, key if key.is_file() else None, (inner / "action_provision").exists()
            )
    return found
