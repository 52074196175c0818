"""How much of a new disk is made at once, by its file system (DISK-3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.preallocation import LARGEST, default_preallocation, file_system, need_room
from serai.spec.disk import Disk, DiskFormat, Preallocation
from serai.util.errors import SeraiError
from serai.util.units import GIB, MIB

MOUNTS = r"""22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:25 / /srv rw - btrfs /dev/sdb rw
31 22 0:26 / /srv/fast\040disks rw - xfs /dev/sdc rw
32 22 0:27 / /srvs rw shared:1 master:2 - nfs4 host:/x rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/home/x", "ext4"), ("/srv/a/b", "btrfs"), ("/srv/fast disks/c", "xfs"), ("/srvs", "nfs4"), ("/", "ext4")],
)
def test_the_longest_mount_decides(place: str, kind: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    assert file_system(Path(place), mounts) == kind


@pytest.mark.parametrize(
    ("disk", "kind", "how"),
    [
        (Disk(), "ext4", Preallocation.METADATA),
        (Disk(), "tmpfs", Preallocation.METADATA),
        (Disk(), "btrfs", Preallocation.OFF),
        (Disk(), "", Preallocation.OFF),
        (Disk(format=DiskFormat.RAW), "ext4", Preallocation.OFF),
        (Disk(size=LARGEST + 1), "ext4", Preallocation.OFF),
    ],
)
def test_metadata_is_made_where_it_pays(disk: Disk, kind: str, how: Preallocation) -> None:
    assert default_preallocation(disk, kind) is how


def test_only_what_takes_its_space_at_once_needs_room() -> None:
    need_room("web", "data", Disk(preallocation=Preallocation.METADATA), 2 * GIB, GIB, "/srv")
    need_room("web", "data", Disk(preallocation=Preallocation.FULL), GIB, GIB, "/srv")
    with pytest.raises(SeraiError, match="falloc takes 2GiB at once, and /srv has 1GiB left"):
        need_room("web", "data", Disk(preallocation=Preallocation.FALLOC), 2 * GIB, GIB + MIB // 2, "/srv")
