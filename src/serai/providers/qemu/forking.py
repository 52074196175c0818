"""Forks: other machines that go on from the memory and disks of one that runs, as they are at one moment.

The parent stands still while its devices are written down (without its memory, by the command that QEMU has for
engines that keep memory themselves) and the memory that it has touched is copied (qemu/pages.py). The jobs that
copy its disks begin in that moment too, and keep it while it goes on: what it writes over is copied before. So
nothing of the parent changes: no file, no node, no connection. Children start like those of a template
(qemu/warm.py), with memory that is in this process and in theirs, and in no file.
Source: QEMU, qapi/migration.json, xen-save-devices-state; qapi/block-core.json, blockdev-backup.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from serai.guest.seed import hostname
from serai.guest.tiny import host_lines
from serai.guest.transport import Transport
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.qemu import (
    backup,
    disks,
    gather,
    launch,
    memory,
    pages,
    saved_devices,
    telling,
    template,
    warm,
)
from serai.providers.qemu.qmp import Qmp
from serai.providers.qemu.record import Hardware, Ram, Record, is_alive, process_id
from serai.providers.qemu.render.memory import size_of
from serai.providers.qemu.running import directory_of, made
from serai.providers.qemu.template import Template
from serai.spec.machine import Machine
from serai.util.digest import token_hex
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, remove_tree
from serai.util.locks import holder, lock

LIFE = "life"
"""The file that the serai which makes the children holds locked."""
FIRMWARE = "pc.bios"
MOST_THREADS = 8
"""That copy a guest's memory while it stands still; meanwhile one does."""
BLOCKS = ("ram0", "pc.ram", FIRMWARE, "pc.rom", "/rom@", "system.flash")
"""What a machine's memory blocks begin with that are copied, or made anew by every QEMU."""


class Moment(msgspec.Struct):
    """A parent's moment, as long as children may be made from it."""

    memory: int
    """The sealed copy; -1: it is gone."""
    life: ExitStack


_moments: dict[str, Moment] = {}
_lock = threading.Lock()


def why_not(machine: Machine) -> tuple[str, str]:
    """(key, reason) of what in the spec forbids forks; two empty strings where nothing does."""
    key, reason = warm.why_not(machine)
    if key:
        return key, reason
    screen = machine.devices.graphics.type != "none" or machine.devices.video not in (None, "none")
    return ("devices.graphics", "what is on a screen is not copied") if screen else ("", "")


def take(scope: Scope, machine: Machine, materials: Materials, way: Transport, progress: Progress) -> str:
    """Have `machine`, which goes on, leave a moment that forks can start from; its key.

    Whoever has made the children calls `let_go`. Raises Code.REFUSED for one that cannot be forked now.
    """
    name = machine.name
    record = made(scope, name)
    directory = directory_of(scope, name)
    hardware = _forkable(record, directory)
    sweep()
    key = f"{template.FORK}{token_hex(8)}"
    private_dir(template.forks())
    place = template.place(key)
    held = ExitStack()  # the lock makes the directory: none is there that nobody holds
    held.enter_context(lock(place / LIFE, what=f"a fork of {name}", note=f"serai, pid {os.getpid()}"))
    try:
        progress(f"copying {name} as it is")
        copy, still, host_keys = _copied(scope, directory, record, hardware, place, way)
        with _lock:
            _moments[key] = Moment(memory=copy, life=held)
        progress(f"{name} stood still for {still * 1000:.0f} ms")
        described = _described(scope, materials, record, key, hardware)
        template.write(msgspec.structs.replace(described, host_keys=host_keys))
    except BaseException:
        held.close()
        let_go(key)
        remove_tree(place)
        raise
    return key


def _forkable(record: Record, directory: Path) -> Hardware:
    name, hardware = record.name, record.hardware
    if not is_alive(directory) or hardware is None or record.suspended:
        raise SeraiError(Code.REFUSED, f"{name} does not run: there is nothing to fork", hint=f"serai up {name}")
    if record.newborn:
        raise SeraiError(Code.REFUSED, f"{name} does not know yet who it is", hint=f"serai up {name}")
    key, reason = why_not(hardware.machine)
    if key:
        raise SeraiError(Code.UNSUPPORTED, f"{name} cannot be forked: {key}: {reason}", hint=f"serai clone {name}")
    if gather.arch_of(hardware.machine, record.image) != "amd64":
        raise SeraiError(Code.UNSUPPORTED, f"{name} cannot be forked: only amd64 guests can", hint="serai clone")
    return hardware


