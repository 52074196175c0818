"""Facts come from files, programs and the kernel; what cannot be told is Unknown, never empty."""

from __future__ import annotations

import pytest

from serai.host.facts.source import Source, Unknown


def test_a_file_that_is_not_there_is_told_from_one_that_is(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cmdline").write_text("quiet\n")
    source = Source(tmp_path)

    assert source.read("/proc/cmdline").text == "quiet"
    assert not source.read("/proc/swaps").there


def test_a_part_that_the_tree_does_not_hold_is_unknown(tmp_path):
    with pytest.raises(Unknown, match="holds no /proc"):
        Source(tmp_path).read("/proc/cmdline")


def test_a_tree_answers_neither_for_programs_nor_for_the_kernel(tmp_path):
    for question in (lambda: Source(tmp_path).run("dmesg"), lambda: Source(tmp_path).ask("kvm-api")):
        with pytest.raises(Unknown, match="only the running host"):
            question()


def test_small_files_of_the_kernel_can_be_read():
    assert Source().read("/proc/sys/kernel/osrelease").text


def test_a_word_is_no_number(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/x").write_text("many")
    with pytest.raises(Unknown, match="is not a number"):
        _ = Source(tmp_path).read("/proc/x").number
