"""What a provider cannot do is refused with its reason."""

from __future__ import annotations

import pytest

from serai.providers.contract import Capabilities, Feature
from serai.util.errors import Code, SeraiError


def test_a_feature_that_is_there_is_no_obstacle():
    able = Capabilities(has=frozenset({Feature.UEFI}), why_not={})

    able.need(Feature.UEFI, provider="qemu", machine="web")


def test_a_feature_that_is_missing_is_refused_with_the_reason():
    unable = Capabilities(has=frozenset(), why_not={Feature.UEFI: "no firmware is installed: apt install ovmf"})

    with pytest.raises(SeraiError) as caught:
        unable.need(Feature.UEFI, provider="qemu", machine="web")

    assert caught.value.code is Code.UNSUPPORTED
    assert caught.value.message == "web: provider qemu cannot do uefi: no firmware is installed: apt install ovmf"
