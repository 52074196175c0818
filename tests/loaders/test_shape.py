"""The shape of annotations: what the loader has to know of a type."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pytest

from serai.loaders.shape import ANY, Leaf, ListOf, MapOf, Record, Want, record, shape_of
from serai.spec.base import Duration, Name, Size
from serai.spec.hook import Event, Hook
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.provision import Provision


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("hint", "want"),
    [
        (str, Want.TEXT),
        (Name | None, Want.TEXT),
        (Colour, Want.TEXT),
        (Size, Want.SIZE),
        (Annotated[Size | None, "other"], Want.SIZE),
        (Duration, Want.DURATION),
        (int, Want.VALUE),
        (bool | None, Want.VALUE),
        (Any, Want.VALUE),
        (dict[str, Any] | list[Any], Want.VALUE),
    ],
)
def test_a_scalar_is_read_as(hint, want):
    shape = shape_of(hint)

    assert isinstance(shape, Leaf)
    assert shape.want is want


def test_containers_know_what_they_hold():
    listed, mapped = shape_of(list[Memory]), shape_of(dict[Name, Size])

    assert isinstance(listed, ListOf)
    assert listed.item is record(Memory)
    assert isinstance(mapped, MapOf)
    assert mapped.keys is None
    assert isinstance(mapped.value, Leaf)
    assert mapped.value.want is Want.SIZE


def test_a_map_by_enum_has_only_those_keys():
    hooks = shape_of(dict[Event, list[Hook]])

    assert isinstance(hooks, MapOf)
    assert hooks.keys is not None
    assert "after_start" in hooks.keys


def test_a_record_has_the_fields_of_its_struct():
    fields = record(Machine).fields

    assert list(fields) == list(Machine.__struct_fields__)
    assert isinstance(fields["memory"], Record)
    assert fields["primary"] is ANY


def test_kinds_keep_their_order_whichever_is_looked_at_first():
    fields = record(Provision).fields
    before = list(fields)

    assert fields["chef_apply"] is fields["chef_apply"]
    assert list(fields) == before
    assert before.index("chef_solo") < before.index("chef_apply")
