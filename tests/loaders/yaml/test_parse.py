"""Text → nodes: places, merges, tags, and bounds that no file can pass."""

from __future__ import annotations

import pytest

from serai.loaders.yaml.nodes import plain
from serai.loaders.yaml.parse import MAX_BYTES, MAX_DEPTH, parse
from serai.loaders.yaml.problems import Problems
from serai.util.errors import Code, SeraiError

BOMB = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
)


def read(text):
    return parse(text, Problems("f.yaml"))


def test_keys_and_values_know_their_places():
    root = read("a:\n  b: 1\n  cé: [x]\n")
    inner = root.items["a"]

    assert inner.keys == {"b": (2, 3), "cé": (3, 3)}
    assert inner.items["cé"].items[0].place == (3, 8)


def test_merged_keys_lose_to_those_of_the_map():
    assert plain(read("x: &x {a: 1, b: 1}\ny: {<<: [*x, {c: 3, b: 4}], a: 2}"))["y"] == {"a": 2, "b": 1, "c": 3}


def test_a_quoted_merge_key_is_a_key():
    assert plain(read("'<<': 1")) == {"<<": 1}


def test_keys_are_texts_as_written():
    assert list(plain(read("010: a\non: b\n~: c\n1.0: d"))) == ["010", "on", "~", "1.0"]


def test_core_tags_are_known():
    assert plain(read("{a: !!str 1, b: !!int '2', c: ! 3, d: !!map {}, e: !!float '1.0'}")) == {
        "a": "1",
        "b": 2,
        "c": "3",
        "d": {},
        "e": 1.0,
    }


def test_a_byte_order_mark_is_no_text():
    assert plain(read("\ufeffa: 1".encode())) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f.yaml: the file is empty (serai init writes one)"),
        ("[1]", "f.yaml:1:1: a project file is a map"),
        ("a: [", "f.yaml:2:1: not valid YAML: did not find expected node content"),
        ("a:\n\tb: 1", "f.yaml:2:1: not valid YAML: found character that cannot start any token"),
        ("a: 1\nb: \x07", r"f.yaml:2:4: not valid YAML: the control character '\x07'"),
        ("? [a]\n: 1", "f.yaml:1:3: a key must be a text"),
        ("? {a: 1}\n: 1", "f.yaml:1:3: a key must be a text"),
        ("a: &x 1\n*x : 1", "f.yaml:2:1: a key must be a text, not an alias"),
        ("a: !!set {b}", "f.yaml:1:4: unknown tag tag:yaml.org,2002:set"),
        ("a: !x 1", "f.yaml:1:4: unknown tag !x"),
        ("a: !!int x", "f.yaml:1:4: 'x' is not of the type"),
        ("a: 1\n---\nb: 1", "f.yaml:2:1: a second document"),
        ("a: &x {b: *x}", "f.yaml:1:11: *x is inside of what it names"),
        ("a: *x", "f.yaml:1:4: there is no anchor &x"),
        ("a: {<<: 1}", "f.yaml:1:9: `<<` takes a map"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "f.yaml:1:1: %TAG directives"),
        (b"a: \xff", "f.yaml: the file is not UTF-8 text"),
        ("a: \ud800", "f.yaml: the file is not UTF-8 text"),
        ("x" * (MAX_BYTES + 1), "f.yaml: the file is larger than 4 MiB"),
        ("a: " + "[" * MAX_DEPTH, "nested deeper than 64 levels"),
        (BOMB, "more than 500000 values, aliases written out"),
    ],
)
def test_what_cannot_be_read_is_one_error_at_its_place(text, message):
    with pytest.raises(SeraiError) as caught:
        read(text)
    assert caught.value.code is Code.INPUT
    assert message in str(caught.value)


def test_a_tab_is_named():
    with pytest.raises(SeraiError) as caught:
        read("a:\n\tb: 1")
    assert caught.value.hint == "indent with spaces, not tabs"


def test_a_key_that_is_there_twice_is_a_problem_and_reading_goes_on():
    problems = Problems("f.yaml")
    root = parse("a: 1\na: 2\nb: {c: 1, 'c': 2}", problems)

    assert plain(root) == {"a": 1, "b": {"c": 1}}
    assert [str(error) for error in problems.errors()] == [
        "f.yaml:2:1: a: this key is there twice, first in line 1",
        "f.yaml:3:11: b.c: this key is there twice, first in line 3",
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "{a: ",
        "- ",
        "? ",
        "a: ",
        "a:\n ",
        "a: \n",
        "- |\n",
        "&a ",
        "!a ",
        "*a ",
        "'",
        '"\\x41',
        "# ",
        "%a\n",
        ":",
        "\n",
        *["[a, ", "a,", "k: [[a],", "<<: ", "|\n", "\ta"],
    ],
)
@pytest.mark.timeout(60)
def test_no_repetition_takes_long(piece):
    with pytest.raises(SeraiError):
        read((piece * MAX_BYTES)[:MAX_BYTES])


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1", "indent with spaces, not tabs"),
        ("a:\n   b: 1\n    c: 2", "indent the keys of a block alike, and quote a text with a colon in it"),
        ("a: {b: ${env.X}, c: 1}", "inside { } a text with ${…}, { or , needs quotes"),
        ("a: [b, ${x}]", "inside [ ] a text with ${…}, [ or , needs quotes"),
        ("a: @home", "a text that begins with @ needs quotes"),
        ("a: %x", "a text that begins with % needs quotes"),
        ("a:\n- b\nc", ""),
    ],
)
def test_a_syntax_error_says_what_to_do(text, hint):
    with pytest.raises(SeraiError) as caught:
        parse(text, Problems("f"))
    assert caught.value.hint == hint
