"""The kernel's arguments: now, at the next boot, and for the kernel that comes next."""

from __future__ import annotations

import pytest

from host_trees import built
from serai.host.apply import standing, tune, undo
from serai.host.boot.words import Words
from serai.host.changes.change import State
from serai.host.changes.kernel_arguments import judged, kernel_arguments
from serai.host.facts.source import Reading
from serai.host.ledger import BOOT_ID, Ledger
from serai.host.reach.local import Local
from serai.util.errors import SeraiError
from serai.util.process import Result

WITH, WITHOUT = "ro iommu=pt", "ro"


@pytest.mark.parametrize(
    ("now", "coming", "kept", "state", "why"),
    [
        (WITH, WITH, WITH, State.DONE, ""),
        (WITH, WITH, None, State.DONE, ""),
        (WITHOUT, WITH, WITH, State.PENDING, "reboot"),
        (WITHOUT, None, WITH, State.PENDING, "reboot"),
        (None, WITH, WITH, State.PENDING, "reboot"),
        (WITHOUT, WITH, WITHOUT, State.PENDING, "reboot; the next kernel that is installed loses it: /kept"),
        (WITH, WITH, WITHOUT, State.DONE, "the next kernel that is installed loses it: /kept"),
        (WITHOUT, WITHOUT, WITH, State.LOST, "/next does not have it"),
        (WITH, WITHOUT, WITHOUT, State.LOST, "the next boot loses it"),
    ],
)
def test_three_command_lines_tell_what_came_of_it(now, coming, kept, state, why):
    seen = judged(
        Words(name="x", add=("iommu=pt",)),
        None if now is None else Reading("/now", now),
        [] if coming is None else [Reading("/next", coming)],
        None if kept is None else Reading("/kept", kept),
    )

    assert seen.state is state
    assert seen.why.startswith(why)
    assert bool(seen.why) == bool(why)


def booted(root, ident, line):
    """The host of a test, started anew."""
    for path, text in ((BOOT_ID, ident), ("/proc/cmdline", line)):
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{text}\n")
    return Local(root, run=lambda argv: Result(argv, 0, "", ""))


def state_of(reach):
    ((_, seen),) = standing(reach, Ledger(reach).read("x"))
    return seen


def test_a_reboot_brings_it_or_it_is_lost(tmp_path):
    built("fedora-42", tmp_path)
    reach = booted(tmp_path, "one", "root=UUID=9e1 ro")
    tune(reach, "x", "", [kernel_arguments(reach, "x", add=("iommu=pt",))], lambda line: None)

    assert state_of(reach).state is State.PENDING
    assert state_of(reach).value == "now without iommu=pt, next boot with iommu=pt, next kernel with iommu=pt"
    assert state_of(booted(tmp_path, "two", "root=UUID=9e1 ro iommu=pt")).state is State.DONE
    lost = state_of(booted(tmp_path, "three", "root=UUID=9e1 ro"))
    assert lost.state is State.LOST
    assert "started anew, and the kernel did not get it" in lost.why


def test_the_line_of_the_next_boot_is_shown_before_it_is_made(tmp_path):
    reach = built("arch-systemd-boot", tmp_path)
    change = kernel_arguments(reach, "x", add=("iommu=pt",), remove=("amd_iommu=on",))
    diff = change.diff(reach)

    assert diff[0] == "next boot: root=PARTUUID=11 rw iommu=pt"
    assert "-options root=PARTUUID=11 rw amd_iommu=on" in diff
    assert change.title() == "the kernel's command line with iommu=pt, without amd_iommu=on"


def test_a_word_that_is_none_is_refused_before_anything_is_done(tmp_path):
    with pytest.raises(SeraiError, match="not a word"):
        kernel_arguments(built("fedora-42", tmp_path), "x", add=("a b",))


def test_what_the_boot_tool_wants_to_be_run_is_owed(tmp_path):
    assert kernel_arguments(built("debian-12-bios", tmp_path), "x", add=("a",)).owes == ("update-grub",)


def test_two_that_are_undone_in_the_order_in_which_they_were_done_leave_nothing(tmp_path):
    built("debian-12-bios", tmp_path)
    before = sorted(tmp_path.rglob("*"))
    reach = Local(tmp_path, run=lambda argv: Result(argv, 0, "", ""))
    for name, word in (("iommu", "iommu=pt"), ("thp-boot", "transparent_hugepage=never")):
        tune(reach, name, "", [kernel_arguments(reach, name, add=(word,))], [].append)
    for name in ("iommu", "thp-boot"):
        undo(reach, Ledger(reach).read(name), [].append)

    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []
