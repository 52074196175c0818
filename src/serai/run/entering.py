"""What happens with the first login to a guest that goes on from another one's memory."""

from __future__ import annotations

from serai.guest.transport import Transport
from serai.providers.contract import Progress
from serai.providers.kept import KeepsWarm
from serai.spec.machine import Machine


def itself(driver: KeepsWarm, machine: Machine, script: str, progress: Progress, way: Transport) -> None:
    """It is told who it is where it waits for no other word, and is itself when this ends. Raises Code.FAILED."""
    if script:
        from serai.guest.identity import become

        progress("telling the guest who it is")
        become(way, machine, script)
    driver.knows_itself(machine)
