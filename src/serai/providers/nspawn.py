"""systemd-nspawn, which serai does not drive: what of it is here, and which provider makes such containers."""

from __future__ import annotations

import shutil
from pathlib import Path

from serai.util.errors import Code, SeraiError

NAMES = ("nspawn", "systemd-nspawn", "machinectl")
BOOTED = Path("/run/systemd/system")
"""There where systemd is process 1. Source: sd_booted(3)."""


def why_not(name: str, booted: Path = BOOTED) -> SeraiError:
    """The refusal of a provider of this name."""
    if shutil.which("machinectl") is None:
        found = "machinectl is not installed here (systemd-container)"
    elif not booted.is_dir():
        found = "machinectl is here, but systemd is not process 1, and nobody would answer it"
    else:
        found = "machinectl is here, but serai does not drive it"
    hint = "provider: lxc makes system containers of the same root filesystems, by container.rootfs"
    return SeraiError(Code.UNSUPPORTED, f"provider {name}: {found}", hint=hint)
