"""Parsing options answers as Ruby does."""

from __future__ import annotations

from ruby_expressions import wrong


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("options") == {}


def test_the_words_of_the_command_line_are_read(run):
    text = """
    found = {}
    GetoptLong.new(["--cpus", GetoptLong::REQUIRED_ARGUMENT]).each { |name, value| found[name] = value }
    [found, ARGV]
    """

    assert run(text, argv=["--cpus", "2", "up"]).value == '[{"--cpus"=>"2"}, ["up"]]'
