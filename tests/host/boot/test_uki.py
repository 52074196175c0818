"""Unified images: the command line is read out of the image itself."""

from __future__ import annotations

import struct

import pytest

from host_trees import built
from serai.host.boot.uki import Uki, command_line
from serai.host.boot.words import Words


def image(text):
    """The least of a PE file with one section."""
    head = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 0)
    start = len(head) + len(coff) + 40
    data = text.encode() + b"\0"
    section = struct.pack("<8sIIII", b".cmdline", len(data), 0, len(data), start) + bytes(16)
    return head + coff + section + data


def test_the_command_line_of_an_image_is_read():
    assert command_line(image("root=/dev/a iommu=pt\n")) == "root=/dev/a iommu=pt"


@pytest.mark.parametrize("data", [b"", b"no image", b"MZ" + bytes(100), image("x")[:80]])
def test_what_is_no_image_has_none(data):
    assert command_line(data) == ""


def test_without_a_file_the_images_line_is_kept(tmp_path):
    reach = built("uki-kernel-install", tmp_path)
    (tmp_path / "etc/kernel/cmdline").unlink()
    (tmp_path / "boot/EFI/Linux").mkdir(parents=True)
    (tmp_path / "boot/EFI/Linux/fedora.efi").write_bytes(image("root=/dev/a"))
    (place,) = Uki().places(reach, Words(name="x", add=("iommu=pt",)))

    assert place.base == "root=/dev/a\n"
    assert Uki().coming(reach)[0].text == "root=/dev/a"


def test_a_layout_that_is_no_image_is_not_ours(tmp_path):
    reach = built("uki-kernel-install", tmp_path)
    (tmp_path / "etc/kernel/install.conf").write_text("layout=bls\n")

    assert Uki().here(reach) == ""
