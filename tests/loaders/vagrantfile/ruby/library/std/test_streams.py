"""What a file prints goes to the person; it gets no input."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def test_both_outputs_print(run):
    seen = run(
        '$stdout.puts "a", [1]; $stderr.print "b"; STDOUT.write("c"); STDOUT << "d"; $stdout.printf("%02d", 3); 0'
    )

    assert seen.printed == "a\n1\nbcd03"


def test_nothing_is_there_to_be_read(run):
    seen = run("[$stdin.gets, STDIN.read, STDIN.readlines, $stdin.each_line.to_a]")

    assert seen.value == '[nil, "", [], []]'
    assert "waits for input" in seen.notices[0]


def test_a_password_is_not_asked_for(run):
    seen = run('require "io/console"; STDIN.noecho(&:gets)')

    assert seen.value == "nil"
    assert "waits for input" in seen.notices[0]


def test_outputs_cannot_be_read_nor_the_input_written(run):
    assert run("begin; $stdout.read; rescue IOError => e; e.message; end").value == '"not opened for reading"'
    assert run('begin; $stdin.write("x"); rescue IOError => e; e.message; end').value == '"not opened for writing"'


def test_what_is_printed_is_bounded(run):
    with pytest.raises(SeraiError, match="prints more than"):
        run('loop { $stdout.write("x" * 1000) }')
