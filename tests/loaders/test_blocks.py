"""The form of a provider's block is asked for once; without somebody to ask, any will do."""

from __future__ import annotations

from serai.loaders.blocks import CLOSED, Blocks
from serai.loaders.shape import ANY, record
from serai.spec.memory import Memory


def test_each_name_is_asked_for_once():
    asked = []

    def ask(name):
        asked.append(name)
        return Memory if name == "acme" else None

    blocks = Blocks(ask)

    assert [blocks.shape(name) for name in ("acme", "free", "acme", "free")] == [record(Memory), ANY] * 2
    assert asked == ["acme", "free"]


def test_without_somebody_to_ask_it_is_closed_and_every_form_free():
    assert not CLOSED.open
    assert CLOSED.shape("acme") is ANY
