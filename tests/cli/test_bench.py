"""serai bench: what is wrong on the command line is said before a guest is made."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bench", "disk", "cach"], "serai bench disk has no case 'cach'"),
        (["bench", "net", "--size", "12"], "--size: "),
        (["bench", "net", "--size", "512K"], "--size 512K is no whole number of MiB"),
        (["bench", "tape"], "'tape' is not one of 'disk', 'net', 'memory'"),
        (["bench", "disk", "--rounds", "0"], "0 is not in the range"),
        (["bench", "disk", "-o", "/nowhere/at/all.json"], "there is no directory /nowhere/at"),
        (["bench", "disk", "--provider", "quemu"], "no provider is called 'quemu'"),
    ],
)
def test_a_mistake_is_named_at_once(serai, home, words, said):
    serai.root.mkdir()
    done = serai(*words, code=3 if "provider" in said else 64)
    assert said in done.stderr
