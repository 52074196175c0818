"""Imports: every format that people have, and every trick that strangers play."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import subprocess
import tarfile
from pathlib import Path

import pytest

from serai.images import headers
from serai.images.convert import convert
from serai.images.headers import MAX_VIRTUAL
from serai.images.made import Made
from serai.util.errors import SeraiError

SIZE = 1 << 20


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(510) + b"\x55\xaa" + b"hello" + bytes(SIZE - 517))
    return disk


def qemu_img(raw: Path, form: str, *options: str) -> Path:
    target = raw.with_name(f"made.{form}")
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", form, *options, raw, target], check=True)
    return target


def bring(path: Path, tmp_path: Path, **options: int) -> Made:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    return convert(path, work, user="root", progress=lambda _phrase: None, **options)  # type: ignore[arg-type]


def content(made: Made, tmp_path: Path) -> bytes:
    out = tmp_path / "out.raw"
    assert made.disk is not None
    subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", made.disk, out], check=True)
    return out.read_bytes()


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("qcow2", ()),
        ("qcow2", ("-o", "compat=0.10")),
        ("qcow2", ("-c",)),
        ("vmdk", ()),
        ("vmdk", ("-o", "subformat=streamOptimized")),
        ("vmdk", ("-o", "subformat=monolithicFlat")),
        ("vmdk", ("-o", "subformat=twoGbMaxExtentSparse")),
        ("vmdk", ("-o", "subformat=twoGbMaxExtentFlat")),
        ("vdi", ()),
        ("vpc", ()),
        ("vpc", ("-o", "subformat=fixed")),
        ("vhdx", ()),
    ],
)
def test_every_format_brings_the_same_bytes(raw: Path, tmp_path: Path, form: str, options: tuple[str, ...]):
    made = bring(qemu_img(raw, form, *options), tmp_path)
    assert content(made, tmp_path)[:SIZE] == raw.read_bytes()
    assert made.virtual_size >= SIZE  # vhd rounds up to cylinders


@pytest.mark.parametrize("name", ["caf\u00e9, 1:2", "caf\udce9"])
@pytest.mark.parametrize("form", ["vmdk", "vdi", "raw"])
def test_a_file_may_be_called_and_lie_as_it_likes(raw: Path, tmp_path: Path, form: str, name: str):
    place = tmp_path / name
    place.mkdir()
    plain = raw.read_bytes()
    path = raw if form == "raw" else qemu_img(raw, form)
    made = bring(path.rename(place / f"{name}.{form}"), place)
    assert content(made, tmp_path) == plain


@pytest.mark.parametrize("name", ["caf\u00e9, 1:2", "caf\udce9"])
def test_a_split_vmdk_may_lie_anywhere(raw: Path, tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    raw = raw.rename(tmp_path / name / "disk.raw")
    made = bring(qemu_img(raw, "vmdk", "-o", "subformat=twoGbMaxExtentSparse"), tmp_path / name)
    assert content(made, tmp_path) == raw.read_bytes()


def test_raw_and_compressed_raw_come_as_they_are(raw: Path, tmp_path: Path):
    plain = raw.read_bytes()
    for name, data in (("a.gz", gzip.compress(plain)), ("a.xz", lzma.compress(plain))):
        path = tmp_path / name
        path.write_bytes(data)
        assert content(bring(path, tmp_path), tmp_path) == plain


def patched(raw: Path, offset: int, data: bytes) -> Path:
    path = qemu_img(raw, "qcow2")
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
    return path


def test_a_backing_file_is_refused(raw: Path, tmp_path: Path):
    overlay = tmp_path / "overlay.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", overlay], check=True)
    with pytest.raises(SeraiError, match=r"backing file"):
        bring(overlay, tmp_path)


def test_an_external_data_file_is_refused(raw: Path, tmp_path: Path):
    disk = tmp_path / "ext.qcow2"
    option = f"data_file={tmp_path}/data,data_file_raw=on"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-o", option, disk, "1M"], check=True)
    with pytest.raises(SeraiError, match="another file"):
        bring(disk, tmp_path)


@pytest.mark.parametrize(
    ("offset", "data", "why"),
    [
        (4, struct.pack(">I", 9), "version 9"),
        (20, struct.pack(">I", 40), "clusters claim"),
        (24, struct.pack(">Q", MAX_VIRTUAL + 512), "it claims"),
        (24, struct.pack(">Q", 0), "no bytes"),
        (32, struct.pack(">I", 2), "encrypted"),
        (36, struct.pack(">I", 0xFFFFFFFF), "absurd"),
        (40, struct.pack(">Q", 1 << 40), "truncated"),
        (60, struct.pack(">I", 100000), "snapshots"),
        (72, struct.pack(">Q", 1 << 20), "not known"),
        (72, struct.pack(">Q", 2), "corrupt"),
        (100, struct.pack(">I", 1 << 30), "header claims"),
    ],
)
def test_a_crooked_qcow2_header_is_refused(raw: Path, tmp_path: Path, offset: int, data: bytes, why: str):
    with pytest.raises(SeraiError, match=why):
        bring(patched(raw, offset, data), tmp_path)


@pytest.mark.parametrize("keep", [40, 200, 70_000, 200_000])
def test_a_truncated_qcow2_is_refused(raw: Path, tmp_path: Path, keep: int):
    path = qemu_img(raw, "qcow2")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SeraiError, match="truncated"):
        bring(path, tmp_path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret", "sub/secret"])
def test_a_vmdk_extent_elsewhere_is_refused(tmp_path: Path, name: str):
    path = tmp_path / "a.vmdk"
    path.write_text(
        f'# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 8 FLAT "{name}" 0\n'
    )
    with pytest.raises(SeraiError, match="not a file beside it"):
        bring(path, tmp_path)


def test_a_vmdk_extent_that_is_a_link_is_refused(tmp_path: Path):
    (tmp_path / "flat").symlink_to("/etc/passwd")
    path = tmp_path / "a.vmdk"
    path.write_text('# Disk DescriptorFile\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 8 FLAT "flat" 0\n')
    with pytest.raises(SeraiError, match="not a file beside it"):
        bring(path, tmp_path)


def test_a_vmdk_with_a_parent_is_refused(tmp_path: Path):
    path = tmp_path / "a.vmdk"
    path.write_text('# Disk DescriptorFile\nparentCID=1234abcd\nparentFileNameHint="/etc/passwd"\n')
    with pytest.raises(SeraiError, match="parent"):
        bring(path, tmp_path)


PARENT = b'# Disk DescriptorFile\nparentCID=cafecafe\nparentFileNameHint="/etc/passwd"\n'


def test_a_vmdk_whose_parent_stands_where_only_qemu_looks_is_refused(raw: Path, tmp_path: Path):
    """The header says that its description lies elsewhere. Source: qemu, block/vmdk.c, vmdk_parent_open."""
    path = qemu_img(raw, "vmdk")
    data = bytearray(path.read_bytes())
    honest = bytes(data[512 : 512 + 20 * 512])
    data[512 : 512 + 20 * 512] = PARENT.ljust(20 * 512, b"\0")
    data[28:36] = struct.pack("<Q", len(data) // 512)  # its description, in sectors
    path.write_bytes(data + honest)
    with pytest.raises(SeraiError, match="it has a parent disk"):
        bring(path, tmp_path)


def test_no_parent_is_opened_even_where_no_check_sees_it(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Grains that a disk lacks come from its parent: here from one that must not be read."""
    secret = qemu_img(raw, "vmdk")
    child = tmp_path / "child.vmdk"
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "vmdk", "-b", secret, "-F", "vmdk", child, str(SIZE)], check=True
    )
    with pytest.raises(SeraiError, match="it has a parent disk"):
        bring(child, tmp_path)

    monkeypatch.setattr(headers, "vmdk", lambda path: None)
    assert content(bring(child, tmp_path), tmp_path) == bytes(SIZE)


