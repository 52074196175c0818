"""What an address means, before anything is fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.images.boxes.source import Wanted, local, server_of, with_token
from serai.images.way import Way


def test_a_path_is_one_when_it_is_there_or_looks_like_one(tmp_path: Path):
    (tmp_path / "a.box").write_bytes(b"x")
    assert local("a.box", tmp_path) == tmp_path / "a.box"
    assert local("debian/bookworm64", tmp_path) is None
    assert local("./gone.box", tmp_path) == tmp_path / "./gone.box"
    assert local("file:///tmp/a%20b.box", None) == Path("/tmp/a b.box")
    assert local("https://a.example/b", tmp_path) is None


def test_the_server_is_the_one_that_is_said_the_environments_or_the_public_one(monkeypatch: pytest.MonkeyPatch):
    assert server_of(Wanted(address="a/b")) == "https://vagrantcloud.com"
    monkeypatch.setenv("VAGRANT_SERVER_URL", "https://own.example/")
    assert server_of(Wanted(address="a/b")) == "https://own.example"
    assert server_of(Wanted(address="a/b", server="https://said.example")) == "https://said.example"


def test_a_token_is_for_one_host_over_https(monkeypatch: pytest.MonkeyPatch):
    assert with_token(Way(), "https://a.example").headers("https://a.example/x") == {}
    monkeypatch.setenv("VAGRANT_CLOUD_TOKEN", "t")
    way = with_token(Way(), "https://a.example")
    assert way.headers("https://a.example/x") == {"Authorization": "Bearer t"}
    for other in (
        "https://b.example/x",
        "https://a.example.b.example/",
        "https://a.example:8443/",
        "http://a.example/x",
    ):
        assert way.headers(other) == {}
