"""What a start would change in the arguments of a QEMU that was started before, as lines of a diff."""

from __future__ import annotations

from difflib import unified_diff

from serai.providers.contract import Materials, Scope
from serai.providers.qemu.preview import preview
from serai.providers.qemu.running import directory_of
from serai.spec.machine import Machine


def difference(scope: Scope, machine: Machine, materials: Materials) -> list[str]:
    """Empty when nothing would change. A machine that was never started is all new."""
    wanted = preview(scope, machine, materials).splitlines()
    try:
        now = (directory_of(scope, machine.name) / "argv").read_text().splitlines()
    except FileNotFoundError:
        now = []
    return list(unified_diff(now, wanted, "started", "wanted", lineterm=""))
