"""Whom a machine lets in, and how: the key and the password that its spec comes to (VAG-13)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from serai.providers.contract import Scope
from serai.spec.machine import Machine
from serai.util.paths import expanduser


def key_of(machine: Machine, scope: Scope) -> Path:
    """The private key: the stated one, a box's well-known one where that is to stay, else the project's."""
    if machine.ssh.key:
        return _closed(scope.root / expanduser(machine.ssh.key))
    if not machine.ssh.insert_key:
        from serai.guest.known_key import private

        return private()
    return _of_project(scope.home)


@lru_cache(16)
def _of_project(home: Path) -> Path:
    """Kept: an inventory asks for that of each machine, and a path is dear to make."""
    return home / "ssh" / "id_ed25519"


def _closed(key: Path) -> Path:
    """The key, or a copy that is ours alone: ssh takes none that others may read, as from a checkout or a box."""
    try:
        if not key.stat().st_mode & 0o077:
            return key
        from serai.guest.known_key import kept

        return kept(key)
    except OSError:
        return key  # whoever uses it says what is wrong with it
