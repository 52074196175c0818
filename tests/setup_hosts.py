"""Trees of hosts that are given roles: os-release, a processor, the package manager's program, users."""

from __future__ import annotations

from pathlib import Path

from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.reach.local import Local, Runner

PROGRAMS = {"apt": "apt-get", "dnf": "dnf", "zypper": "zypper", "pacman": "pacman"}


def host(
    root: Path,
    system: dict[str, str],
    tool: str = "apt",
    processor: str = "vendor_id : GenuineIntel",
    files: dict[str, str] | None = None,
    run: Runner | None = None,
) -> Local:
    """A host below `root`, with the users root and ann."""
    written = {
        "etc/os-release": "".join(f'{key}="{value}"\n' for key, value in system.items()),
        "proc/cpuinfo": f"{processor}\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n",
        "etc/group": "root:x:0:\n",
        "run/lock/.keep": "",
        "var/lib/.keep": "",
        "sys/class/net/.keep": "",
        **({f"usr/bin/{PROGRAMS[tool]}": ""} if tool else {}),
        **(files or {}),
    }
    for name, text in written.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Local(root, run=run)


def facts(reach: Local) -> Facts:
    return Facts(Source(reach=reach))
