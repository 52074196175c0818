"""How many CPUs a guest's kernel can have while it runs: asked before more are plugged.

Linux settles at its start which CPUs may come. Since its change "x86/acpi/boot: Correct acpi_is_processor_usable()
check again", which stable kernels have too, it counts only those that the tables of the firmware mark as online
capable; those of QEMU mark none. It then answers a plug with success, and takes no CPU.
Seen under QEMU 10.0 and 11.1 with Linux 6.12.117 and 7.2.12; Linux 6.1 and 6.8.0 do take them.
"""

from __future__ import annotations

import re

from serai.guest.transport import Transport

POSSIBLE = "/sys/devices/system/cpu/possible"
"""Source: Documentation/admin-guide/cputopology, `possible`: a list of ranges such as 0-3,5."""


def room(transport: Transport) -> int | None:
    """The CPUs that can be there until the next start; None when the guest does not say (it is no Linux)."""
    said = transport.run(f"cat {POSSIBLE}", check=False).stdout.strip()
    if not re.fullmatch(r"\d+(-\d+)?(,\d+(-\d+)?)*", said):
        return None
    ranges = [part.split("-") for part in said.split(",")]
    return sum(int(each[-1]) - int(each[0]) + 1 for each in ranges)
