"""`fork:` in the file: all from the parent, but what the fork states; and what it cannot state."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.loaders.write import to_yaml
from serai.loaders.yaml import load
from serai.spec.machine import Project
from serai.util.errors import SeraiErrors

FILE = """
project: shop
defaults: {image: tiny, memory: 256M, provision: [{shell: "true"}]}
machines:
  db: {cpus: 2, networks: [{private: back}, {forwarded_port: {guest: 80, host: 8080}}]}
"""


def read(more: str) -> Project:
    return load(Path("serai.yaml"), text=FILE + more)


def refused(more: str) -> str:
    with pytest.raises(SeraiErrors) as told:
        read(more)
    return "\n".join(str(each.line()) for each in told.value.errors)


def test_forks_have_what_their_parent_has_and_nothing_to_do():
    project = read("  test: {fork: db, count: 2}\n")

    for name in ("test-1", "test-2"):
        made = project.machines[name]
        assert (made.fork, made.image, made.cpu.count, made.memory.size) == ("db", "tiny", 2, 256 << 20)
        assert made.provision == []
        assert made.networks[1].forwarded_port is not None
        assert made.networks[1].forwarded_port.auto_correct


def test_a_fork_states_what_is_done_in_it_and_may_be_forked():
    test = "  test: {fork: db, provision: [{shell: echo}], after: {db: ready}}\n"
    project = read(f"{test}  deep: {{fork: test, autostart: false}}\n")

    made, deep = project.machines["test"], project.machines["deep"]
    assert len(made.provision) == 1
    assert (deep.fork, deep.cpu.count, deep.autostart, deep.provision) == ("test", 2, False, [])


def test_the_file_that_is_written_gives_the_same_project():
    project = read("  test: {fork: db, count: 2, env: {A: b}}\n  deep: {fork: test-1, hostname: deep.example}\n")

    assert load(Path("serai.yaml"), text=to_yaml(project)) == project


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("  test: {fork: bd}\n", "fork: no such machine 'bd', there are db, test"),
        ("  w: {count: 2}\n  test: {fork: w}\n", "fork: no such machine 'w', it is many: w-1, w-2"),
        ("  test: {fork: test}\n", "forks of each other in a circle: test → test"),
        ("  a: {fork: b}\n  b: {fork: a}\n", "forks of each other in a circle: a → b → a"),
        ("  test: {fork: db, memory: 1G}\n", "memory: a fork has it from its parent db"),
        ("  test: {fork: db, image: debian}\n", "image: a fork has it from its parent db"),
        (
            "  test: {fork: db, networks: []}\n",
            "networks: a fork has the interfaces of its parent db, in their order",
        ),
    ],
)
def test_what_a_fork_cannot_be_is_named_with_its_place(more, words):
    assert words in refused(more)


def test_ports_and_addresses_are_a_forks_own():
    project = read("  test: {fork: db, networks: [{private: {network: back, address: 10.40.0.77}}]}\n")

    (nic,) = project.machines["test"].networks
    assert nic.private is not None
    assert nic.private.address == "10.40.0.77"
