"""Words of other tools lead to serai's own."""

from __future__ import annotations

import pytest

from serai.loaders.explain import descriptions
from serai.loaders.file import ProjectFile
from serai.loaders.schema import records
from serai.loaders.shape import record
from serai.loaders.yaml.words import WORDS, meant


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("box", ["image", "memory"], "did you mean 'image'?"),
        ("Box", ["image"], "did you mean 'image'?"),
        ("box", ["memory"], ""),
        ("ports", ["networks", "memory"], "did you mean 'networks'?"),
        ("ports", ["forwarded_port", "private"], "did you mean 'forwarded_port'?"),
        ("memroy", ["image", "memory"], "did you mean 'memory'?"),
    ],
)
def test_a_word_means_a_key_of_the_place(word, known, said):
    assert meant(word, known) == said


def test_every_word_leads_to_a_key_that_there_is_and_is_none_itself():
    keys = {key for shape in records(record(ProjectFile)) for key in descriptions(shape)}

    assert {key for keys_ in WORDS.values() for key in keys_} <= keys
    assert set(WORDS).isdisjoint(keys)
