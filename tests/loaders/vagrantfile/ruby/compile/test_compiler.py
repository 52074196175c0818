"""Nodes that none knows are refused with their place."""

from __future__ import annotations

import pytest

from ruby_cases import interpreter
from serai.loaders.vagrantfile.ruby.compile.compiler import Compiler, sequence
from serai.loaders.vagrantfile.ruby.compile.scope import Scope
from serai.loaders.vagrantfile.ruby.parse import parse
from serai.util.errors import SeraiError


def test_a_line_of_a_template_counts_from_where_it_starts(tmp_path):
    text = b"\nredo"
    root, read = parse(text, "a.erb")
    compiler = Compiler(interpreter(tmp_path), read, "a.erb", 10)

    with pytest.raises(SeraiError, match=r"^a\.erb:11:1: redo is not supported"):
        compiler.program(root, Scope("file"))


def test_the_last_statement_gives_the_value():
    seen = []
    steps = [lambda f, i=i: seen.append(i) or i for i in range(4)]

    for count in range(5):
        assert sequence(steps[:count])(None) == (count - 1 if count else None)
    assert seen == [0, 0, 1, 0, 1, 2, 0, 1, 2, 3]


def test_a_heredoc_inside_another_is_refused(tmp_path):
    text = b"x = <<~A\n  #{[1].map { |i| <<~B }.join}\n    b\n  B\nA\n"
    root, read = parse(text, "Vagrantfile")
    compiler = Compiler(interpreter(tmp_path), read, "Vagrantfile")

    with pytest.raises(SeraiError, match="heredoc <<~"):
        compiler.program(root, Scope("file"))
