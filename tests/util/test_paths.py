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


def test_a_tilde_is_a_home_and_stays_where_there_is_no_such_user(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))

    assert paths.expanduser("~/x") == tmp_path / "x"
    for text in ("~nobody-of-that-name/x", "~a\0b/x", "./~root/x", "x"):
        assert paths.expanduser(text) == Path(text)


def test_what_cannot_be_there_is_not(tmp_path):
    (tmp_path / "file").write_text("")
    asks = (paths.exists, paths.is_file, paths.is_dir)

    for name in ("x" * 300, "a\0b", "none"):
        assert [ask(tmp_path / name) for ask in asks] == [False] * 3
    assert [ask(tmp_path / "file") for ask in asks] == [True, True, False]
    assert [ask(tmp_path) for ask in asks] == [True, False, True]
