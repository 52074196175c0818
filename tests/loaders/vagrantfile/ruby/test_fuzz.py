"""Mutated files never hang, and never raise anything but SeraiError."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ruby_cases import CASES, interpreter
from serai.loaders.vagrantfile.ruby.bounds import Limits
from serai.util.errors import SeraiError

SOURCES = [path.read_text().partition("\n#>")[0] for path in sorted(CASES.glob("*/*.rb"))]
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
LIMITS = Limits(steps=200_000, seconds=0.5, size=16 << 20)
FREE = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def run(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "Vagrantfile")
        path.write_text(text)
        try:
            interpreter(Path(folder), limits=LIMITS).run_file(path)
        except SeraiError as error:
            assert error.message


def mutated(text: str, chance: random.Random) -> str:
    """Words taken out, doubled, swapped, or replaced by words of the other files."""
    words = TOKEN.findall(text)
    for _ in range(chance.randint(1, 6)):
        if not words:
            break
        at = chance.randrange(len(words))
        act = chance.randrange(5)
        if act == 0:
            del words[at]
        elif act == 1:
            words.insert(at, words[chance.randrange(len(words))])
        elif act == 2:
            other = chance.randrange(len(words))
            words[at], words[other] = words[other], words[at]
        elif act == 3:
            words[at] = chance.choice(TOKEN.findall(chance.choice(SOURCES)))
        else:
            words[at] = chance.choice(ODD)
    return "".join(words)


ODD = [
    *("nil", "-1", "10**9", '"\\0"', "[]", "{}", ":a", "self", "end", "*", "&", "**", "%", "1.5", "...", "=>"),
    *(
        "yield",
        "super",
        "return",
        "break",
        "next",
        "retry",
        "raise",
        "Class",
        "Object",
        "send",
        "0",
        "''",
        "\n",
        "|x|",
    ),
]


@settings(max_examples=150, **FREE)
@given(st.integers(0, len(SOURCES) - 1), st.integers(0, 2**32))
def test_a_mutated_file_ends_in_an_error_of_serai_or_well(index, seed):
    run(mutated(SOURCES[index], random.Random(seed)))


@settings(max_examples=60, **FREE)
@given(st.text(alphabet="abxyz=+-*/%&|<>!?.,:;'\"`#{}[]()@$ \n\\~^019", max_size=60))
def test_any_text_ends_in_an_error_of_serai_or_well(text):
    run(text)


@pytest.mark.parametrize("cut", range(8))
def test_a_file_that_ends_too_early_is_an_error_or_runs(cut):
    for text in SOURCES[cut::8]:
        run(text[: len(text) * (cut + 1) // 9])
