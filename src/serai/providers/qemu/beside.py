"""A start with all that stands beside QEMU: companions, taps, a password; then its threads in their places."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Sequence
from pathlib import Path

from serai.providers.qemu import companions, launch, pinning, render, taps
from serai.providers.qemu.own_disks import refuse_used
from serai.providers.qemu.qmp import Qmp
from serai.providers.qemu.record import process_id
from serai.providers.qemu.render.devices import SCREEN_SECRET
from serai.providers.qemu.site import RamFile, Site
from serai.spec.device import GraphicsType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.paths import expanduser
from serai.util.process import which


def spawn(
    directory: Path, machine: Machine, site: Site, life: int, meanwhile: Callable[[], None] = lambda: None
) -> Qmp:
    """Start the machine's QEMU, and give the connection to it. A failure leaves no companion and no tap.

    `meanwhile` is called while it starts.
    """
    who = machine.name
    refuse_used(directory, machine, site)
    write_password(directory, machine, Path(site.root))
    memory = memory_of_fork(site)
    wanted = companions.companions(machine, site, directory)
    words = [*limits(machine), *render.argv(machine, site)]
    with (
        companions.started(directory, wanted, who=who) as sockets,
        taps.opened(machine, site.links, who=who) as handles,
    ):
        try:
            qmp = launch.spawn(
                directory,
                words,
                render.sockets(machine),
                life,
                who=who,
                handed=[*sockets, *handles, *memory],
                meanwhile=meanwhile,
            )
        except SeraiError as error:
            raise _of_companions(directory, error, [each.name for each in wanted], who) from error
    try:
        pinning.apply(qmp, process_id(directory, site.uuid), machine.cpu.pin, who=who)
    except BaseException:
        qmp.close()
        launch.end_process(directory, site.uuid, who=who)
        raise
    return qmp


def memory_of_fork(site: Site) -> list[companions.Handed]:
    """The descriptor of memory that is in no file system."""
    if site.ram is None or site.ram.handle < 0:
        return []
    there = f"/proc/self/fd/{site.ram.handle}"
    return [companions.Handed(said=RamFile.HANDED, instead=there, handles=(site.ram.handle,))]


def _of_companions(directory: Path, error: SeraiError, names: Sequence[str], who: str) -> SeraiError:
    """A QEMU that cannot talk to its companion says little; what the companion said last says why."""
    for name in set(companions.dead(directory)) & set(names):
        if words := companions.last_words(directory, name):
            return SeraiError(
                Code.FAILED,
                f"{who}: {name} ended before QEMU could use it: {words}",
                details=[error.message],
            )
    return error


def limits(machine: Machine) -> list[str]:
    """A program that lets QEMU lock as much memory as this user may; root may lock all (CAP_IPC_LOCK)."""
    if not machine.memory.locked or os.geteuid() == 0:
        return []
    most = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    text = "unlimited" if most == resource.RLIM_INFINITY else str(most)
    return [which("prlimit", "util-linux"), f"--memlock={text}:{text}"]


def write_password(directory: Path, machine: Machine, root: Path) -> None:
    """The first line of the screen's password file, for QEMU alone; nothing without one."""
    graphics = machine.devices.graphics
    if not graphics.password_file or graphics.type is GraphicsType.NONE:
        return
    source = root / expanduser(graphics.password_file)
    try:
        words = source.read_text().splitlines()[0]
    except (OSError, IndexError) as error:
        raise SeraiError(
            Code.INPUT, f"{machine.name}: devices.graphics.password_file: {source} holds no password"
        ) from error
    write_atomic(directory / SCREEN_SECRET, words.encode(), sync=False)
