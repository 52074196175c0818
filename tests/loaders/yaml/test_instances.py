"""`count` and `each` unroll, in the order of the file, into machines with their own names in scope."""

from __future__ import annotations

import pytest

from serai.loaders.yaml import load
from serai.loaders.yaml.expand import Expander
from serai.loaders.yaml.expression import Scope
from serai.loaders.yaml.instances import Unroller, fill
from serai.loaders.yaml.nodes import of, plain
from serai.loaders.yaml.parse import parse
from serai.loaders.yaml.problems import Problems
from serai.util.errors import SeraiErrors


@pytest.fixture
def problems():
    return Problems("f")


def unrolled(text, problems):
    root = parse(text, problems)
    unroller = Unroller(
        problems,
        Expander(problems),
        project=of("p", root),
        environ={"N": "2"},
        defaults=root.items.get("defaults"),
        profiles=root.items.get("profiles"),
    )
    return unroller.unroll(root.items["machines"])


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ("{}", ["web"]),
        ("{count: 2}", ["web-1", "web-2"]),
        ("{count: '${env.N}'}", ["web-1", "web-2"]),
        ("{count: 0}", []),
        ("{count: null}", ["web"]),
        ("{each: [a, b]}", ["web-a", "web-b"]),
        ("{each: {a: 1, b: 2}}", ["web-a", "web-b"]),
        ("{each: [{x: 1}, {x: 2}]}", ["web-1", "web-2"]),
        ("{each: []}", []),
    ],
)
def test_a_block_stands_for(block, names, problems):
    found = unrolled(f"machines: {{web: {block}}}", problems)

    assert [one.name for one in found] == names
    assert {one.base for one in found} <= {"web"}
    assert len(problems) == 0


def test_each_machine_has_its_own_names(problems):
    text = "machines: {web: {each: {a: {n: 1}}, user: '${each.key}${each.value.n}-${index}-${machine.name}'}}"

    assert plain(unrolled(text, problems)[0].node) == {"user": "a1-1-web-a"}


def test_machines_without_expressions_share_their_nodes(problems):
    one, other = unrolled("{defaults: {user: me}, machines: {web: {count: 2, memory: 1G}}}", problems)

    assert one.node is other.node


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{a: {count: -1}}", "must be a whole number from 0 to 10000"),
        ("{a: {count: true}}", "must be a whole number from 0 to 10000, not true"),
        ("{a: {each: 1}}", "must be a list or a map"),
        ("{a: {count: 1, each: [a]}}", "only one of count and each"),
        ("{a: {count: 1}, a-1: {}}", "there is another machine named a-1"),
        ("{'a b': {}}", "cannot be a machine's name"),
        ("{a: {each: ['b c']}}", "'a-b c' cannot be a machine's name"),
        ("{a: 1}", "must be a map of the machine's keys, not the number 1"),
        ("{a: {count: 9999}, b: {count: 9999}}", "more than 10000 machines"),
    ],
)
def test_what_cannot_be_unrolled_is_a_problem(text, message, problems):
    unrolled(f"machines: {text}", problems)

    assert [message in str(error) for error in problems.errors()] == [True]


def test_profiles_that_nobody_lists_are_checked_too(problems):
    unrolled("{profiles: {unused: {memroy: 1G}, other: {profiles: gone}}, machines: {}}", problems)

    assert [error.message.split(":")[0] for error in problems.errors()] == [
        "profiles.unused.memroy",
        "profiles.other.profiles",
    ]


def test_filling_leaves_a_node_without_expressions_alone(problems):
    node = parse("a: {b: [1]}", problems)

    assert fill(node, Scope({}, {}), problems) is node


@pytest.mark.parametrize(
    ("block", "hint"),
    [
        ("image:tiny", "a space after the colon: `image: tiny`"),
        ("debian:12", "for example `web: {image: debian:12}`"),
        ("7", "for example `web: {image: tiny}`"),
        ("[image]", "for example `web: {image: tiny}`"),
    ],
)
def test_a_text_in_place_of_a_machine_is_answered_with_how_it_is_written(block, hint, tmp_path):
    with pytest.raises(SeraiErrors) as caught:
        load(tmp_path / "serai.yaml", text=f"project: p\nmachines: {{web: {block}}}", environ={})
    assert [error.hint for error in caught.value.errors] == [hint]
