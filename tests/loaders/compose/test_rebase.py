"""Paths of files in other directories."""

from __future__ import annotations

import pytest

from serai.loaders.compose.rebase import is_remote, joined, rebased
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems

TEXT = """\
services:
  web:
    build: {context: app, additional_contexts: {a: other, b: "docker-image://x"}}
    env_file: [a.env, {path: b.env}]
    volumes:
      - "./data:/d:ro"
      - "named:/n"
      - "/abs:/a"
      - {type: bind, source: x, target: /x}
      - {type: volume, source: v, target: /v}
    extends: {file: base.yaml, service: x}
  short: {build: "https://github.com/a/b.git", label_file: l}
secrets: {s: {file: s.txt}, t: {environment: T}}
volumes: {v: , b: {driver_opts: {o: bind, device: data}}, n: {driver_opts: {o: addr=h, device: "h:/x"}}}
"""


def test_paths_become_the_projects() -> None:
    found = plain(rebased(parse(TEXT, Problems("f")), "parts"))

    assert found == {
        "services": {
            "web": {
                "build": {
                    "context": "./parts/app",
                    "additional_contexts": {"a": "./parts/other", "b": "docker-image://x"},
                },
                "env_file": ["./parts/a.env", {"path": "./parts/b.env"}],
                "volumes": [
                    "./parts/data:/d:ro",
                    "named:/n",
                    "/abs:/a",
                    {"type": "bind", "source": "./parts/x", "target": "/x"},
                    {"type": "volume", "source": "v", "target": "/v"},
                ],
                "extends": {"file": "./parts/base.yaml", "service": "x"},
            },
            "short": {"build": "https://github.com/a/b.git", "label_file": "./parts/l"},
        },
        "secrets": {"s": {"file": "./parts/s.txt"}, "t": {"environment": "T"}},
        "volumes": {
            "v": None,
            "b": {"driver_opts": {"o": "bind", "device": "./parts/data"}},
            "n": {"driver_opts": {"o": "addr=h", "device": "h:/x"}},
        },
    }


def test_the_projects_own_directory_changes_nothing() -> None:
    root = parse(TEXT, Problems("f"))

    assert rebased(root, ".") is root


@pytest.mark.parametrize(
    ("prefix", "text", "expected"),
    [("a", "../b", "./b"), ("a", "/b", "/b"), ("a", "~/b", "~/b"), ("..", "b", "../b"), ("", "b", "./b")],
)
def test_a_path_still_begins_as_one(prefix: str, text: str, expected: str) -> None:
    assert joined(prefix or ".", text) == expected


@pytest.mark.parametrize(
    ("text", "remote"),
    [("https://x/y.git", True), ("git@host:x", True), ("github.com/a/b", True), ("./app", False), ("app", False)],
)
def test_a_context_elsewhere_is_known(text: str, remote: bool) -> None:
    assert is_remote(text) is remote