@pytest.mark.parametrize("blank", [" ", "\t", "\v", "\f", "\r"])
@pytest.mark.parametrize(
    "line",
    [
        'RW 8 FLAT "/etc/passwd" 0',
        'RDONLY 8 SPARSE "/etc/passwd"',
        'RW 8 VMFS "/etc/passwd"',
        "NOACCESS 8 ZERO",
        'RW,8 FLAT "/etc/passwd" 0',
    ],
)
@pytest.mark.parametrize("form", ["monolithicFlat", "twoGbMaxExtentFlat"])
def test_an_extent_that_is_indented_is_checked_as_any(raw: Path, tmp_path: Path, form: str, line: str, blank: str):
    """QEMU skips blanks. Source: block/vmdk.c, vmdk_parse_extents; sscanf(3)."""
    path = qemu_img(raw, "vmdk", "-o", f"subformat={form}")
    path.write_text(path.read_text().replace("# The Disk Data Base", f"{blank}{line}\n# The Disk Data Base"))
    assert line in path.read_text()
    with pytest.raises(SeraiError, match=r"not a file beside it|extents"):
        bring(path, tmp_path)


def test_qemu_is_told_of_all_extents_in_words_of_our_own(raw: Path, tmp_path: Path):
    """In a stranger's words it leaves out what is not RW. Source: block/vmdk.c, vmdk_parse_extents."""
    path = qemu_img(raw, "vmdk", "-o", "subformat=twoGbMaxExtentFlat")
    more = f'RDONLY 1 FLAT "made-f001.vmdk" {SIZE // 512 - 1}\n'
    path.write_text(path.read_text().replace("# The Disk Data Base", f"{more}# The Disk Data Base"))
    assert content(bring(path, tmp_path), tmp_path) == raw.read_bytes() + raw.read_bytes()[-512:]


