"""A spec is written with what the file states, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from serai.spec.base import stated
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.raw import QemuRaw, Raw
from serai.util.units import GIB


def test_defaults_are_left_out():
    assert stated(Machine(name="web", memory=Memory(size=GIB))) == {"name": "web", "memory": {"size": GIB}}


def test_an_unknown_key_is_refused():
    with pytest.raises(msgspec.ValidationError, match="memroy"):
        msgspec.convert({"memroy": 1}, Machine)


def test_a_spec_cannot_be_changed():
    with pytest.raises(AttributeError):
        Machine(name="web").name = "db"


def test_the_rest_stands_beside_the_other_keys_as_in_the_file():
    raw = Raw(qemu=QemuRaw(machine="pc"), others={"acme": {"pool": "fast"}})

    assert stated(Machine(name="web", providers=raw))["providers"] == {
        "qemu": {"machine": "pc"},
        "acme": {"pool": "fast"},
    }
