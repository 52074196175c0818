"""Process answers as Ruby does."""

from __future__ import annotations

from shlex import split

import pytest

from ruby_cases import interpreter
from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("processes") == {}


def test_what_is_supplied_is_what_a_program_printed(run):
    text = 'out, status = Open3.capture2("hostname", "-s"); [out, status.success?]'

    assert run(text, supplied={"hostname -s": "web1"}).value == '["web1", true]'


def test_without_it_the_program_has_failed_and_is_named(run):
    seen = run('out, err, status = Open3.capture3("hostname"); [out, err, status.success?, status.exitstatus]')

    assert seen.value == '["", "", false, 127]'
    assert seen.notices[0].startswith("`hostname` is not run")


def test_a_shell_fails_where_a_program_alone_is_not_found(run):
    assert run('[system("cf"), system("which cf > /dev/null"), system("a", "b")]').value == "[nil, false, nil]"


def test_a_command_may_have_an_equals_sign(run):
    assert run("`ps --format=pid`", supplied={"ps --format": "pid=42"}).value == '"42"'


def test_the_hint_can_be_pasted_into_a_shell(tmp_path):
    interp = interpreter(tmp_path)
    interp.ran("grep 'x'  a | sed -e 's/" + "y" * 60 + "//'")

    words = split(interp.notices[0].hint.partition(" says what it prints")[0])
    assert words == ["--with", "grep 'x' a | sed -e 's/" + "y" * 60 + "//'=…"]


def test_pipes_read_what_is_supplied(run):
    supplied = {"ls": "a\nb\n"}

    assert run('IO.popen("ls").readlines', supplied=supplied).value == '["a\\n", "b\\n"]'
    assert run('IO.popen(["ls"], "r") { |io| io.read }', supplied=supplied).value == '"a\\nb\\n"'
    assert run('Open3.popen3("ls") { |i, o, e, t| [o.gets, t.value.success?] }', supplied=supplied).value == (
        '["a\\n", true]'
    )


@pytest.mark.parametrize("text", ['Process.kill("TERM", 1)', "Process.daemon", "Process.fork"])
def test_no_process_is_touched(run, text):
    with pytest.raises(SeraiError, match="starting or ending a process"):
        run(text)


def test_which_programs_there_are_is_supplied_too(run):
    text = 'require "mkmf"; find_executable("docker")'

    assert run(text, supplied={"which docker": "/usr/bin/docker\n"}).value == '"/usr/bin/docker"'
    assert run(text).value == "nil"


def test_system_prints_what_is_supplied(run):
    seen = run('[system("echo", "hi"), $?.success?]', supplied={"echo hi": "hi\n"})

    assert (seen.printed, seen.value) == ("hi\n", "[true, true]")


def test_system_without_it_has_not_worked(run):
    seen = run('[$?, system("vagrant plugin install x"), $?.success?, $?.exitstatus, exec("ls"), spawn("ls")]')

    assert seen.value == "[nil, nil, false, 127, nil, 0]"
    assert len(seen.notices) == 3


def test_a_backtick_tells_the_status_too(run):
    assert run("[`id -u`, $?.exitstatus]", supplied={"id -u": "1000"}).value == '["1000", 0]'
    assert run("`id -u`; $?.to_i").value == "127"
