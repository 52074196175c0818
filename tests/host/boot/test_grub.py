"""GRUB's drop-in is read by a shell as it is meant, and what others set is known without one."""

from __future__ import annotations

import subprocess

import pytest

from host_cases import write
from serai.host.boot.grub import Default, DropIn, drop_in, set_by
from serai.host.boot.words import Words
from serai.host.reach.local import Local

WORDS = Words(name="x", add=("intel_iommu=on", "iommu=pt"), remove=("amd_iommu=on", "hugepages="))


@pytest.mark.parametrize(
    ("line", "normal"),
    [
        ("ro amd_iommu=on", "quiet"),
        ("", "amd_iommu=on amd_iommu=on hugepages=4"),
        ("iommu=pt", "hugepages=2 quiet"),
    ],
)
def test_a_shell_reads_the_drop_in_as_serai_does(line, normal, tmp_path):
    default = f'GRUB_CMDLINE_LINUX="{line}"\nGRUB_CMDLINE_LINUX_DEFAULT="{normal}"\n'
    write(tmp_path, {"etc/default/grub": default})
    reach = Local(tmp_path)
    text = drop_in(WORDS, set_by(reach))
    write(tmp_path, {"etc/default/grub.d/90-serai-x.cfg": text})
    script = f'{default}{text}echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"'
    said = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True)

    assert said.stdout.split() == set_by(reach).split()
    assert WORDS.hold(said.stdout.strip())
    assert said.stdout.split().count("iommu=pt") == 1


def test_what_other_files_set_is_read_in_their_order(tmp_path):
    write(
        tmp_path,
        {
            "etc/default/grub": "GRUB_CMDLINE_LINUX=ro\nexport GRUB_CMDLINE_LINUX_DEFAULT='a b' # why\n",
            "etc/default/grub.d/10.cfg": 'GRUB_CMDLINE_LINUX="${GRUB_CMDLINE_LINUX} c"\n',
            "etc/default/grub.d/20.cfg": 'GRUB_CMDLINE_LINUX_DEFAULT="d"\nGRUB_CMDLINE_LINUX+=" e"\n',
            "etc/default/grub.d/ignored": "GRUB_CMDLINE_LINUX=no\n",
        },
    )

    assert set_by(Local(tmp_path)) == "ro c e d"
    assert set_by(Local(tmp_path), without="/etc/default/grub.d/20.cfg") == "ro c a b"


def test_where_the_words_are_there_already_no_drop_in_is_needed(tmp_path):
    write(tmp_path, {"etc/default/grub": 'GRUB_CMDLINE_LINUX_DEFAULT="intel_iommu=on iommu=pt"\n'})

    assert DropIn().places(Local(tmp_path), WORDS) == []


def test_what_cannot_be_read_is_taken_out_all_the_same(tmp_path):
    default = 'GRUB_CMDLINE_LINUX_DEFAULT="quiet hugepages=4"; GRUB_CMDLINE_LINUX="iommu=pt intel_iommu=on"\n'
    write(tmp_path, {"etc/default/grub": default})
    (place,) = DropIn().places(Local(tmp_path), WORDS)
    script = f'{default}{place.text}echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"'
    said = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True)

    assert "hugepages=4" not in said.stdout and {"quiet", "iommu=pt", "intel_iommu=on"} <= set(said.stdout.split())


def test_a_grub_mkconfig_that_reads_no_drop_ins_has_its_variable_edited(tmp_path):
    write(tmp_path, {"usr/bin/grub-mkconfig": ". /etc/default/grub", "boot/grub/grub.cfg": ""})
    reach = Local(tmp_path)

    assert DropIn().here(reach) == ""
    assert Default().here(reach) == "/usr/bin/grub-mkconfig"
    assert Default().owes(reach) == ("grub-mkconfig",)
