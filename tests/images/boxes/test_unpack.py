"""Boxes of strangers: what is in them lands in the directory, and nowhere else; traps end in one sentence."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from box_files import members, tar, zipped
from serai.images.boxes import unpack as module
from serai.images.boxes.unpack import unpack
from serai.util.errors import Code, SeraiError

Try = Callable[[bytes], Path]


@pytest.fixture
def unpacked(tmp_path: Path) -> Try:
    def act(data: bytes, max_size: int = 1 << 24) -> Path:
        box, target = tmp_path / "a.box", tmp_path / "in" / "here"
        box.write_bytes(data)
        target.mkdir(parents=True, exist_ok=True)
        unpack(box, target, max_size=max_size)
        return target

    return act


@pytest.mark.parametrize(
    "pack",
    [
        tar,
        lambda content: tar(content, packed=False),
        lambda content: lzma.compress(tar(content, packed=False)),
        zipped,
    ],
    ids=["tar.gz", "tar", "tar.xz", "zip"],
)
def test_a_box_is_unpacked_whatever_it_is_packed_by(unpacked: Try, pack: Callable[..., bytes]):
    content = {**members(), "include/a/b.txt": b"deep"}
    target = unpacked(pack(content))
    assert {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()} == set(content)
    assert (target / "box.img").read_bytes() == content["box.img"]


def test_a_tar_with_holes_as_vagrant_libvirt_makes_it_is_read(unpacked: Try, tmp_path: Path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "metadata.json").write_bytes(b"{}")
    with (source / "box.img").open("wb") as file:
        file.write(b"begin")
        file.seek(3 << 20)
        file.write(b"end")
    words = ["tar", "-C", str(source), "-czSf", str(tmp_path / "sparse.box"), "./metadata.json", "./box.img"]
    subprocess.run(words, check=True)
    target = unpacked((tmp_path / "sparse.box").read_bytes())
    assert (target / "box.img").read_bytes() == (source / "box.img").read_bytes()


def special(kind: bytes, name: str = "trap", link: str = "/etc/passwd") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, link
        archive.addfile(member)
    return out.getvalue()


def named(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    return out.getvalue()


def long_name(size: int) -> bytes:
    """A GNU long name that claims, and has, so many bytes."""
    head = tarfile.TarInfo("././@LongLink")
    head.type, head.size = tarfile.GNUTYPE_LONGNAME, size
    return head.tobuf(tarfile.GNU_FORMAT) + bytes(-(-size // 512) * 512) + named("a")


def encrypted() -> bytes:
    data = bytearray(zipped({"metadata.json": b"{}"}))
    for sign in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(sign)
        data[at + (6 if sign[2] == 3 else 8)] |= 1
    return bytes(data)


def link_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("trap")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


TRAPS: dict[str, tuple[bytes, str]] = {
    "a symbolic link": (special(tarfile.SYMTYPE), "not a plain file"),
    "a hard link": (special(tarfile.LNKTYPE), "not a plain file"),
    "a device": (special(tarfile.CHRTYPE), "not a plain file"),
    "a pipe": (special(tarfile.FIFOTYPE), "not a plain file"),
    "a way up": (named("../up"), "would leave"),
    "a way up inside": (named("a/../../up"), "would leave"),
    "an absolute path": (named("/tmp/serai-trap"), "would leave"),
    "a backslash": (named("..\\up"), "would leave"),
    "twice": (named("a", "./a"), "twice"),
    "a file and a directory": (named("a", "a/b"), "file and a directory"),
    "too deep": (named("/".join("abcdefghijk")), "too deep"),
    "many members": (named(*(f"m{number}" for number in range(5000))), "more than 4096"),
    "endless headers": (gzip.compress(long_name(64 << 20)), "of headers"),
    "a bomb": (gzip.compress(tar({"box.img": bytes(32 << 20)}, packed=False)), "more than"),
    "a zip's way up": (zipped({"../up": b"x"}), "would leave"),
    "a zip's link": (link_in_zip(), "not a plain file"),
    "a zip that is encrypted": (encrypted(), "is encrypted"),
    "a zip's bomb": (zipped({"box.img": bytes(32 << 20)}), "more than"),
    "a web page": (b"<!DOCTYPE html><html>log in</html>", "web page"),
    "nothing": (b"", "empty"),
    "a disk": (members()["box.img"], "disk image"),
    "a text": (b"hello, here I am, a file of words\n", "no box"),
    "an empty tar": (bytes(10240), "no box"),
    "a cut zip": (zipped(members())[:-40], "truncated"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_refused_and_nothing_lands_outside(unpacked: Try, tmp_path: Path, trap: str):
    data, why = TRAPS[trap]
    with pytest.raises(SeraiError, match=why) as caught:
        unpacked(data)
    assert caught.value.code is Code.CORRUPT
    outside = [path for path in tmp_path.rglob("*") if (tmp_path / "in/here") not in (path, *path.parents)]
    assert {path.name for path in outside} <= {"a.box", "in", "home"}
    assert not Path("/tmp/serai-trap").exists()


@pytest.mark.parametrize("length", [1, 100, 600, 5000, -700, -1])
def test_a_box_that_is_cut_off_is_told(unpacked: Try, length: int):
    data = tar({"metadata.json": b"{}", "box.img": random.Random(1).randbytes(50_000)})
    with pytest.raises(SeraiError, match=r"truncated|damaged|no box|nothing"):
        unpacked(data[:length])


def test_mutated_boxes_end_in_a_box_or_in_one_sentence(tmp_path: Path):
    dice = random.Random(20)
    content = {**members(), "Vagrantfile": b"# ours\n", "include/x": b"y"}
    originals = [tar(content, packed=False)[:20480], tar(content), zipped(content)]
    for number in range(300):
        data = bytearray(dice.choice(originals))
        for _ in range(dice.randint(1, 8)):
            data[dice.randrange(min(len(data), dice.choice([600, 3000, len(data)])))] = dice.randrange(256)
        box, target = tmp_path / "m.box", tmp_path / "out" / str(number)
        box.write_bytes(data)
        target.mkdir(parents=True)
        try:
            unpack(box, target, max_size=1 << 22)
        except SeraiError as error:
            assert error.code is Code.CORRUPT
    assert {path.name for path in tmp_path.iterdir()} == {"m.box", "out", "home"}
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]


def test_the_budgets_are_those_that_are_told():
    assert module.MAX_MEMBERS == 4096
