"""metadata.json is read as a stranger's: typed, bounded, and every mistake is one sentence."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from serai.images.boxes.metadata import info, parse, read
from serai.util.errors import Code, SeraiError


def test_version_one_and_two_of_libvirt_are_read():
    one = parse(b'{"provider": "libvirt", "format": "qcow2", "virtual_size": 10}', "a")
    assert (one.provider, one.format, one.disks) == ("libvirt", "qcow2", [])
    two = parse(b'{"provider": "libvirt", "disks": [{"path": "a.img", "name": "x"}, {"path": "b.img"}]}', "a")
    assert [(disk.path, disk.name) for disk in two.disks] == [("a.img", "x"), ("b.img", "")]


def test_architectures_have_one_word_each():
    assert parse(b'{"provider": "qemu", "architecture": "x86_64"}', "a").architecture == "amd64"
    assert parse(b'{"provider": "qemu", "architecture": ""}', "a").architecture is None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "wrong"),
        (b"[]", "wrong"),
        (b"{}", "provider"),
        (b'{"provider": 7}', "provider"),
        (b'{"provider": ""}', "provider"),
        (b'{"provider": "../../etc"}', "cannot be the provider"),
        (b'{"provider": "a", "architecture": "a/b"}', "cannot be the architecture"),
        (b'{"provider": "a", "disks": [{"path": 3}]}', "path"),
        (b'{"provider": "a", "disks": [{}]}', "path"),
        (json.dumps({"provider": "a", "disks": [{"path": "x"}] * 17}).encode(), "length"),
        (b'{"provider": "a", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nests"),
        (b'{"provider": "a", "x": "' + b"y" * (1 << 20) + b'"}', "larger than"),
        (b'\xff\xfe{"provider"}', "wrong"),
    ],
)
def test_what_is_wrong_is_told(data: bytes, why: str):
    with pytest.raises(SeraiError, match=why) as caught:
        parse(data, "shop")
    assert caught.value.code is Code.CORRUPT


def test_a_box_without_metadata_says_what_it_lacks(tmp_path: Path):
    with pytest.raises(SeraiError, match=r"no metadata\.json"):
        read(tmp_path)


def test_brackets_in_texts_do_not_nest():
    assert parse(b'{"provider": "a", "x": "' + b'[\\"' * 100 + b'"}', "a").provider == "a"


def test_mutated_metadata_ends_in_metadata_or_in_one_sentence():
    dice = random.Random(3)
    good = b'{"provider": "libvirt", "architecture": "amd64", "disks": [{"path": "a.img", "name": "x"}]}'
    for _ in range(2000):
        data = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 2)] = bytes(
                dice.choice(b'{}[]",:\\0x\xff') for _ in range(dice.randint(0, 3))
            )
        try:
            found = parse(bytes(data), "a")
        except SeraiError as error:
            assert error.code is Code.CORRUPT
        else:
            assert "/" not in found.provider


def test_info_is_what_can_be_read(tmp_path: Path):
    assert info(tmp_path) == {}
    (tmp_path / "info.json").write_text('{"Author": "ann"}')
    assert info(tmp_path) == {"Author": "ann"}
    (tmp_path / "info.json").write_text("[")
    assert info(tmp_path) == {}
