"""What a start would change in the xl.cfg that dom0 has of a machine."""

from __future__ import annotations

from difflib import unified_diff
from shlex import quote

from serai.providers.contract import Materials, Scope
from serai.providers.xen import lifecycle
from serai.providers.xen.preview import HIDDEN, preview
from serai.spec.machine import Machine


def difference(scope: Scope, machine: Machine, materials: Materials) -> list[str]:
    """Lines of a diff; all of it where the machine is not made."""
    there = lifecycle.found(scope, machine.name)
    was, record = "", None
    if there is not None:
        host, _, record = there
        was = host.run(f"cat {quote(lifecycle.config_file(scope, machine.name))} 2>/dev/null; true").stdout
    wanted = preview(scope, machine, materials, record)
    before, after = (_hidden(text).splitlines() for text in (was, wanted))
    return list(unified_diff(before, after, "made", "wanted", lineterm=""))


def _hidden(text: str) -> str:
    """Without passwords, whatever they are."""
    import re

    text = re.sub(r"^vncpasswd = .*$", f'vncpasswd = "{HIDDEN}"', text, flags=re.MULTILINE)
    return re.sub(r"vncpasswd=[^,\"']*", f"vncpasswd={HIDDEN}", text)
