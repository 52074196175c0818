"""A restart of the guest from within, as a provisioning block asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from serai.guest.pipe import as_root
from serai.guest.transport import Transport
from serai.providers.contract import Endpoint, Materials, Progress, Provider
from serai.provisioners.reload import BOOT_ID, RESTART
from serai.run.wait import poll, wait_ready
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

ASK = 10.0
"""Seconds that a question to a guest on its way down or up may take."""


def restart(
    machine: Machine,
    way: Transport,
    endpoint: Callable[[], Endpoint],
    console_log: Path | None,
    died: Callable[[], str],
    progress: Progress,
    *,
    seed_kind: str,
) -> Transport:
    """Restart the guest that `way` leads into; the way in, open again.

    Raises Code.TIMEOUT when it does not go down or come back within `ready.within`.
    """
    before = way.run(BOOT_ID).stdout.strip()
    progress("restarting the guest")
    way.run(as_root(RESTART), check=False)
    way.close()

    def gone() -> bool | None:
        """It does not answer, or answers as another life."""
        try:
            now = way.run(BOOT_ID, timeout=ASK, check=False).stdout.strip()
        except SeraiError:
            return True
        finally:
            way.close()
        return True if now != before else None

    if poll(gone, budget=machine.ready.within) is None:
        raise SeraiError(
            Code.TIMEOUT,
            f"{machine.name}: the guest did not restart within {machine.ready.within:g} s",
            hint=f"serai reload {machine.name}",
        )
    return wait_ready(machine, endpoint, console_log, died, progress, seed_kind=seed_kind)


def again(machine: Machine, driver: Provider, materials: Materials, progress: Progress) -> Transport:
    """A container is stopped and started by its engine: its kernel is the host's, whose boot id never changes."""
    progress("restarting the container")
    driver.stop(machine.name, budget=machine.halt_timeout, progress=progress)
    driver.start(machine, materials, progress)
    return wait_ready(
        machine,
        lambda: driver.endpoint(machine.name),
        driver.console(machine.name).log,
        lambda: driver.failure(machine.name),
        progress,
        seed_kind="none",
    )
