"""The seed beside a machine's disks: made before its QEMU is started, or, where nobody reads it soon, meanwhile.

A machine that is woken is told who it is by another way (guest/identity.py) and reads its seed at its next boot.
Making one takes as long as a third of QEMU's start; so that goes first, with a file of zeros in its place.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.providers.contract import Materials, Scope
from serai.providers.qemu import links
from serai.providers.qemu.record import Record
from serai.spec.guest import Guest
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

NAME = "seed.iso"
ROOM = 1 << 20
"""Bytes of a seed whose place is kept: an empty one has 370 KiB."""
SHORT = 1 << 16
"""Bytes that a machine may say of its guest for that: the seed says them four times, at the most."""
_written: dict[Path, tuple[object, ...]] = {}
"""What the seeds that this process has written say: most are made and then started, which says it again."""


def write(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    """Whole or not at all; one that says the same stays."""
    from serai.guest.seed import write

    machine, says = _told(scope, record, machine, materials)
    target = directory / NAME
    if _written.get(target) == says and target.exists():
        return
    assert record.image is not None
    part = directory / f"{NAME}.new"
    nics = links.seed_nics(scope, machine, materials)
    write(part, machine, materials, instance_id=record.instance_id, nics=nics, kind=record.image.seed)
    part.rename(target)
    _written[target] = says


def _told(
    scope: Scope, record: Record, machine: Machine, materials: Materials
) -> tuple[Machine, tuple[object, ...]]:
    """The machine as its seed tells of it; all that the seed depends on."""
    from serai.guest.keys import with_keys

    assert record.image is not None
    machine = with_keys(machine, scope.root)
    if record.set_up:
        machine = msgspec.structs.replace(machine, guest=Guest(users=machine.guest.users))
    nics = links.seed_nics(scope, machine, materials)
    return machine, (machine, materials, record.instance_id, nics, record.image.seed)


def keep_place(directory: Path, record: Record, machine: Machine, materials: Materials) -> bool:
    """Zeros where the seed will be; False: there is none, or it may be longer, and is written as ever."""
    if record.image is None or record.image.seed == "none":
        return False
    if len(msgspec.json.encode((machine.guest, materials.hosts, materials.public_keys))) > SHORT:
        return False
    with (directory / NAME).open("wb") as file:
        file.truncate(ROOM)
    (directory / NAME).chmod(0o600)
    return True


def is_blank(directory: Path) -> bool:
    """Whether its place was kept, and serai was killed before it was written."""
    try:
        with (directory / NAME).open("rb") as file:
            return not any(file.read(1 << 16))
    except FileNotFoundError:
        return False


def put(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    """Write it into the place that was kept, which a QEMU has open."""
    from serai.guest.seed import files, iso

    assert record.image is not None
    machine, says = _told(scope, record, machine, materials)
    nics = links.seed_nics(scope, machine, materials)
    content = iso(files(machine, materials, instance_id=record.instance_id, nics=nics, kind=record.image.seed))
    if len(content) > ROOM:
        raise SeraiError(Code.INTERNAL, f"{machine.name}: its seed has {len(content)} bytes, and room for {ROOM}")
    target = directory / NAME
    with target.open("r+b") as file:
        # Its beginning, by which it counts as written, comes last.
        file.seek(1 << 16)
        file.write(content[1 << 16 :])
        file.flush()
        file.seek(0)
        file.write(content[: 1 << 16])
    _written[target] = says
