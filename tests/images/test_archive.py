"""Archives of strangers: what is unpacked is bounded, checked, and stays in its directory."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from serai.images.archive import copy_bounded, decompress, disk_of_tar
from serai.images.magic import Kind
from serai.util.errors import Code, SeraiError

DATA = b"head" + bytes(3 << 20) + b"tail"


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-cq"], input=data, capture_output=True, check=True).stdout


COMPRESSORS: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.GZIP: gzip.compress,
    Kind.XZ: lzma.compress,
    Kind.BZIP2: bz2.compress,
    Kind.ZSTD: zstd,
}


@pytest.fixture(params=COMPRESSORS)
def compressed(request: pytest.FixtureRequest, tmp_path: Path, need: Callable[..., None]) -> tuple[Kind, Path]:
    kind: Kind = request.param
    if kind is Kind.ZSTD:
        need("zstd")
    path = tmp_path / "packed"
    path.write_bytes(COMPRESSORS[kind](DATA))
    return kind, path


def test_every_compression_gives_back_what_was_packed(compressed: tuple[Kind, Path], tmp_path: Path):
    kind, path = compressed
    decompress(path, kind, tmp_path / "plain", len(DATA))
    assert (tmp_path / "plain").read_bytes() == DATA


def test_zeros_become_holes(tmp_path: Path):
    target = tmp_path / "plain"
    copy_bounded(io.BytesIO(bytes(8 << 20)), target, 8 << 20, target)
    assert target.stat().st_size == 8 << 20
    assert target.stat().st_blocks * 512 < 1 << 20


def test_one_byte_above_the_bound_is_too_much(compressed: tuple[Kind, Path], tmp_path: Path):
    kind, path = compressed
    with pytest.raises(SeraiError, match="unpacks to more than") as caught:
        decompress(path, kind, tmp_path / "plain", len(DATA) - 1)
    assert "--max-size" in caught.value.hint


def test_half_a_stream_is_told_as_damage(compressed: tuple[Kind, Path], tmp_path: Path):
    kind, path = compressed
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SeraiError, match="damaged or truncated") as caught:
        decompress(path, kind, tmp_path / "plain", len(DATA))
    assert caught.value.code is Code.CORRUPT


def test_a_copy_gives_the_digest_that_was_asked_for(tmp_path: Path):
    told = copy_bounded(io.BytesIO(DATA), tmp_path / "plain", len(DATA), tmp_path, "sha256")
    assert told == hashlib.sha256(DATA).hexdigest()


def tar(tmp_path: Path, members: dict[str, bytes]) -> Path:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def ovf(*files: str) -> bytes:
    space = "http://schemas.dmtf.org/ovf/envelope/1"
    named = "".join(f'<File ovf:id="f{i}" ovf:href="{file}"/>' for i, file in enumerate(files))
    disks = "".join(f'<Disk ovf:diskId="d{i}" ovf:fileRef="f{i}"/>' for i in range(len(files)))
    return f'<Envelope xmlns="{space}" xmlns:ovf="{space}">{named}{disks}</Envelope>'.encode()


def test_the_one_disk_of_a_tar_is_unpacked(tmp_path: Path):
    found = disk_of_tar(tar(tmp_path, {"readme": b"hi", "./a.raw": DATA}), tmp_path, len(DATA))
    assert found.read_bytes() == DATA
    assert found.parent == tmp_path


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
def test_the_manifest_is_believed_when_it_fits_and_only_then(tmp_path: Path, algorithm: str):
    line = f"{algorithm.upper()}(a.raw)= {hashlib.new(algorithm, DATA).hexdigest()}\n"
    members = {"a.ovf": ovf("a.raw"), "a.mf": line.encode(), "a.raw": DATA}
    assert disk_of_tar(tar(tmp_path, members), tmp_path, len(DATA)).read_bytes() == DATA
    with pytest.raises(SeraiError, match="altered"):
        disk_of_tar(tar(tmp_path, members | {"a.raw": DATA[:-1] + b"x"}), tmp_path, len(DATA))


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a.raw": b"1", "b.raw": b"2"}, "it holds 2 disks"),
        ({"readme": b"1"}, "it holds 0 disks"),
        ({"a.ovf": ovf("a.raw", "b.raw"), "a.raw": b"1", "b.raw": b"2"}, "it holds 2 disks"),
        ({"a.ovf": ovf("gone.raw"), "a.raw": b"1"}, "names gone.raw, which the archive does not hold"),
        ({"a.ovf": b"<Envelope", "a.raw": b"1"}, "is not XML"),
        ({"sub/a.raw": b"1"}, "leave its directory"),
        ({"a.raw": b"1", "./a.raw": b"2"}, "is there twice"),
        ({f"{number}.raw": b"1" for number in range(65)}, "more than 64 members"),
    ],
    ids=["two", "none", "two-described", "gone", "no-xml", "outside", "twice", "many"],
)
def test_a_crooked_archive_is_refused_with_the_reason(tmp_path: Path, members: dict[str, bytes], why: str):
    path = tmp_path / "a.tar"
    with pytest.raises(SeraiError, match=why) as caught:
        disk_of_tar(tar(tmp_path, members), tmp_path, 1 << 20)
    assert caught.value.code is Code.CORRUPT
    assert str(path) in caught.value.message
