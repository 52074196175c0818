"""Names and places of containers."""

from __future__ import annotations

import os

from serai.providers.nspawn import place


def test_everything_of_a_machine_is_found_by_its_name(scope):
    assert place.machine_name(scope, "web") == "serai-t1-web"
    assert str(place.tree_of(scope, "web")) == "/var/lib/machines/serai-t1-web"
    assert str(place.directory_of(scope, "web")) == "/var/lib/machines/.serai/serai-t1-web"
    assert place.settings_of("serai-t1-web").name == "serai-t1-web.nspawn"
    assert place.drop_in_of("serai-t1-web").parent.name == "systemd-nspawn@serai-t1-web.service.d"


def test_why_none_can_be_run_here(monkeypatch):
    monkeypatch.setattr(place.shutil, "which", lambda name: None)
    missing = place.why_not()
    assert missing is not None
    assert missing.hint == "apt install systemd-container"

    monkeypatch.setattr(place.shutil, "which", lambda name: "/usr/bin/systemd-nspawn")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    refused = place.why_not()
    assert refused is not None
    assert "as root" in refused.message
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert place.why_not() is None


def test_systemd_runs_the_host_where_its_directory_is(tmp_path, monkeypatch):
    monkeypatch.setattr(place, "BOOTED", tmp_path)
    assert place.by_systemd()
    monkeypatch.setattr(place, "BOOTED", tmp_path / "none")
    assert not place.by_systemd()
