"""Where the command line stands in a file; nothing else of the file is touched."""

from __future__ import annotations

import pytest

from serai.host.boot.form import FORMS, GRUBENV_BYTES
from serai.host.boot.words import Words
from serai.util.errors import Code, SeraiError

WORDS = Words(name="x", add=("iommu=pt",), remove=("amd_iommu=on",))


@pytest.mark.parametrize(
    ("form", "text", "edited"),
    [
        ("cmdline", "root=/dev/a ro\n", "root=/dev/a ro iommu=pt\n"),
        ("cmdline", "root=/dev/a ro", "root=/dev/a ro iommu=pt"),
        ("cmdline", "# mine\nroot=/dev/a\nro\n", "# mine\nroot=/dev/a ro iommu=pt\n"),
        ("cmdline", "", "iommu=pt\n"),
        ("cmdline-less", "ro amd_iommu=on\n", "ro\n"),
        ("entry", "title A\noptions\tro\nlinux /v\n", "title A\noptions\tro iommu=pt\nlinux /v\n"),
        ("entry", "options ro\r\nlinux /v\r\n", "options ro iommu=pt\r\nlinux /v\r\n"),
        ("entry", "title A\nlinux /v", "title A\nlinux /v\noptions iommu=pt\n"),
        ("variable", 'GRUB_CMDLINE_LINUX=""\n', 'GRUB_CMDLINE_LINUX="iommu=pt"\n'),
        ("variable", "GRUB_CMDLINE_LINUX=ro\n", 'GRUB_CMDLINE_LINUX="ro iommu=pt"\n'),
        ("variable", "GRUB_CMDLINE_LINUX='ro' # why\n", "GRUB_CMDLINE_LINUX='ro iommu=pt' # why\n"),
        ("variable", "GRUB_TIMEOUT=1", 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="iommu=pt"\n'),
        (
            "variable",
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="b"\n',
            'GRUB_CMDLINE_LINUX="a"\nGRUB_CMDLINE_LINUX="b iommu=pt"\n',
        ),
        (
            "variable",
            'GRUB_CMDLINE_LINUX_DEFAULT="quiet amd_iommu=on iommu=pt"\nGRUB_CMDLINE_LINUX="ro"\n',
            'GRUB_CMDLINE_LINUX_DEFAULT="quiet iommu=pt"\nGRUB_CMDLINE_LINUX="ro"\n',
        ),
    ],
)
def test_the_line_is_edited_where_it_stands(form, text, edited):
    assert FORMS[form].edited(text, WORDS) == edited
    assert FORMS[form].edited(edited, WORDS) == edited


def test_what_was_taken_out_of_the_second_variable_goes_back_there():
    before = 'GRUB_CMDLINE_LINUX_DEFAULT="quiet amd_iommu=on"\nGRUB_CMDLINE_LINUX="ro"\n'
    edited = FORMS["variable"].edited(before, WORDS).replace("quiet", "quiet splash")

    assert FORMS["variable"].undone(edited, before, WORDS) == before.replace("quiet amd", "quiet splash amd")


def test_grubs_block_keeps_its_size_and_says_when_it_is_full():
    block = "# GRUB Environment Block\nkernelopts=ro\nsaved_entry=1\n".ljust(GRUBENV_BYTES, "#")
    edited = FORMS["grubenv"].edited(block, WORDS)

    assert edited == "# GRUB Environment Block\nkernelopts=ro iommu=pt\nsaved_entry=1\n".ljust(GRUBENV_BYTES, "#")
    assert FORMS["grubenv"].undone(edited, block, WORDS) == block
    with pytest.raises(SeraiError, match="no room for more") as error:
        FORMS["grubenv"].edited(block, Words(name="x", add=tuple(f"word{number}=on" for number in range(99))))
    assert error.value.code is Code.REFUSED
