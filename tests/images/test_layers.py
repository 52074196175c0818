"""Layers: there as a whole or not at all, found while all below is whole, removed when nothing stands on them."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from serai.images import layers
from serai.images.layers import Layer
from serai.util.errors import Code, SeraiError


def made(key: str, parent: Layer | None = None, size: int = 10_000, ground: Path | None = None) -> Layer:
    """A layer with one disk of random bytes."""
    with layers.making(key) as folder:
        (folder / layers.DISKS / "root.qcow2").write_bytes(os.urandom(size))
        return layers.publish(
            folder,
            Layer(
                id="",
                key=key,
                provider="qemu",
                image="tiny",
                image_digest="sha256:ab",
                blocks=(f"shell {key}",),
                at=0.0,
                parent=parent.id if parent else "",
                depth=parent.depth + 1 if parent else 1,
                grounds={"root": str(ground)} if ground else {},
            ),
        )


def unused_for(layer: Layer, seconds: float) -> None:
    record = layers.place(layer.id) / layers.FILE
    now = record.stat().st_mtime
    os.utime(record, (now - seconds, now - seconds))


def machine_on(home: Path, ground: str, name: str = "web") -> Path:
    """A qcow2 header that names its backing file, as a machine's disk."""
    disk = home / "projects" / "shop-1" / "machines" / name / "disks" / "root.qcow2"
    disk.parent.mkdir(parents=True)
    data = ground.encode()
    disk.write_bytes(b"QFI\xfb" + struct.pack(">IQI", 3, 512, len(data)).ljust(508, b"\0") + data)
    return disk


def test_one_that_is_published_is_found_and_private(home):
    kept = made("k1")

    assert layers.find("k1") == kept
    assert layers.find("k2") is None
    files = [path for path in layers.place(kept.id).rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["layer.json", "root.qcow2"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (layers.root(), layers.place(kept.id), *files))
    assert layers.disks_of(kept.id)[0].stat().st_mode & 0o777 == 0o400


def test_one_that_was_not_finished_leaves_nothing(home):
    with pytest.raises(RuntimeError), layers.making("k1") as folder:
        (folder / layers.DISKS / "root.qcow2").write_bytes(b"half")
        raise RuntimeError

    assert layers.find("k1") is None
    assert list((layers.root() / "tmp").iterdir()) == []


def test_what_a_killed_process_left_goes_when_the_next_one_is_made(home):
    script = (
        "import os, signal\nfrom serai.images import layers\n"
        "with layers.making('k1') as folder:\n"
        "    (folder / 'disks' / 'root.qcow2').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    assert len(list((layers.root() / "tmp").iterdir())) == 1

    kept = made("k1")

    assert layers.find("k1") == kept
    assert list((layers.root() / "tmp").iterdir()) == []
    assert layers.names() == [kept.id]


def test_two_at_once_do_not_make_the_same(home):
    with layers.making("k1"), pytest.raises(SeraiError) as caught, layers.making("k1"):
        pass
    assert caught.value.code is Code.BUSY


def test_the_newest_of_a_key_counts(home):
    old, new = made("k1"), made("k1")

    assert old.id != new.id
    assert layers.find("k1") == new


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda disk: disk.write_bytes(disk.read_bytes()[:-1]), "root.qcow2 has 9999 bytes instead of 10000"),
        (lambda disk: disk.write_bytes(os.urandom(10_000)), "root.qcow2 is not what was kept"),
        (lambda disk: disk.unlink(), "root.qcow2: No such file or directory"),
    ],
)
def test_one_that_was_altered_starts_nothing_nor_does_what_stands_on_it(home, act, why):
    below = made("k1")
    above = made("k2", below)
    disk = layers.disks_of(below.id)[0]
    disk.chmod(0o600)

    act(disk)

    assert layers.find("k1") is None
    assert layers.find("k2") is None
    assert layers.why_broken(above) == why


def test_one_whose_ground_is_gone_starts_nothing(home, tmp_path):
    image = tmp_path / "image"
    image.write_bytes(b"")
    made("k1", ground=image)
    assert layers.find("k1")

    image.unlink()

    assert layers.find("k1") is None


def test_a_record_that_is_none_is_no_layer(home):
    kept = made("k1")
    record = layers.place(kept.id) / layers.FILE
    record.chmod(0o600)
    record.write_text("{")

    assert layers.find("k1") is None
    assert layers.all_of_them() == []


def test_the_backing_file_is_read_from_the_header(home, tmp_path):
    assert layers.backing(machine_on(home, "/images/base")) == "/images/base"
    raw = tmp_path / "raw"
    raw.write_bytes(bytes(1024))
    assert layers.backing(raw) == ""
    assert layers.backing(tmp_path / "none") == ""


def test_prune_by_age_takes_those_that_were_not_used(home):
    old, new = made("k1"), made("k2")
    unused_for(old, 100)

    assert layers.prune(older=50, dry_run=True) == [old]
    assert layers.find("k1")
    assert layers.prune(older=50) == [old]
    assert layers.names() == [new.id]


def test_use_of_one_is_use_of_all_below_it(home):
    below = made("k1")
    above = made("k2", below)
    unused_for(below, 100)
    unused_for(above, 100)

    layers.touch(above.id)

    assert layers.prune(older=50) == []


def test_prune_by_size_takes_the_longest_unused_first_and_none_that_others_stand_on(home):
    below = made("k1", size=100_000)
    above = made("k2", below, size=100_000)
    other = made("k3", size=100_000)
    for layer, seconds in ((below, 300), (above, 200), (other, 100)):
        unused_for(layer, seconds)

    assert layers.prune(keep=1 << 30) == []
    assert layers.prune(keep=250_000) == [above]
    assert layers.prune(keep=150_000) == [below]
    assert layers.names() == [other.id]


def test_what_a_machine_stands_on_stays(home):
    below = made("k1")
    above = made("k2", below)
    free = made("k3", above)
    machine_on(home, str(layers.disks_of(above.id)[0]))

    assert layers.in_use() == {below.id, above.id}
    assert layers.prune(everything=True) == [free]
    assert layers.find("k2")


def test_broken_ones_go_in_any_case(home):
    below = made("k1")
    above = made("k2", below)
    layers.disks_of(below.id)[0].unlink()

    assert layers.prune() == [above, below]
    assert layers.names() == []


def test_where_there_are_none_nothing_is_made(home):
    assert layers.prune(everything=True) == []
    assert layers.all_of_them() == []
    assert not layers.root().exists()
