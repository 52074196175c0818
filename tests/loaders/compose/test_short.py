"""Short spellings."""

from __future__ import annotations

import pytest

from serai.loaders.compose.short import Mount, Port, identity, mount, ports
from serai.loaders.yaml.nodes import Map, Scalar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", [Port(80)]),
        ("8080:80", [Port(80, "8080")]),
        ("127.0.0.1:8080:80/udp", [Port(80, "8080", "127.0.0.1", "udp")]),
        ("127.0.0.1::80", [Port(80, "", "127.0.0.1")]),
        ("[::1]:8080:80", [Port(80, "8080", "::1")]),
        ("3000-3001", [Port(3000), Port(3001)]),
        ("90-91:80-81", [Port(80, "90"), Port(81, "91")]),
        ("90-95:80", [Port(80, "90-95")]),
        ("90-95:80-81", None),
        ("90:80-81", None),
        ("80-79", None),
        ("0:80", None),
        ("8080:", None),
        ("127.0.0.1:80:", None),
        ("99999:80", None),
        ("web", None),
        ("", None),
    ],
)
def test_ports(text: str, expected: list[Port] | None) -> None:
    assert ports(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/a", Mount("", "/a")),
        ("b:/a", Mount("b", "/a")),
        ("./b:/a:ro,z", Mount("./b", "/a", ("ro", "z"))),
        ("b::ro", None),
        ("a:b:c:d", None),
        ("", None),
    ],
)
def test_mounts(text: str, expected: Mount | None) -> None:
    assert mount(text) == expected


def test_the_same_port_in_both_spellings_is_one() -> None:
    same = identity("ports")
    keys = {"target": "80", "published": "8080"}
    long = Map({key: Scalar(text, text, (1, 1), key) for key, text in keys.items()}, {}, (1, 1), "")

    assert same(long) == same(Scalar("8080:80", "8080:80", (1, 1), ""))
    assert same(Scalar("x y", "x y", (1, 1), "")) == ""
