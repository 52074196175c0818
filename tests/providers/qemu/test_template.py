"""Templates: sealed, looked at, dropped when a byte is another, kept while a machine stands on their disks."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from serai.providers.qemu import template
from serai.providers.qemu.record import Hardware, Record, save
from serai.providers.qemu.template import Card, Template
from serai.spec.machine import Machine
from serai.util import seals
from serai.util.files import private_dir

KEY = "k1"


@pytest.fixture
def kept(home: Path) -> Template:
    """A template with a memory that is a hole but for one page, and a state."""
    place = template.place(KEY)
    private_dir(place)
    (place / template.DISKS).mkdir()
    with (place / template.RAM).open("wb") as file:
        file.truncate(1 << 20)
        file.seek(300_000)
        file.write(b"page")
    (place / template.STATE).write_bytes(b"devices")
    (place / template.DISKS / "root.qcow2").write_bytes(b"disk")
    names = (template.RAM, template.STATE, "disks/root.qcow2")
    made = Template(
        key=KEY,
        host="h1",
        image="tiny",
        image_digest="sha256:ab",
        hardware=Hardware(machine=Machine(name="web")),
        at=1000.0,
        hostname="web",
        instance_id="i1",
        cards=(Card("52:54:00:00:00:01"),),
        hosts="",
        seals={name: template.seal(place / name) for name in names},
    )
    template.write(made)
    return made


def stands_on(home: Path, key: str) -> None:
    """A machine whose disks stand on it."""
    directory = home / "projects" / "shop-1" / "machines" / "web"
    directory.mkdir(parents=True)
    save(directory, Record(name="web", project="shop", project_id="1", project_root="/", template=key))


def altered(path: Path, at: int, data: bytes) -> None:
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_what_was_kept_is_whole_and_private(kept):
    assert template.read(KEY) == kept
    assert template.whole(kept) == ""
    assert (template.place(KEY) / template.RAM).stat().st_mode & 0o777 == 0o600
    assert (template.place(KEY) / template.STATE).stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("name", [template.RAM, template.STATE])
def test_what_others_may_read_or_write_is_not_loaded(kept, name):
    (template.place(KEY) / name).chmod(0o644)

    assert template.whole(kept) == f"{name} is not private"


def test_a_directory_that_others_may_write_to_is_not_loaded_from(kept):
    template.place(KEY).chmod(0o777)

    assert template.whole(kept) == "others can change it"


def test_what_is_another_users_is_not_loaded(kept, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert template.whole(kept) == "others can change it"


def test_neither_it_nor_a_file_of_it_may_be_a_link_to_elsewhere(kept, home):
    ram = template.place(KEY) / template.RAM
    ram.rename(home / "elsewhere")
    ram.symlink_to(home / "elsewhere")
    assert template.whole(kept) == "ram is not private"

    template.place(KEY).rename(home / "all")
    template.place(KEY).symlink_to(home / "all")
    assert template.whole(kept) == "others can change it"


def test_what_holds_the_templates_must_be_private_too(kept):
    template.root().chmod(0o777)

    assert template.whole(kept) == "others can change it"


@pytest.mark.parametrize("name", [template.RAM, template.STATE, "disks/root.qcow2"])
def test_another_byte_is_found(kept, name):
    altered(template.place(KEY) / name, 0, b"X")

    assert template.whole(kept) == f"{name} is not what was kept"


def test_a_byte_in_a_hole_is_found(kept):
    altered(template.place(KEY) / template.RAM, 900_000, b"X")

    assert template.whole(kept) == "ram is not what was kept"


def test_a_file_that_ends_sooner_is_found(kept):
    path = template.place(KEY) / template.RAM
    path.chmod(0o600)
    os.truncate(path, 1000)

    assert template.whole(kept) == "ram has 1000 bytes instead of 1048576"


def test_a_file_that_is_gone_is_found(kept):
    (template.place(KEY) / template.STATE).unlink()

    assert template.whole(kept) == "state: No such file or directory"


def test_a_file_that_was_only_touched_is_looked_at_once_and_believed_again(kept):
    path = template.place(KEY) / template.RAM
    os.utime(path, (5, 5))

    assert template.whole(kept) == ""
    after = template.read(KEY)
    assert after is not None
    assert after.seals[template.RAM].stamp == seals.stamp(path)


def test_what_is_loaded_is_read_whatever_its_stamp_but_not_each_time(kept, monkeypatch):
    read, digest = [], seals.digest
    monkeypatch.setattr(seals, "digest", lambda path: read.append(path.name) or digest(path))
    now = 1000.0
    monkeypatch.setattr(template.time, "monotonic", lambda: now)
    for _ in range(3):
        assert template.whole(kept) == ""
    assert read == [template.STATE]

    now += template.AGAIN
    assert template.whole(kept) == ""
    assert read == [template.STATE] * 2


def test_zeros_that_were_written_and_holes_are_the_same(kept, home):
    full, hole = home / "full", home / "hole"
    full.write_bytes(bytes(1 << 18))
    with hole.open("wb") as file:
        file.truncate(1 << 18)

    assert seals.digest(full) == seals.digest(hole)
    assert seals.digest(full) != seals.digest(template.place(KEY) / template.RAM)


def test_a_dropped_one_is_gone(kept):
    template.drop(KEY)

    assert template.read(KEY) is None
    assert not template.place(KEY).exists()


def test_disks_that_a_machine_stands_on_outlive_it(kept, home):
    stands_on(home, KEY)

    template.drop(KEY)

    assert template.read(KEY) is None
    assert [path.name for path in template.disks_of(KEY)] == ["root.qcow2"]
    assert not (template.place(KEY) / template.RAM).exists()


def test_a_record_that_cannot_be_read_protects_all_of_them(kept, home):
    stands_on(home, "other")
    (home / "projects/shop-1/machines/web/machine.json").write_text("{")

    assert template.in_use() == {KEY}


def test_what_another_host_kept_and_what_a_killed_run_left_is_swept(kept, home):
    template.place("half").mkdir()
    (template.place("half") / template.RAM).write_bytes(b"x")

    template.sweep("h1")
    assert template.keys() == [KEY]

    template.sweep("h2")
    assert template.keys() == []


def test_the_one_of_a_kind_is_found(kept):
    assert template.of_kind("k") is None

    template.write(msgspec.structs.replace(kept, key="k-2"))

    found = template.of_kind("k")
    assert found is not None
    assert found.key == "k-2"


def test_a_damaged_record_is_none(kept):
    (template.place(KEY) / template.FILE).write_text("{")

    assert template.read(KEY) is None
    assert template.all_of_them() == []


def test_old_ones_are_pruned(kept):
    assert template.size(KEY) > 0
    assert template.prune() == []
    assert template.prune(older=60) == []
    os.utime(template.place(KEY) / template.FILE, (1000, 1000))
    assert template.last_used(KEY) == 1000
    assert [each.key for each in template.prune(older=60, dry_run=True)] == [KEY]
    assert template.read(KEY) == kept
    assert [each.key for each in template.prune(everything=True)] == [KEY]
    assert template.keys() == []


def test_nothing_is_pruned_where_nothing_was_kept(home):
    assert template.prune(everything=True) == []
    assert not template.root().exists()
