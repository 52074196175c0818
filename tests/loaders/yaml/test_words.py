"""Words of other tools lead to serai's own."""

from __future__ import annotations

import pytest

from serai.loaders.explain import descriptions
from serai.loaders.file import ProjectFile
from serai.loaders.schema import records
from serai.loaders.shape import record
from serai.loaders.yaml.words import TUNING, WORDS, meant


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("box", ["image", "memory"], "did you mean 'image'?"),
        ("Box", ["image"], "did you mean 'image'?"),
        ("box", ["memory"], ""),
        ("ports", ["networks", "memory"], "did you mean 'networks'?"),
        ("ports", ["forwarded_port", "private"], "did you mean 'forwarded_port'?"),
        ("memroy", ["image", "memory"], "did you mean 'memory'?"),
        ("vcpupin", ["count", "pin"], "did you mean 'pin'?"),
        ("vcpupin", ["cpu", "memory"], "did you mean 'cpu'?"),
        ("emulatorpin", ["each", "emulator"], "did you mean 'emulator'?"),
        ("memory-backing", ["size", "hugepages"], "did you mean 'hugepages'?"),
        ("libvirt__network_name", ["bridge", "network_name"], "did you mean 'network_name'?"),
        ("libvirt__ip", ["address", "network"], "did you mean 'address'?"),
        ("Portgroup", ["portgroup"], "did you mean 'portgroup'?"),
    ],
)
def test_a_word_means_a_key_of_the_place(word, known, said):
    assert meant(word, known) == said


PLACES = [set(descriptions(shape)) for shape in records(record(ProjectFile))]


@pytest.mark.parametrize("word", sorted(WORDS | TUNING))
def test_every_word_leads_to_a_key_of_some_place_that_does_not_have_the_word_itself(word):
    for ours in (WORDS | TUNING)[word]:
        assert any(ours in place and word not in place for place in PLACES)


def test_no_word_is_there_twice():
    assert set(WORDS).isdisjoint(TUNING)
