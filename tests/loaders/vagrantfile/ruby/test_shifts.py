"""`<<` is a heredoc where Ruby takes it for one, and places stay those of the text."""

from __future__ import annotations

import pytest

from ruby_cases import evaluated
from serai.loaders.vagrantfile.ruby.parse import parse
from serai.loaders.vagrantfile.ruby.shifts import BUDGET, Text, told_apart
from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('ips<<"a"\nx<<"b"<<"c"\n', 'ips<< "a"\nx<< "b"<< "c"\n'),
        ("n<<8\narr<<x\n a<<-1", "n<< 8\narr<< x\n a<< -1"),
        ("each do |y|\n  f(y <<1)\nend\n", "each do |y|\n  f(y << 1)\nend\n"),
        ("def f(a)\n  a <<1\nend\n", "def f(a)\n  a << 1\nend\n"),
        ('"a"<<E', '"a"<< E'),
        ("@a<<b\nputs(<<~E)\n  b<<c\nE\n", "@a<< b\nputs(<<~E)\n  b<<c\nE\n"),
        ("é = 'ü'; x<<\"é\"\n", "é = 'ü'; x<< \"é\"\n"),
    ],
)
def test_an_operator_gets_a_blank(text, read):
    assert parse(text.encode(), "Vagrantfile")[1].text.decode() == read


@pytest.mark.parametrize(
    "text",
    [
        "puts <<E\nhi\nE\n",
        "return<<E\nhi\nE\n",
        "x=<<~E\n  hi\nE\n",
        "f inline:<<-E\n  hi\n  E\n",
        "x = 1\nx <<E\nhi\nE\n",
        "class<<self\nend\n",
        "# a<<'b'\nx = 'a<<b'\n",
        "a << b\na <<= 2\n",
        "puts <<E\nno end\n",
    ],
)
def test_all_else_stays_as_it_is(text):
    assert parse(text.encode(), "Vagrantfile")[1] == Text(text.encode())


def test_columns_are_those_of_the_file(tmp_path):
    text = "x = []\nx<<1; x<<nil.upcase\n"

    with pytest.raises(SeraiError, match=r"^Vagrantfile:2:14: undefined method `upcase' for nil"):
        evaluated(tmp_path, text)


def test_the_place_of_a_fault_is_that_of_the_file():
    with pytest.raises(SeraiError, match=r"^Vagrantfile:1:13: not Ruby: near '\)'"):
        parse(b"x<<1; y<<2; )\n", "Vagrantfile")
    with pytest.raises(SeraiError, match=r"^Vagrantfile:1:7: '\(' has no '\)'"):
        parse(b"x<<1; (\n", "Vagrantfile")


def test_a_text_of_many_is_not_parsed_without_end():
    seen = []

    def root(text):
        from serai.loaders.vagrantfile.ruby.parse import _root

        seen.append(len(text))
        return _root(text)

    text = b"a<<1\n" + b"#" * (BUDGET // 4) + b"\n" + b"b<<2\n" * 20

    _, read = told_apart(text, root(text), root)

    assert len(seen) <= 6 and read.text.startswith(b"a<< 1")