def test_what_is_no_image_is_told(tmp_path: Path):
    for data, why in ((b"<html>hi</html>", "web page"), (b"", "empty"), (b"hello", "not a disk image")):
        path = tmp_path / "x"
        path.write_bytes(data)
        with pytest.raises(SeraiError, match=why):
            bring(path, tmp_path)


def test_a_bomb_is_stopped_at_the_bound(tmp_path: Path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(SeraiError, match=r"unpacks to more than 4\.0 MiB"):
        bring(path, tmp_path, max_size=4 << 20)


def test_a_truncated_stream_is_told(raw: Path, tmp_path: Path):
    for name, data in (("a.gz", gzip.compress(raw.read_bytes())), ("a.xz", lzma.compress(raw.read_bytes()))):
        path = tmp_path / name
        path.write_bytes(data[: len(data) // 2])
        with pytest.raises(SeraiError, match="damaged or truncated"):
            bring(path, tmp_path)


OVF = """<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
<References><File ovf:id="f1" ovf:href="disk.vmdk"/></References>
<DiskSection><Disk ovf:diskId="d1" ovf:fileRef="f1"/></DiskSection></Envelope>"""


def ova(tmp_path: Path, members: dict[str, bytes | tarfile.TarInfo]) -> Path:
    path = tmp_path / "a.ova"
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            if isinstance(data, bytes):
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data) if isinstance(data, bytes) else None)
    return path


def test_an_ova_brings_its_disk(raw: Path, tmp_path: Path):
    disk = qemu_img(raw, "vmdk", "-o", "subformat=streamOptimized").read_bytes()
    made = bring(ova(tmp_path, {"a.ovf": OVF.encode(), "disk.vmdk": disk}), tmp_path)
    assert content(made, tmp_path) == raw.read_bytes()


def test_an_ova_whose_disk_is_not_what_its_manifest_says_is_refused(raw: Path, tmp_path: Path):
    disk = qemu_img(raw, "vmdk").read_bytes()
    manifest = b"SHA256(disk.vmdk)= " + b"0" * 64
    with pytest.raises(SeraiError, match="altered"):
        bring(ova(tmp_path, {"a.ovf": OVF.encode(), "a.mf": manifest, "disk.vmdk": disk}), tmp_path)


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "sub/evil", ".."])
def test_members_that_leave_the_archive_are_refused(tmp_path: Path, name: str):
    with pytest.raises(SeraiError, match="leave its directory"):
        bring(ova(tmp_path, {"first": b"x", name: b"x"}), tmp_path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_refused(tmp_path: Path, kind: bytes):
    info = tarfile.TarInfo("disk.vmdk")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(SeraiError, match="not a plain file"):
        bring(ova(tmp_path, {"disk.vmdk": info}), tmp_path)


def test_entities_in_an_ovf_are_refused(tmp_path: Path):
    text = b'<!DOCTYPE a [<!ENTITY b "c">]>' + OVF.encode()
    with pytest.raises(SeraiError, match="document type"):
        bring(ova(tmp_path, {"a.ovf": text, "disk.vmdk": b"x"}), tmp_path)


def test_a_truncated_archive_is_told(raw: Path, tmp_path: Path):
    path = ova(tmp_path, {"a.ovf": OVF.encode(), "disk.vmdk": qemu_img(raw, "vmdk").read_bytes()})
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(SeraiError, match=r"truncated|damaged"):
        bring(path, tmp_path)
