"""What a console says of how far a guest has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.guest.bootlog import LIMIT, BootLog

STAGE = {
    "SeaBIOS (version 1.16.2-debian)": "firmware",
    'BdsDxe: loading Boot0001 "UEFI QEMU HARDDISK"': "firmware",
    "\x1b[2J\x1b[01;01HGNU GRUB  version 2.06": "firmware",
    "EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID device path": "kernel",
    "[    0.000000] Linux version 6.1.0-18-cloud-amd64": "kernel",
    "tiny: kernel is up": "kernel",
    "tiny: network up 10.0.2.15": "network",
    "udhcpc: lease of 10.0.2.15 obtained, lease time 86400": "network",
    "ci-info: | ens3  | True | 10.0.2.15 | 255.255.255.0 | global |": "network",
    "[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1mnetwork-online\x1b[0m - Network is Online.": "network",
    "[  OK  ] Started ssh.service - OpenBSD Secure Shell server.": "ssh",
    "tiny: ssh ready": "ssh",
    "debian login: ": "ssh",
    "something else": "launched",
}
FATAL = {
    "[  1.2] Kernel panic - not syncing: Attempted to kill init!": "the kernel panicked: Attempted to kill init!",
    "No bootable device.": "the firmware found nothing that boots",
    "grub rescue> ": "the boot loader found no system (grub rescue)",
    "(initramfs) ": "the initramfs did not find its root file system",
    "dracut:/# ": "the initramfs did not find its root file system",
    "You are in emergency mode. After logging in, type": "the guest went into its emergency mode",
}


@pytest.mark.parametrize(("line", "stage"), STAGE.items())
def test_a_line_tells_the_stage(line: str, stage: str) -> None:
    log = BootLog(None)
    log.read(f"{line}\r\n")
    assert log.stage == stage
    assert log.fatal == ""


@pytest.mark.parametrize(("line", "cause"), FATAL.items())
def test_a_line_tells_of_the_end(line: str, cause: str) -> None:
    log = BootLog(None)
    log.read(f"before\n{line}")
    assert log.fatal == cause


def test_pieces_make_the_same_as_the_whole() -> None:
    log = BootLog(None)
    for letter in "x\nKernel panic - not syncing: oh no\n":
        log.read(letter)
    assert log.fatal == "the kernel panicked: oh no"


def test_it_never_goes_back() -> None:
    log = BootLog(None)
    log.read("debian login: \n")
    log.read("SeaBIOS\n")
    assert log.stage == "ssh"


def test_it_reads_what_is_new_and_a_log_that_was_started_anew(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    log = BootLog(path)
    assert not log.look()
    path.write_text("SeaBIOS and more text than the next\n")
    assert log.look()
    assert not log.look()
    path.write_text("Linux version 6\n")
    assert log.look()
    assert log.stage == "kernel"


def test_its_tail_is_clean(tmp_path: Path) -> None:
    path = tmp_path / "console.log"
    path.write_text("\n\x1b[0;32mone\x1b[0m  \r\n\r\ntwo\xff\n", encoding="latin-1")
    assert BootLog(path).tail(5) == ["one", "two\ufffd"]
    assert BootLog(None).tail() == []


@pytest.mark.parametrize("word", ["started ", "ci-info: |", "Reached target ", "Cloud-init v.", "cloud-init "])
def test_a_line_of_many_beginnings_is_read_once(word: str) -> None:
    """Read to its end for each of them, a line of this length would take hours."""
    log = BootLog(None)
    log.read(word * (LIMIT // len(word)))
    log.read("\nlogin: ")
    assert (log.stage, log.cloud_init_done) == ("ssh", False)
