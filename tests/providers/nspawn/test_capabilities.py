"""What containers of systemd-nspawn cannot do has a reason each."""

from __future__ import annotations

from serai.providers.contract import Feature
from serai.providers.nspawn import place
from serai.providers.nspawn.capabilities import BY_HAND, capabilities


def test_what_it_cannot_do_has_a_reason_each(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "BOOTED", tmp_path)
    able = capabilities()

    assert able.has | able.why_not.keys() == set(Feature)
    assert not able.has & able.why_not.keys()
    assert able.notes == ()


def test_a_host_without_systemd_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "BOOTED", tmp_path / "none")
    assert capabilities().notes == (BY_HAND,)
