"""Marshal copies deeply as Ruby does, and reads no bytes."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("marshal") == {}


def test_an_object_of_the_files_own_is_copied_with_what_it_holds(run):
    made = 'class A; attr_accessor :x; end; a = A.new; a.x = ["s"]; b = Marshal.load(Marshal.dump(a))\n'
    assert run(made + "b.x << 1; [a.x, b.x, b.class]").value == '[["s"], ["s", 1], A]'


def test_bytes_are_not_read(run):
    with pytest.raises(SeraiError, match=r"Marshal\.load of a string is not supported"):
        run('Marshal.load("\\x04")')
