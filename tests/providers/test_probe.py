"""HW-1: what the probe guest found is kept for its binary, until the next boot."""

from __future__ import annotations

import pytest

from serai.providers import probe, probe_guest


@pytest.mark.parametrize(
    ("reason", "name", "note"),
    [("", "kvm", ""), ("it hung", "tcg", "guests run under TCG, many times slower: it hung (serai explain HW-1)")],
)
def test_a_guest_is_run_once_for_each_binary(reason, name, note, home, tmp_path, monkeypatch):
    binary = tmp_path / "qemu"
    binary.write_text("")
    asked = []
    monkeypatch.setattr(probe_guest, "why_not_kvm", lambda path: asked.append(path) or reason)

    found = probe.accelerator(str(binary))
    probe._kept.cache_clear()

    assert (found.name, found.note) == (name, note)
    assert probe.accelerator(str(binary)) == found
    assert asked == [str(binary)]
