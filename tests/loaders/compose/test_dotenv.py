"""Environment files."""

from __future__ import annotations

import pytest

from serai.loaders.compose.dotenv import Line, entries

GIVEN = {"HOME": "/root", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\n\n# no\n  B = two \n", {"A": "1", "B": "two"}),
        ("export A=x", {"A": "x"}),
        ("A: yaml", {"A": "yaml"}),
        ("A=a#b\nB=c # d\nC=#e", {"A": "a#b", "B": "c", "C": ""}),
        ("A='$HOME # \"'", {"A": '$HOME # "'}),
        ('A="x\\ny\\t\\"z\\"\\$HOME"', {"A": 'x\ny\t"z"$HOME'}),
        ('A="one\ntwo"\nB=3', {"A": "one\ntwo", "B": "3"}),
        ("A='one\n two' # said\nB=3", {"A": "one\n two", "B": "3"}),
        ("A='Let\\'s go!' # said\nB='C:\\new'", {"A": "Let's go!", "B": "C:\\new"}),
        ("A='a\\\\'\nB=2", {"A": "a\\\\", "B": "2"}),
        ("A=$HOME/x\nB=${A}/y\nC=${D:-d}", {"A": "/root/x", "B": "/root/x/y", "C": "d"}),
        ("HOME\nNOBODY", {"HOME": "/root"}),
        ("A=\r\nB=2\r\n", {"A": "", "B": "2"}),
        ("A=$$5", {"A": "$5"}),
        ("", {}),
    ],
)
def test_lines_are_read(text: str, expected: dict[str, str]) -> None:
    assert entries(text, GIVEN.get) == expected


def test_a_raw_file_is_as_it_is_written() -> None:
    assert entries("A='$B' # c\nB", {"B": "x"}.get, raw=True) == {"A": "'$B' # c", "B": "x"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("A=1\nnot a line", 2, "'not a line' is not NAME=VALUE"),
        ("=x", 1, "'=x' is not NAME=VALUE"),
        ('\nA="x', 2, 'a value without its closing "'),
        ("A='x' y", 1, "'y' behind the closing '"),
        ("A=5$", 1, "A: '$' is not a variable"),
    ],
)
def test_what_is_wrong_has_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(Line) as caught:
        entries(text, GIVEN.get)

    assert (caught.value.line, str(caught.value)) == (line, said)
