"""Whatever the file holds, `load` gives a project or its own errors, and soon."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serai.loaders.write import to_json, to_yaml
from serai.loaders.yaml import load
from serai.util.errors import SeraiError

CASES = sorted((Path(__file__).parent / "cases").glob("*/serai.yaml"))
TEXTS = [path.read_text() for path in CASES]
PIECES = sorted(
    {word for text in TEXTS for word in text.replace("{", " { ").replace(":", ": ").split(" ") if word}
)
ODD = [
    "${",
    "}",
    "${index}",
    "&a",
    "*a",
    "<<: *a",
    "- ",
    "? ",
    "|",
    ">",
    "'",
    '"',
    "~",
    "\t",
    "\x00",
    "9" * 30,
    "!!int",
]
QUICK = settings(deadline=3000, max_examples=300, derandomize=True)


def loaded(text: str | bytes) -> None:
    """It loads and can be written and read again, or is refused by an error that names the file."""
    path = CASES[0].parent / "fuzz.yaml"
    try:
        project = load(path, text=text, environ={"CPUS": "2"})
    except SeraiError as error:
        assert "fuzz.yaml" in str(error)
        return
    assert load(path, text=to_yaml(project), environ={}) == project
    assert load(path, text=to_json(project), environ={}) == project


@QUICK
@given(st.text())
def test_any_text(text):
    loaded(text)


@QUICK
@given(st.binary())
def test_any_bytes(data):
    loaded(data)


@QUICK
@given(st.lists(st.sampled_from([*PIECES, *ODD, "\n", "\n  ", " ", ", "]), max_size=80))
def test_any_mixture_of_pieces(pieces):
    loaded(" ".join(pieces))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(PIECES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(PIECES), inner, max_size=4),
    max_leaves=20,
)
KEYS = [
    "image",
    "cpu",
    "cpus",
    "memory",
    "disks",
    "networks",
    "hostname",
    "user",
    "ssh",
    "guest",
    "provision",
    "after",
]
KEYS += [
    "ready",
    "synced_folders",
    "hooks",
    "env",
    "primary",
    "count",
    "each",
    "profiles",
    "providers",
    "x-y",
    "other",
]


@QUICK
@given(st.dictionaries(st.sampled_from(KEYS), values), st.dictionaries(st.sampled_from(KEYS), values))
def test_any_value_of_any_key(machine, layer):
    import json

    loaded(json.dumps({"project": "p", "defaults": layer, "machines": {"web": machine, "db": {}}}))


@QUICK
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_a_file_with_mistakes(text, chance):
    loaded(mistaken(text, chance))


def mistaken(text: str, chance: random.Random) -> str:
    """The text with a few places cut, doubled, moved or filled with something odd."""
    for _ in range(chance.randint(1, 5)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.randint(0, 20))
        piece = chance.choice(["", text[start:end] * 2, chance.choice(PIECES), chance.choice(ODD), "\n"])
        text = text[:start] + piece + text[end:]
    return text


@pytest.mark.parametrize(
    "text",
    [
        "machines: {a: {count: 10000, env: {" + ", ".join(f"K{n}: '${{index}}'" for n in range(300)) + "}}}",
        "machines: {a: {count: 10000}, b: {count: 10000, after: a}}",
        "machines: {a: {count: 2000}, b: {count: 2000, after: a}}",
        "machines: {a: {count: 3000, memory: '${index}'}}",
        "machines: {a: {count: 3000, arch: '${index}'}}",
        "machines: {" + ", ".join(f"m{n}: {{after: m{n + 1}}}" for n in range(3000)) + "}",
        "profiles: {" + ", ".join(f"p{n}: {{profiles: [p{n + 1}, p{n + 2}]}}" for n in range(3000)) + "}\n"
        "machines: {a: {profiles: [p0]}}",
        "machines: {a: {each: {" + ", ".join(f"k{n}: {{}}" for n in range(5000)) + "}}}",
        "machines: {" + ", ".join(f"m{n}: {{netwroks: 1}}" for n in range(3000)) + "}",
        "machines: {a: {networks: [" + ", ".join(["8080:80"] * 5000) + "]}}",
        "defaults: {env: {" + ", ".join(f"K{n}: '${{index}}'" for n in range(300)) + "}}\n"
        "machines: {a: {count: 10000}}",
        "profiles: {p: {env: {" + ", ".join(f"K{n}: '${{index}}'" for n in range(300)) + "}}}\n"
        "machines: {a: {count: 10000, profiles: p}}",
    ],
    ids=range(12),
)
@pytest.mark.timeout(60)
def test_what_multiplies_ends_soon(text):
    try:
        load(Path("fuzz.yaml"), text=f"project: p\n{text}", environ={})
    except SeraiError:
        pass
