"""Serial numbers of disks, by which a guest tells them apart: /dev/disk/by-id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serai.spec.disk import Disk

LIMIT = 20
"""Characters. Source: virtio 1.2, 5.2.6, VIRTIO_BLK_T_GET_ID."""


def serial(name: str, disk: Disk | None) -> str:
    """What is stated, else the beginning of its name."""
    return (disk.serial if disk else None) or name[:LIMIT]


def shared(disks: Mapping[str, Disk]) -> Iterator[tuple[str, str, str]]:
    """(key, why, way out) of each disk whose serial number another one before it has."""
    taken: dict[str, str] = {}
    for name, disk in disks.items():
        number = serial(name, disk)
        if (other := taken.setdefault(number, name)) != name:
            why = f"{number} is {other}'s serial number, too: a guest could not tell them apart"
            yield f"disks.{name}.serial", why, f"state `serial:` for it, at most {LIMIT} characters"
