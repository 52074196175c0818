"""Tars that a hostile guest may send: nothing lands or leads outside."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from serai.guest.unpack import unpack
from serai.util.errors import Code, SeraiError

Entry = tuple[str, bytes, str]
"""Name, type, and the content of a file or the target of a link."""
DIR, REG, SYM, LNK, FIFO, CHR = (
    tarfile.DIRTYPE,
    tarfile.REGTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.FIFOTYPE,
    tarfile.CHRTYPE,
)


def tar(*entries: Entry) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, value in entries:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.mode = 0o6755
            if kind == REG:
                info.size = len(value)
                archive.addfile(info, io.BytesIO(value.encode()))
            else:
                info.linkname = value
                archive.addfile(info)
    out.seek(0)
    return out


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where it goes; beside it a file that must stay as it is."""
    (tmp_path / "secret").write_text("secret")
    return tmp_path / "here" / "copy"


REFUSED: dict[str, list[Entry]] = {
    "an absolute name": [("t", DIR, ""), ("/t/x", REG, "x")],
    "a name that climbs": [("t", DIR, ""), ("t/../../secret", REG, "x")],
    "only a climb": [("../secret", REG, "x")],
    "an empty name": [("./", DIR, "")],
    "a second top": [("t", DIR, ""), ("secret", REG, "x")],
    "a file with entries below it": [("t", REG, "x"), ("t/x", REG, "x")],
    "a way through a link out": [("t", DIR, ""), ("t/l", SYM, "../.."), ("t/l/secret", REG, "x")],
    "a way through a link within": [("t", DIR, ""), ("t/d", DIR, ""), ("t/l", SYM, "d"), ("t/l/f", REG, "x")],
    "a directory below a link": [("t", DIR, ""), ("t/l", SYM, ".."), ("t/l/d", DIR, "")],
    "a hard link that climbs": [("t", DIR, ""), ("t/h", LNK, "../secret")],
    "its top again, as a link": [("t", DIR, ""), ("t", SYM, "..")],
    "its top as a link, and then as a directory": [("t", SYM, ".."), ("t", DIR, "")],
    "a hard link to an absolute name": [("t", DIR, ""), ("t/h", LNK, "/etc/passwd")],
}


@pytest.mark.parametrize("entries", REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(entries: list[Entry], place: Path) -> None:
    with pytest.raises(SeraiError) as refused:
        unpack(tar(*entries), place)
    assert refused.value.code is Code.CORRUPT
    assert (place.parent.parent / "secret").read_text() == "secret"
    assert not (place.parent / "secret").exists()


def test_a_destination_that_is_a_link_is_not_put_elsewhere(place: Path) -> None:
    place.parent.mkdir()
    (place.parent / "mine").mkdir()
    place.symlink_to("mine")
    with pytest.raises(SeraiError, match="not asked for"):
        unpack(tar(("t", DIR, ""), ("t", SYM, str(place.parent.parent)), ("t/new", REG, "x")), place)
    assert not (place.parent.parent / "new").exists()
    assert place.readlink() == Path("mine")


def test_what_is_outside_keeps_its_mode(place: Path) -> None:
    place.parent.mkdir()
    outside = place.parent.parent / "outside"
    outside.mkdir(mode=0o700)
    with pytest.raises(SeraiError, match="not asked for"):
        unpack(tar(("t", SYM, str(outside)), ("t", DIR, "")), place)
    assert outside.stat().st_mode & 0o777 == 0o700


def test_a_refused_copy_leaves_no_link_that_leads_out(place: Path) -> None:
    with pytest.raises(SeraiError, match="leads out"):
        unpack(tar(("t", DIR, ""), ("t/l", SYM, "/etc/passwd"), ("t/f", SYM, "g"), ("/t/x", REG, "x")), place)
    assert [path.name for path in place.iterdir()] == ["f"]


def test_a_header_does_not_fill_the_memory(place: Path) -> None:
    header = tarfile.TarInfo("t")
    header.type, header.size = tarfile.XHDTYPE, 6 << 30
    with pytest.raises(SeraiError, match="claims 6442450944 bytes"):
        unpack(io.BytesIO(header.tobuf(tarfile.GNU_FORMAT) + bytes(512)), place)


LEFT_OUT: dict[str, list[Entry]] = {
    "an absolute link": [("t/x", SYM, "/etc/passwd")],
    "a link that climbs out": [("t/x", SYM, "../../secret")],
    "a link out by way of another": [
        ("t/a", DIR, ""),
        ("t/a/b", DIR, ""),
        ("t/a/b/up", SYM, "../.."),
        ("t/x", SYM, "a/b/up/../secret"),
    ],
    "a pipe": [("t/x", FIFO, "")],
    "a device": [("t/x", CHR, "")],
    "a hard link through a link": [("t/l", SYM, ".."), ("t/x", LNK, "t/l/secret")],
}


@pytest.mark.parametrize("entries", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_it_leaves_out_and_says_so(entries: list[Entry], place: Path) -> None:
    left = unpack(tar(("t", DIR, ""), *entries, ("t/good", REG, "good")), place)
    assert any("x" in name for name in left)
    assert not (place / "x").is_symlink()
    assert not (place / "x").exists()
    assert (place / "good").read_text() == "good"


def test_a_link_and_a_hard_link_within_stay(place: Path) -> None:
    left = unpack(
        tar(("t", DIR, ""), ("t/d", DIR, ""), ("t/d/f", REG, "f"), ("t/l", SYM, "d/f"), ("t/h", LNK, "t/d/f")),
        place,
    )
    assert left == []
    assert (place / "l").read_text() == (place / "h").read_text() == "f"


def test_a_file_that_was_a_link_here_is_replaced_not_followed(place: Path) -> None:
    place.mkdir(parents=True)
    (place / "f").symlink_to(place.parent.parent / "secret")
    unpack(tar(("t", DIR, ""), ("t/f", REG, "new")), place)
    assert (place / "f").read_text() == "new"
    assert (place.parent.parent / "secret").read_text() == "secret"


def test_setuid_does_not_survive(place: Path) -> None:
    unpack(tar(("t", DIR, ""), ("t/f", REG, "f")), place)
    assert (place / "f").stat().st_mode & 0o7777 == 0o755


def test_a_single_file_takes_the_name_or_goes_into_a_directory(place: Path) -> None:
    unpack(tar(("hosts", REG, "h")), place)
    assert place.read_text() == "h"
    unpack(tar(("hosts", REG, "h")), place.parent)
    assert (place.parent / "hosts").read_text() == "h"


def test_a_truncated_tar_is_an_error(place: Path) -> None:
    data = tar(("t", DIR, ""), ("t/f", REG, "f" * 9000)).getvalue()[:4000]
    with pytest.raises(tarfile.TarError):
        unpack(io.BytesIO(data), place)
    assert not (place / "f").exists()
