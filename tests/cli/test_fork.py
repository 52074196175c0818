"""`serai fork` as a person calls it, of machines that cannot be forked."""

from __future__ import annotations

from typing import Any

FILE = "project: shop\nmachines: {db: {provider: fake}}\n"


def test_what_cannot_be_forked_is_refused_with_the_reason(serai: Any) -> None:
    serai.file(FILE)
    assert "db is absent: only what runs is forked" in serai("fork", "db", code=4).stderr
    serai("up")
    assert "cannot do fork: a pretended machine has no memory" in serai("fork", "db", code=4).stderr
    serai("destroy", "-y")


def test_one_name_is_not_enough_for_two(serai: Any) -> None:
    serai.file(FILE)
    assert "Invalid value for '--count'" in serai("fork", "db", "--count", "0", code=64).stderr
