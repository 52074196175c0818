"""Command lines now and next, in the files of each boot loader."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.facts.boot import Boot, arguments, own
from serai.host.facts.source import Source


def test_the_last_of_two_arguments_counts(tmp_path):
    write(tmp_path, {"proc/cmdline": "a=1 vfio-pci.ids=x vfio_pci.ids=y quiet"})
    boot = Boot(Source(tmp_path))

    assert (boot.argument("vfio-pci.ids"), boot.argument("quiet"), boot.argument("b")) == ("y", "", None)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("boot/loader/entries/a.conf", "title A\noptions root=/dev/sda1 quiet"),
        ("boot/grub/grub.cfg", "\tlinux\t/vmlinuz root=/dev/sda1 quiet"),
        ("boot/grub2/grub.cfg", "  linuxefi /vmlinuz root=/dev/sda1 quiet"),
    ],
)
def test_the_next_command_line_is_found(tmp_path, path, text):
    write(tmp_path, {path: text})

    assert own(Boot(Source(tmp_path)).next[0].text) == ["quiet"]


def test_an_entry_whose_arguments_are_elsewhere_says_nothing(tmp_path):
    write(tmp_path, {"boot/loader/entries/a.conf": "options $kernelopts"})

    assert Boot(Source(tmp_path)).next == []


def test_quotes_hold_together_and_an_odd_one_does_no_harm():
    assert arguments('a="b c" d') == ["a=b c", "d"]
    assert arguments('a" d') == ['a"', "d"]
