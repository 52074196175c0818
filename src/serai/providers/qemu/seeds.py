"""The seed beside a machine's disks: made before its QEMU is started, or, where nobody reads it soon, meanwhile.

A machine that is woken is told who it is by another way (guest/identity.py) and reads its seed at its next boot.
Making the ISO takes as long as a third of QEMU's start; so that goes first, with a file of zeros in its place.
What it says is known before: who cannot be told something is refused before anything is made.
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
"""Bytes of a seed whose place is kept."""
OVERHEAD = 1 << 19
"""Bytes that an ISO has beside what is in its files: 370 KiB were seen with twelve of them."""
BEGINNING = 1 << 16
"""Bytes at its begin that are written last: as long as they are zeros, it is not there."""
_written: dict[Path, tuple[object, ...]] = {}
"""What the seeds that this process has written say: most are made and then started, which says it again."""
_told: dict[Path, tuple[tuple[object, ...], dict[str, bytes]]] = {}
"""The files of the last one."""


def contents(
    scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials
) -> dict[str, bytes]:
    """Path in the seed -> content. Raises what guest.seed.files and guest.keys.with_keys do."""
    return _says(scope, directory, record, machine, materials)[1]


def _says(
    scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials
) -> tuple[tuple[object, ...], dict[str, bytes]]:
    """What it depends on, and its files."""
    from serai.guest.keys import with_keys
    from serai.guest.seed import files

    assert record.image is not None
    machine = with_keys(machine, scope.root)
    if record.set_up:
        machine = msgspec.structs.replace(machine, guest=Guest(users=machine.guest.users))
    nics = links.seed_nics(scope, machine, materials)
    kind = record.image.seed
    says = (machine, materials, record.instance_id, nics, kind)
    target = directory / NAME
    if target not in _told or _told[target][0] != says:
        _told[target] = says, files(machine, materials, instance_id=record.instance_id, nics=nics, kind=kind)
    return _told[target]


def write(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    """Whole or not at all, mode 0600; one that says the same stays."""
    from serai.guest.seed import iso
    from serai.util.files import write_atomic

    says, content = _says(scope, directory, record, machine, materials)
    target = directory / NAME
    if _written.get(target) != says or not target.exists():
        write_atomic(target, iso(content), sync=False)
        _written[target] = says


def keep_place(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> bool:
    """Zeros where the seed will be; False: there is none, or it may be longer, and is written as ever."""
    if record.image is None or record.image.seed == "none":
        return False
    content = contents(scope, directory, record, machine, materials)
    if OVERHEAD + sum(map(len, content.values())) > ROOM:
        return False
    with (directory / NAME).open("wb") as file:
        file.truncate(ROOM)
    (directory / NAME).chmod(0o600)
    _written.pop(directory / NAME, None)
    return True


def is_blank(directory: Path) -> bool:
    """Whether its place was kept, and serai was killed before it was written."""
    try:
        with (directory / NAME).open("rb") as file:
            return not any(file.read(BEGINNING))
    except FileNotFoundError:
        return False


def put(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> None:
    """Write it into the place that was kept, which a QEMU has open."""
    from serai.guest.seed import iso

    says, content = _says(scope, directory, record, machine, materials)
    image = iso(content)
    if len(image) > ROOM:
        raise SeraiError(Code.INTERNAL, f"{machine.name}: its seed has {len(image)} bytes, and room for {ROOM}")
    target = directory / NAME
    with target.open("r+b") as file:
        file.seek(BEGINNING)
        file.write(image[BEGINNING:])
        file.flush()
        file.seek(0)
        file.write(image[:BEGINNING])
    _written[target] = says
