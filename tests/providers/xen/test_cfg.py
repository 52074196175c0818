"""Values of a file of xl's: each text is one text, and what cannot be one is refused."""

from __future__ import annotations

import pytest

from serai.providers.xen import cfg
from serai.util.errors import Code, SeraiError


def test_numbers_texts_and_lists_are_written_as_xl_reads_them() -> None:
    said = cfg.text({"a": 1, "b": True, "c": "x", "d": [], "e": ["one"], "f": ["one", 2], "g": [["p=0", "q=1"]]})

    assert said == (
        'a = 1\nb = 1\nc = "x"\nd = []\ne = [ "one" ]\nf = [\n    "one",\n    2,\n]\ng = [ [ "p=0", "q=1" ] ]\n'
    )


@pytest.mark.parametrize(
    ("text", "said"), [("a", '"a"'), ('a"b', "'a\"b'"), ("a'b", '"a\'b"'), ("a\\b", '"a\\\\b"')]
)
def test_a_text_is_in_the_quotes_that_it_does_not_hold(text: str, said: str) -> None:
    assert cfg.quoted("key", text) == said


@pytest.mark.parametrize("text", ["a\nb", "a\0", "'\"", "\x7f"])
def test_a_text_that_would_end_early_is_refused(text: str) -> None:
    with pytest.raises(SeraiError) as caught:
        cfg.text({"key": text})
    assert caught.value.code is Code.INPUT


def test_a_part_with_a_comma_is_refused_where_it_would_be_another_part() -> None:
    assert cfg.spec("disk", {"vdev": "xvda", "ro": True, "x": None, "y": False}, ("target", "/a, b")) == (
        "vdev=xvda,ro,target=/a, b"
    )
    with pytest.raises(SeraiError, match="a comma, a blank or a quote"):
        cfg.spec("vif", {"bridge": "xenbr0,script=/tmp/evil"})
