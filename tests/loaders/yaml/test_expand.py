"""Expanding: long forms all the way down, unknown keys found, `x-` keys left out."""

from __future__ import annotations

import pytest

from serai.loaders.file import Block, Layer
from serai.loaders.shape import record, shape_of
from serai.loaders.yaml.expand import Expander, known_keys
from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.spec.hook import Event, Hook


@pytest.fixture
def problems():
    return Problems("f")


def test_one_item_stands_for_a_list(problems):
    node = parse("{provision: echo, networks: [8080]}", problems)

    assert plain(Expander(problems).expand(node, record(Layer))) == {
        "provision": [{"shell": {"inline": "echo"}}],
        "networks": [{"forwarded_port": {"guest": 8080, "host": 8080}}],
    }


def test_extension_keys_are_left_out(problems):
    node = parse("{x-a: 1, disks: {x-b: 1, data: {size: 1G, x-c: 1}}, env: {x-d: 1}}", problems)

    assert plain(Expander(problems).expand(node, record(Layer))) == {
        "disks": {"data": {"size": "1G"}},
        "env": {"x-d": 1},
    }
    assert len(problems) == 0


def test_unknown_keys_are_problems_with_a_suggestion(problems):
    Expander(problems).expand(parse("{count: 1, memroy: 1G}", problems), record(Layer))

    assert [error.message.split(",")[0] for error in problems.errors()] == [
        "count: unknown key",
        "memroy: unknown key",
    ]
    assert "did you mean 'memory'?" in problems.errors()[1].message


def test_a_map_by_enum_knows_its_keys(problems):
    Expander(problems).expand(parse("after_strat: x", problems), shape_of(dict[Event, list[Hook]]))

    assert "did you mean 'after_start'?" in problems.errors()[0].message


def test_a_wrong_part_is_left_out_and_the_rest_stays(problems):
    node = parse("{networks: [80-80, 22:22], user: me}", problems)

    assert plain(Expander(problems).expand(node, record(Layer))) == {
        "networks": [{}, {"forwarded_port": {"guest": 22, "host": 22}}],
        "user": "me",
    }
    assert len(problems) == 1


def test_a_node_is_expanded_once(problems):
    expander, node = Expander(problems), parse("memory: 1G", problems)

    assert expander.expand(node, record(Layer)) is expander.expand(node, record(Layer))


def test_a_machine_is_named_by_its_key():
    assert "name" not in known_keys(record(Block))
    assert "count" in known_keys(record(Block))
    assert "count" not in known_keys(record(Layer))
