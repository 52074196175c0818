"""The range of addresses that a network gives."""

from __future__ import annotations

import pytest

from serai.spec.network import Network


@pytest.mark.parametrize("text", ["10.0.0.1-10.0.0.9", "10.0.0.1 - 10.0.0.9"])
def test_a_range_has_a_first_and_a_last_address(text: str) -> None:
    assert Network(dhcp_range=text).given() == ("10.0.0.1", "10.0.0.9")


def test_without_one_nothing_is_given() -> None:
    assert Network().given() is None
