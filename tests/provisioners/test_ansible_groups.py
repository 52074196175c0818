"""Ranges, groups and limits as Ansible means them."""

from __future__ import annotations

from typing import Any

import pytest

from serai.provisioners.ansible_groups import covered, expanded, members

NAMES = ["web1", "web2", "web3", "db", "cache"]
GROUPS: dict[str, Any] = {
    "web": ["web[1:3]"],
    "store": "db, cache",
    "all_of_them:children": ["web", "store"],
    "web:vars": {"port": 80},
    "loop:children": ["loop"],
}


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("web", ["web"]),
        ("web[1:3]", ["web1", "web2", "web3"]),
        ("n[08:10].lab", ["n08.lab", "n09.lab", "n10.lab"]),
        ("n[1:5:2]", ["n1", "n3", "n5"]),
        ("n-[a:c]", ["n-a", "n-b", "n-c"]),
        ("[a:b][1:2]", ["a1", "a2", "b1", "b2"]),
        ("n[1:c]", []),
    ],
)
def test_a_range_is_its_names(name: str, names: list[str]) -> None:
    assert expanded(name) == names


def test_groups_have_the_machines_that_there_are() -> None:
    found = members(GROUPS, NAMES[1:])

    assert found == {
        "web": ["web2", "web3"],
        "store": ["db", "cache"],
        "all_of_them": ["web2", "web3", "db", "cache"],
        "loop": [],
    }


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        ([], NAMES),
        (["all"], NAMES),
        (["db"], ["db"]),
        (["web", "db"], ["web1", "web2", "web3", "db"]),
        (["web:!web2"], ["web1", "web3"]),
        (["!web"], ["db", "cache"]),
        (["web:&web[2:3]"], ["web2", "web3"]),
        (["all_of_them", "!store"], ["web1", "web2", "web3"]),
        (["web*"], ["web1", "web2", "web3"]),
        (["~.*[23]"], ["web2", "web3"]),
        (["ghost"], []),
    ],
)
def test_a_limit_means_machines(limit: list[str], names: list[str]) -> None:
    assert covered(limit, GROUPS, NAMES) == names
