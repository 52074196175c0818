"""Which variables a place sees."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.compile.scope import Scope


def test_a_block_sees_what_is_around_it_and_a_method_does_not():
    file = Scope("file")
    file.declare("a")
    block = Scope("block", file)
    inner = Scope("lambda", block)

    assert inner.find("a") == (2, 0)
    assert inner.declare("a") == (2, 0) and inner.declare("b") == (0, 0)
    assert block.find("b") is None
    assert Scope("method").find("a") is None
    assert inner.method() is file


def test_the_names_that_are_seen_are_the_nearest_first():
    file = Scope("file")
    file.declare("a")
    block = Scope("block", file)
    block.own("b")
    block.own("(1)")

    assert block.visible() == ["b", "a"]
