"""`explain` takes ids and keys, and helps with both when it is spelt wrongly."""

from __future__ import annotations

import pytest

from serai.loaders.explain import Explanation
from serai.loaders.guide import State
from serai.loaders.topics import Explained, file_keys, machine_keys, topic
from serai.util.errors import SeraiError


@pytest.mark.parametrize("word", ["HW-1", "hw-1", "hw1"])
def test_an_id_gives_its_act_with_its_page(word):
    found = topic(word)

    assert isinstance(found, Explained)
    assert (found.id, found.state) == ("HW-1", State.SERVED)
    assert found.page is not None


def test_an_act_of_a_later_version_is_told_as_such():
    found = topic("ocp-1")

    assert isinstance(found, Explained)
    assert (found.act, found.state, found.page) == ("projects and who may do what in them", State.LATER, None)


@pytest.mark.parametrize(("word", "key"), [("memory.size", "memory.size"), ("MEMORY.Size", "memory.size")])
def test_anything_else_is_a_key(word, key):
    found = topic(word)

    assert isinstance(found, Explanation)
    assert found.key == key


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("CPUU-1", "the guide has no CPUU-1 (did you mean 'CPU-1'?)"),
        ("HW-9", "the guide has no HW-9 (there are HW-1, HW-2, HW-3)"),
        ("QQ-77", "the guide has no QQ-77 (serai explain lists them)"),
        ("memroy", "memroy: no such key, did you mean 'memory'?"),
        ("disks.cach", "disks.cach: no such key, did you mean 'cache'?"),
        ("HW-1x", "HW-1x: neither a key of the project file nor an id of the guide (did you mean 'HW-1'?)"),
        (
            "zzz",
            "zzz: neither a key of the project file nor an id of the guide (serai explain lists ids and keys)",
        ),
    ],
)
def test_what_is_neither_gets_a_suggestion(word, said):
    with pytest.raises(SeraiError) as caught:
        topic(word)
    assert str(caught.value) == said


def test_the_keys_of_the_file_and_of_a_machine_are_told_apart():
    assert file_keys()["networks"] == "networks between the machines"
    assert machine_keys()["networks"] == "forwarded ports and interfaces"
    assert all({**file_keys(), **machine_keys()}.values())
