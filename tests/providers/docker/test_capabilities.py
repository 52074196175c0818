"""What an engine can do, by what it says of itself."""

from __future__ import annotations

from serai.providers.contract import Feature
from serai.providers.docker.capabilities import ROOTLESS, capabilities


def test_every_feature_is_there_or_has_its_reason() -> None:
    able = capabilities({})

    assert able.has | able.why_not.keys() == set(Feature)
    assert Feature.SNAPSHOT in able.has
    assert able.notes == ()


def test_what_a_rootless_engine_cannot_is_noted() -> None:
    info = {"SecurityOptions": ["name=rootless"], "CgroupVersion": "1", "MemoryLimit": False}

    notes = capabilities(info).notes

    assert notes[0] == ROOTLESS
    assert "memory.size" in notes[2]
