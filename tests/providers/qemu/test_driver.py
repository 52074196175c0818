"""What the provider says of a machine that is not there."""

from __future__ import annotations

import pytest

from serai.providers.qemu.driver import Qemu
from serai.util.errors import SeraiError


def test_there_is_no_way_into_nothing(qemu: Qemu) -> None:
    with pytest.raises(SeraiError, match="web does not exist"):
        qemu.endpoint("web")
    assert qemu.failure("web") == "there is no such machine"
    assert qemu.observe() == {}
