"""Logger answers as Ruby does."""

from __future__ import annotations

from ruby_expressions import wrong


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("logger") == {}


def test_lines_are_printed(run):
    seen = run('l = Logger.new($stdout); l.formatter = proc { |s, t, n, m| "#{s} #{m}\\n" }; l.info("up"); 1')

    assert seen.printed == "INFO up\n"


def test_a_log_file_is_not_written(run, project):
    seen = run('Logger.new("build.log").info("x")')

    assert seen.value == "true"
    assert list(project.iterdir()) == []
    assert seen.notices[0].startswith("build.log is not written")
