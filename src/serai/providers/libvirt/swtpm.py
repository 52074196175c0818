"""Why libvirt could not make a guest's TPM: its own error names a log, and the cause is in there."""

from __future__ import annotations

import re
from pathlib import Path

from serai.util.errors import SeraiError

FAILED = re.compile(r"swtpm_setup.* error log '([^']+)'")
"""Source: libvirt, src/qemu/qemu_tpm.c: qemuTPMEmulatorRunSetup."""
BEGINS = "Starting vTPM"
"""The first words of each run in the log. Source: swtpm, src/swtpm_setup/swtpm_setup.c."""
GOES_WELL = (BEGINS, "Ending vTPM", "Successfully ", "Invoking ")
RIGHTS = "Need read/write rights on "
"""What is said of keys that are somebody else's. Source: swtpm, src/swtpm_localca/swtpm_localca.c."""
TAIL = 4
"""Lines that are shown below the cause."""


def explained(error: SeraiError, what: str, here: bool) -> SeraiError:
    """The error of a start, with its cause where it is the TPM that could not be made. `here`: on this host."""
    found = FAILED.search(error.message)
    if found is None or not here:
        return error
    log = found[1]
    said = complaints(Path(log))
    if not said:
        return SeraiError(error.code, error.message, hint=f"what it said: {log}", details=error.details)
    hint = "serai host check lv.tpm-ca" if said[0].startswith(RIGHTS) else f"what it said: {log}"
    message = f"{what}: its TPM cannot be made: {said[0].rstrip('.')}"
    return SeraiError(error.code, message, hint=hint, details=said[1:][-TAIL:])


def complaints(log: Path) -> list[str]:
    """What its last run complained of, the first thing first; nothing where the log may not be read."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    except OSError:
        return []
    begun = max((number for number, line in enumerate(lines) if line.startswith(BEGINS)), default=0)
    return [line for line in lines[begun:] if line and not line.startswith(GOES_WELL)]
