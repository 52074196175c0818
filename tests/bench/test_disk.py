"""Disks that are compared: each variant is a disk that a project file could state."""

from __future__ import annotations

import pytest

from serai.bench import disk
from serai.bench.plan import Settings
from serai.loaders.yaml import load


class Asked:
    """A guest that notes what dd is told, and takes a second each time."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def dd(self, words: str) -> float:
        self.words.append(words)
        return 1.0


@pytest.mark.parametrize("case", disk.CASES)
def test_every_variant_is_a_disk_of_the_spec(case, tmp_path):
    _, _, _, variants, _ = disk.CASES[case]
    import msgspec

    disks = {f"d{number}": {"size": "64MiB", **keys} for number, keys in enumerate(variants.values())}
    file = tmp_path / "serai.yaml"
    file.write_bytes(msgspec.json.encode({"machines": {"bench": {"image": "tiny", "disks": disks}}}))
    assert list(load(file).machines["bench"].disks) == list(disks)


def test_no_round_writes_where_another_has_written():
    guest = Asked()
    for number in range(3):
        disk.first_write(guest, "/dev/vdb", number, 4 << 20)
    assert [word for words in guest.words for word in words.split() if word.startswith("seek=")] == [
        "seek=0", "seek=64", "seek=128",
    ]  # fmt: skip
    assert all("count=64" in words and "oflag=direct" in words for words in guest.words)


def test_values_are_in_the_unit_of_the_case():
    assert disk.first_write(Asked(), "/dev/vdb", 0, 8 << 20) == 8
    assert disk.synced_write(Asked(), "/dev/vdb", 0, 8 << 20) == 8
    assert disk.small_writes(Asked(), "/dev/vdb", 0, 8 << 20) == disk.SMALL


def test_a_case_that_is_not_wanted_makes_no_machine():
    assert disk.run(Settings(cases=("nothing",))) == []
