"""HW-1: the probe guest runs under TCG, and is what `probe.S` says."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from serai.providers import probe_guest
from serai.providers.qemu.features import binary_for


@pytest.mark.engine
def test_the_probe_guest_does_all_its_work_under_tcg() -> None:
    assert probe_guest.run_probe(binary_for("amd64"), "tcg", "max") == ""


@pytest.mark.engine
def test_a_guest_that_cannot_start_is_told_in_qemu_s_words() -> None:
    assert "no-such-cpu" in probe_guest.run_probe(binary_for("amd64"), "tcg", "no-such-cpu")


@pytest.mark.engine
def test_a_guest_that_crashes_did_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe_guest, "guest_code", lambda: b"\xf4")
    monkeypatch.setattr(probe_guest, "BUDGET", 0.5)
    monkeypatch.setattr(probe_guest, "AGAIN", 0.5)
    assert "hung" in probe_guest.run_probe(binary_for("amd64"), "tcg", "max")


def test_a_first_start_that_takes_long_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """QEMU's libraries come from the disk once: what was slow then is no proof against KVM."""
    slow = tmp_path / "qemu"
    slow.write_text(
        f"#!/bin/sh\n[ -e {tmp_path}/again ] && exit {probe_guest.PASSED}\n: >{tmp_path}/again\nexec sleep 60\n"
    )
    slow.chmod(0o755)
    monkeypatch.setattr(probe_guest, "BUDGET", 0.5)

    assert probe_guest.run_probe(str(slow), "kvm", "host") == ""


def test_what_cannot_be_run_says_why(tmp_path: Path) -> None:
    assert probe_guest.run_probe(str(tmp_path), "kvm", "host") == f"{tmp_path} cannot be run: Permission denied"


@pytest.mark.skipif(not (shutil.which("as") and shutil.which("ld")), reason="binutils are not installed")
def test_the_guest_is_assembled_from_its_source(tmp_path: Path) -> None:
    source = Path(probe_guest.__file__).with_name("probe.S")
    made, code = tmp_path / "probe.o", tmp_path / "probe.bin"
    subprocess.run(["as", "--64", source, "-o", made], check=True)
    link = ["ld", "-m", "elf_x86_64", "-Ttext", "0x8000", "--oformat", "binary"]
    subprocess.run([*link, made, "-o", code], check=True)
    assert code.read_bytes().rstrip(b"\0") == probe_guest.guest_code()
