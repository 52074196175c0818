"""Where systemd-nspawn keeps machines, and what serai calls them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from serai.providers.contract import Scope
from serai.util.errors import Code, SeraiError

MACHINES = "/var/lib/machines"
"""Root filesystems, by machine. Source: systemd-nspawn(1), --machine."""
STATE = ".serai"
"""What serai keeps of each: in the same file system, so that snapshots can share blocks; no machine's name."""
SETTINGS = Path("/etc/systemd/nspawn")
"""Source: systemd.nspawn(5)."""
UNITS = Path("/etc/systemd/system")
BOOTED = Path("/run/systemd/system")
"""There where systemd is process 1. Source: sd_booted(3)."""
NAMES_LIMIT = 64
"""Characters of a machine's name, which is a host name. Source: machinectl(1); HOST_NAME_MAX."""
CONSOLE_LOG = "console.log"
PACKAGE = "systemd-container"


def prefix(scope: Scope) -> str:
    return f"serai-{scope.project_id}-"


def machine_name(scope: Scope, name: str) -> str:
    """What machinectl lists a machine as: never that of another project's."""
    return f"{prefix(scope)}{name}"


def state_root() -> str:
    return f"{MACHINES}/{STATE}"


def directory_of(scope: Scope, name: str) -> Path:
    """Record, console's log, small files, snapshots."""
    return Path(state_root()) / machine_name(scope, name)


def tree_of(scope: Scope, name: str) -> Path:
    """Its root filesystem."""
    return Path(MACHINES) / machine_name(scope, name)


def settings_of(machine: str) -> Path:
    """What systemd-nspawn reads of it, whoever starts it."""
    return SETTINGS / f"{machine}.nspawn"


def unit_of(machine: str) -> str:
    return f"systemd-nspawn@{machine}.service"


def drop_in_of(machine: str) -> Path:
    """What serai adds to its unit."""
    return UNITS / f"{unit_of(machine)}.d" / "10-serai.conf"


def by_systemd() -> bool:
    """Whether systemd runs this host, and starts the containers; else serai starts them itself."""
    return BOOTED.is_dir()


def why_not() -> SeraiError | None:
    """Why no container can be run here; None: one can."""
    if not shutil.which("systemd-nspawn"):
        return SeraiError(Code.MISSING, "systemd-nspawn is not installed", hint=f"apt install {PACKAGE}")
    if os.geteuid() != 0:
        return SeraiError(
            Code.REFUSED,
            "containers of systemd-nspawn are made and joined to bridges as root",
            hint="run serai as root; or provider: podman, which needs none",
        )
    return None
