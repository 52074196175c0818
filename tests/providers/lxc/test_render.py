"""What cannot be seen in tests/render/lxc: quoting, and what has no default."""

from __future__ import annotations

import pytest

from serai.providers.lxc import render


@pytest.mark.parametrize(("words", "plain"), [(["/app", "-x"], True), (["sh", "a b"], False), (["x", ""], False)])
def test_only_plain_words_can_be_said_in_the_configuration(words, plain):
    assert render.is_plain(words) is plain
