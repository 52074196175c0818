"""Values on the command line."""

from __future__ import annotations

from serai.providers.qemu.render.words import escape, mebibytes, switch
from serai.util.units import GIB, KIB, MIB


def test_sizes_are_whole() -> None:
    assert [mebibytes(size) for size in (GIB, MIB, MIB + KIB, MIB + 1)] == ["1024M", "1M", "1025K", "1025K"]


def test_commas_in_values_are_doubled() -> None:
    assert escape("a,b") == "a,,b"


def test_truth_is_on_and_off() -> None:
    assert [switch(True), switch(False)] == ["on", "off"]