def _copied(
    scope: Scope, directory: Path, record: Record, hardware: Hardware, place: Path, way: Transport
) -> tuple[int, float, tuple[str, ...]]:
    """Copy disks, devices and memory of one moment.

    The memory's descriptor, for how many seconds the guest stood still, and what it waits to be told. Most of the
    memory does not change until then, and is copied while the guest is made to wait.
    """
    name = record.name
    with launch.connect(directory, name) as qmp:
        memory.abandon(qmp, who=name)
        if (status := qmp.execute("query-status")["status"]) != "running":
            # Saved twice without having run in between, QEMU would end.
            raise SeraiError(
                Code.REFUSED, f"{name} is {status}: only what runs is forked", hint=f"serai resume {name}"
            )
        blocks = _blocks(qmp, name)
        pid = process_id(directory, record.uuid)
        firmware = {}
        if size := blocks.get(FIRMWARE, 0):  # it ends where 32 bits do
            firmware[FIRMWARE] = pages.read(pid, _address(qmp, (1 << 32) - size), size, who=name)
        with (
            pages.Copy(pid, _address(qmp, 0), size_of(hardware.machine), who=name) as copy,
            _meanwhile(copy.take) as taken,
            telling.waiting(directory, way, anew=False) as waits,
            backup.of_disks(qmp, directory, record, scope, place) as jobs,
        ):
            jobs.reserve()
            taken()
            began = time.monotonic()
            with standing_still(qmp):
                jobs.start()
                _save_devices(qmp, place / template.STATE, hardware.kind, firmware)
                if (directory / "efivars.fd").exists():
                    disks.copy_file(directory / "efivars.fd", place / "efivars.fd")
                copy.take(min(MOST_THREADS, len(os.sched_getaffinity(0))))
            still = time.monotonic() - began
            jobs.wait()
            return copy.sealed(), still, waits.host_keys


@contextmanager
def _meanwhile(do: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Have it done beside; what is given waits for its end, and raises what it raised."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(do).result


@contextmanager
def standing_still(qmp: Qmp) -> Iterator[None]:
    """The guest does not run meanwhile."""
    qmp.execute("stop")
    try:
        yield
    finally:
        qmp.execute("cont")


def _blocks(qmp: Qmp, name: str) -> dict[str, int]:
    """Memory blocks and their sizes. Beside the guest's own, that of a screen's card, say, is in no state."""
    lines = [line.split() for line in qmp.hmp("info ramblock").splitlines()[1:]]
    found = {words[0]: int(words[4], 16) for words in lines}
    for block in found:
        if not block.startswith(BLOCKS):
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{name} cannot be forked: it has memory of its own in {block}, which is not copied",
                hint=f"serai clone {name}",
            )
    return found


def _address(qmp: Qmp, guest: int) -> int:
    """Where a byte of the guest's memory is in QEMU."""
    return int(qmp.hmp(f"gpa2hva {guest:#x}").split()[-1], 16)


def _save_devices(qmp: Qmp, target: Path, kind: str, blocks: Mapping[str, bytes]) -> None:
    """Write the state of the devices so that a start can load it."""
    qmp.execute("xen-save-devices-state", {"filename": str(target), "live": False}, timeout=memory.BUDGET)
    target.write_bytes(saved_devices.loadable(target.read_bytes(), kind, blocks))
    target.chmod(0o600)


def _described(scope: Scope, materials: Materials, record: Record, key: str, hardware: Hardware) -> Template:
    """As the guest was told it: by the record, not by what the file says now."""
    machine, image = record.applied or hardware.machine, record.image
    told = msgspec.structs.replace(materials, networks=record.networks, addresses=record.addresses)
    return Template(
        key=key,
        host="",
        image=image.reference if image else "",
        image_digest=record.image_digest,
        hardware=msgspec.structs.replace(hardware, ram=Ram.FORK, woken=False),
        at=time.time(),
        hostname=hostname(machine),
        instance_id=record.instance_id,
        cards=warm.cards_of(scope, machine, told),
        hosts=host_lines(materials.hosts, hostname(machine)),
        seals={},
    )


def known(key: str) -> Template | None:
    """What the children of a moment start from; None: it is over, and they boot from its disks."""
    with _lock:
        return template.read(key) if key in _moments else None


def memory_of(key: str) -> int:
    """The descriptor to map."""
    with _lock:
        return _moments[key].memory


def fitted(machine: Machine, origin: Template) -> Hardware:
    """The hardware of a child: its parent's, with the child's own name and cards."""
    was = origin.hardware
    like = msgspec.structs.replace(
        was.machine, name=machine.name, hostname=machine.hostname, networks=machine.networks
    )
    return msgspec.structs.replace(was, machine=like)


def let_go(key: str) -> None:
    """No more children are made: the memory is theirs alone, and the disks stay while one stands on them."""
    with _lock:
        moment = _moments.pop(key, None)
    if moment is not None:
        os.close(moment.memory)
        (template.place(key) / template.STATE).unlink(missing_ok=True)
        moment.life.close()
    sweep()


def sweep() -> None:
    """Remove disks that no machine stands on any more, and what a killed run has left."""
    left = [path for path in template.forks().glob(f"{template.FORK}*/") if not holder(path / LIFE)]
    if left:
        used = template.in_use()
        for path in left:
            if path.name not in used:
                remove_tree(path)
