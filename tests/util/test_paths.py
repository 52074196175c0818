"""Where serai keeps things follows the environment."""

from __future__ import annotations

from pathlib import Path

from serai.util import paths


def test_serai_home_moves_all_of_it(monkeypatch, tmp_path):
    monkeypatch.setenv("SERAI_HOME", str(tmp_path))

    assert paths.home() == tmp_path


def test_without_it_the_data_directory_of_the_user_is_used(monkeypatch, tmp_path):
    monkeypatch.delenv("SERAI_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert paths.home() == tmp_path / "serai"

    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.home() == tmp_path / ".local/share/serai"


def test_sockets_get_a_short_directory(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 60)))

    assert paths.runtime().parent == Path("/tmp")
