"""Each provider whose layers are no files of the store has a module that answers for them."""

from __future__ import annotations

import pytest

from serai.images import holders


@pytest.mark.parametrize("provider", sorted(holders.HOLDERS))
def test_it_says_what_is_broken_and_used_and_lets_go(provider):
    holder = holders.of(provider)

    assert all(callable(getattr(holder, name)) for name in ("broken", "used", "drop"))
    assert holder.used([]) == set()
