"""Where LXC keeps containers, and what serai calls them."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from serai.providers.contract import Scope
from serai.util import lxc_config
from serai.util.errors import Code, SeraiError
from serai.util.process import which

GLOBAL = "/etc/lxc/lxc.conf"
TEMPLATES = Path("/usr/share/lxc/templates")
CONFIG = Path("/usr/share/lxc/config")
RECORD = "serai.json"
CONSOLE_LOG = "console.log"
LOG = "lxc.log"


@cache
def lxcpath() -> str:
    """The directory of all containers: what lxc.conf says, else /var/lib/lxc. Source: lxc.system.conf(5)."""
    try:
        with open(GLOBAL) as file:  # noqa: PTH123 - the path of `status`
            return lxc_config.setting(file.read(), "lxc.lxcpath") or "/var/lib/lxc"
    except FileNotFoundError:
        return "/var/lib/lxc"


def container_name(scope: Scope, name: str) -> str:
    """What lxc-ls lists a machine as: never that of another project's."""
    return f"{prefix(scope)}{name}"


def prefix(scope: Scope) -> str:
    return f"serai-{scope.project_id}-"


def directory_of(scope: Scope, name: str) -> Path:
    return Path(lxcpath()) / container_name(scope, name)


def tool(name: str) -> str:
    """`start` -> /usr/bin/lxc-start. Raises Code.MISSING."""
    return which(f"lxc-{name}", "lxc")


def words(name: str, container: str) -> list[str]:
    """The beginning of a command about one container."""
    return [tool(name), "-P", lxcpath(), "-n", container]


def templates() -> list[str]:
    """The templates that there are, by their short names (LXC-5)."""
    try:
        return sorted(
            each.name.removeprefix("lxc-") for each in TEMPLATES.iterdir() if each.name.startswith("lxc-")
        )
    except FileNotFoundError:
        return []


def why_not() -> SeraiError | None:
    """Why no container can be run here; None: one can."""
    if not shutil.which("lxc-start"):
        return SeraiError(Code.MISSING, "LXC is not installed", hint="serai host setup lxc")
    if os.geteuid() != 0:
        return SeraiError(
            Code.REFUSED,
            "containers of LXC are made and joined to bridges as root",
            hint="run serai as root; container: {unprivileged: true} makes root inside nobody outside",
        )
    return None
