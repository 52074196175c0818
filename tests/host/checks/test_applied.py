"""What waits for a reboot is told with the three command lines; what a reboot did not bring fails."""

from __future__ import annotations

import pytest

from host_cases import cases, named, wrong
from host_trees import built
from initramfs_stand_in import Host
from serai.host.apply import do, tune
from serai.host.changes.file import WriteFile
from serai.host.changes.initramfs import initramfs
from serai.host.changes.kernel_arguments import kernel_arguments
from serai.host.checks.examine import ROWS, examine
from serai.host.checks.row import Outcome
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.ledger import BOOT_ID
from serai.host.reach.local import Local
from serai.util.process import Result

CASES = cases("applied")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_check_judges_as_the_case_says(case):
    assert wrong(case) == ""


def booted(root, ident, line):
    for path, text in ((BOOT_ID, ident), ("/proc/cmdline", line)):
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{text}\n")
    return Local(root, run=lambda argv: Result(argv, 0, "", ""))


def judged(reach):
    return examine(ROWS["boot.applied"], Facts(Source(reach=reach)))


def quiet(line):
    """Is told what is done."""


def test_a_host_that_serai_did_not_change_has_nothing_to_say(tmp_path):
    built("fedora-42", tmp_path)

    assert judged(booted(tmp_path, "one", "ro")).result is Outcome.NOT_APPLICABLE


def test_a_command_line_waits_and_comes_or_is_lost(tmp_path):
    built("fedora-42", tmp_path)
    reach = booted(tmp_path, "one", "ro")
    tune(reach, "iommu", "", [kernel_arguments(reach, "iommu", add=("iommu=pt",))], quiet)

    waiting = judged(reach)
    assert waiting.result is Outcome.NOTE
    assert waiting.value == "iommu: now without iommu=pt, next boot with iommu=pt, next kernel with iommu=pt"
    assert waiting.why == "iommu waits for reboot"
    assert waiting.next == "reboot, when the guests allow it"
    assert judged(booted(tmp_path, "two", "ro iommu=pt")).result is Outcome.PASS
    lost = judged(booted(tmp_path, "three", "ro"))
    assert lost.result is Outcome.FAIL
    assert "the kernel did not get it" in lost.why
    assert lost.next == "serai host tune iommu"


def test_an_entry_that_somebody_edited_back_fails_before_the_reboot(tmp_path):
    built("fedora-42", tmp_path)
    reach = booted(tmp_path, "one", "ro")
    tune(reach, "iommu", "", [kernel_arguments(reach, "iommu", add=("iommu=pt",))], quiet)
    entry = tmp_path / "boot/loader/entries/5c1f-6.14.0-63.fc42.x86_64.conf"
    entry.write_text(entry.read_text().replace(" iommu=pt", ""))

    assert judged(reach).result is Outcome.FAIL


def test_a_run_that_did_not_end_is_a_warning(tmp_path):
    built("debian-12-bios", tmp_path)
    reach = booted(tmp_path, "one", "ro")
    do(reach, "x", "", [WriteFile(path="/etc/x", text="", runs=("update-grub",))], quiet)

    found = judged(reach)
    assert (found.result, found.next) == (Outcome.WARN, "serai host tune x")


def test_images_are_not_listed_for_it(tmp_path):
    host = Host(tmp_path, "dracut")
    booted(tmp_path, "one", "ro")
    tune(host.reach, "vfio", "", [initramfs(host.reach, "vfio", ("vfio_pci",))], quiet)
    host.at("/boot/initramfs-6.1.0-31-amd64.img").unlink()

    assert judged(host.reach).result is Outcome.NOTE
