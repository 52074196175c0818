"""The password of a machine's screen, from the file that the project names."""

from __future__ import annotations

from serai.providers.contract import Scope
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser


def password_of(scope: Scope, machine: Machine) -> str:
    """The first line of devices.graphics.password_file, or nothing. Raises Code.INPUT when it cannot be read."""
    named = machine.devices.graphics.password_file
    if not named:
        return ""
    path = scope.root / expanduser(named)
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise SeraiError(
            Code.INPUT,
            f"{machine.name}: devices.graphics.password_file: {path} cannot be read: {error.strerror}",
        ) from error
    return lines[0] if lines else ""
