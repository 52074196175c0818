"""A word means a slot or a function; a wrong one gets what was meant (GPU-3)."""

from __future__ import annotations

import pytest

from serai.host.devices.inventory import inventory
from serai.host.devices.named import named
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.util.errors import Code, SeraiError


@pytest.fixture(scope="module")
def facts(captured):
    return Facts(Source(captured("workstation")))


@pytest.fixture(scope="module")
def found(facts):
    return inventory(facts)


@pytest.mark.parametrize(
    ("word", "addresses"),
    [
        ("04:00.1", ["0000:04:00.1"]),
        ("0000:04:00.1", ["0000:04:00.1"]),
        ("04:00", ["0000:04:00.0", "0000:04:00.1"]),
        ("00:1F.2", ["0000:00:1f.2"]),
    ],
)
def test_a_function_or_a_slot_is_meant(facts, found, word, addresses):
    assert [each.address for each in named(facts, found, word)] == addresses


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("04:00.7", "maybe 0000:04:00.0 or 0000:04:00.1; "),
        ("10.0", "maybe 0000:00:10.0; "),
        ("8086:100e", "maybe 0000:08:01.0 or 0000:08:02.0; "),
        ("eth0", "maybe 0000:08:01.0; "),
        ("0000:4:0.0", "maybe 0000:04:00.0"),
        ("zz", "an address is 01:00.0, or 01:00 for its whole slot; "),
        ("../../block", "an address is"),
    ],
)
def test_for_a_wrong_word_what_was_meant_is_said(facts, found, word, said):
    with pytest.raises(SeraiError) as raised:
        named(facts, found, word)

    assert raised.value.code is Code.INPUT
    assert raised.value.hint.startswith(said)
    assert raised.value.hint.endswith("serai host devices lists them")
