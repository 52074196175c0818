"""Entries of the Boot Loader Specification."""

from __future__ import annotations

from host_trees import built
from serai.host.boot.entries import LOADER, SystemdBoot, entries, lines, started_by
from serai.host.boot.known import tool_of
from serai.host.boot.words import Words
from serai.host.reach.local import Local
from serai.util.process import Result


def test_the_newest_kernel_is_first_and_the_rescue_last(tmp_path):
    names = [path.rpartition("/")[2] for path in entries(built("fedora-42", tmp_path))]

    assert [name.split("-")[1] for name in names] == ["6.14.0", "6.9.4", "0"]


def test_kernelopts_is_looked_up(tmp_path):
    (line,) = lines(built("rhel-8", tmp_path))

    assert line.text.startswith("root=/dev/mapper/rhel-root ro crashkernel=auto")
    assert tool_of(Local(tmp_path)).kept(Local(tmp_path)).path == "/boot/grub2/grubenv"


def test_what_starts_no_linux_is_no_entry_of_ours(tmp_path):
    assert "windows" not in " ".join(entries(built("arch-systemd-boot", tmp_path)))


def test_the_loader_says_who_it_is(tmp_path):
    built("arch-systemd-boot", tmp_path)
    place = tmp_path / LOADER.lstrip("/")
    place.parent.mkdir(parents=True)
    place.write_bytes(b"\x06\0\0\0" + "systemd-boot 257\0".encode("utf-16-le"))
    reach = Local(tmp_path, run=lambda argv: Result(argv, 0, "", ""))

    assert started_by(reach) == "systemd-boot 257"
    (tmp_path / "boot/grub2").mkdir()
    assert tool_of(reach).name == "systemd-boot"
    assert tool_of(Local(tmp_path)).name == "grubby"


def test_where_kernel_install_makes_entries_the_next_one_has_the_words_too(tmp_path):
    reach = built("arch-systemd-boot", tmp_path)
    (tmp_path / "boot/loader/entries/abc-6.12.conf").write_text("linux /l\nmachine-id abc\noptions root=/dev/a\n")
    places = SystemdBoot().places(reach, Words(name="x", add=("iommu=pt",)))

    assert places[-1].path == "/etc/kernel/cmdline"
