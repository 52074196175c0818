"""Names that have dots of their own, in dotted keys."""

from __future__ import annotations

import pytest

from serai.providers.key_names import disk_of, named
from serai.spec.disk import Disk
from serai.spec.machine import Machine


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("disks.pg.size", ("pg", "size")),
        ("disks.pg.data.size", ("pg.data", "size")),
        ("disks.pg.data", ("pg.data", "")),
        ("disks.pg.database.size", ("pg", "database.size")),
        ("disks.other.size", ("other", "size")),
        ("disks.other", ("other", "")),
    ],
)
def test_the_longest_name_that_fits_is_meant(key: str, found: tuple[str, str]) -> None:
    assert named(key, ["pg", "pg.data"]) == found
    assert named(key, ["pg.data", "pg"]) == found


def test_a_disk_is_one_of_the_file_or_one_that_the_machine_had() -> None:
    with_disk, without = Machine(disks={"a.b": Disk()}), Machine()
    assert disk_of("disks.a.b.size", with_disk, None) == ("a.b", "size")
    assert disk_of("disks.a.b.size", without, with_disk) == ("a.b", "size")
