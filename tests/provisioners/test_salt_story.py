"""Which state failed, by what salt shows: lines as its 3006.9 has said them."""

from __future__ import annotations

import pytest

from serai.provisioners.salt_story import Story

FAILED = """\
{who}:
----------
          ID: /etc/motd
    Function: file.managed
      Result: True
     Comment: File /etc/motd updated
     Started: 22:54:01.134219
    Duration: 14.7 ms
     Changes:
              ----------
              diff:
                  New file
----------
          ID: broken
    Function: cmd.run
        Name: echo it broke >&2; exit 3
      Result: False
     Comment: Command "echo it broke >&2; exit 3" run
     Started: 22:54:01.150121
    Duration: 5.9 ms
     Changes:
              ----------
              pid:
                  812
              retcode:
                  3
              stderr:
                  first words
                  it broke
              stdout:
----------
          ID: after
    Function: cmd.run
        Name: true
      Result: False
     Comment: One or more requisite failed: inn.broken
     Started: 22:54:01.160000
    Duration: 0.01 ms
     Changes:

Summary for {who}
------------
Succeeded: 1 (changed=2)
Failed:    2
"""
SAID = 'Command "echo it broke >&2; exit 3" run: it broke'
COMPILED = """\
local:
    Data failed to compile:
----------
    Rendering SLS 'base:inn' failed: Jinja variable 'nobody' is undefined
"""


def heard(text: str) -> str:
    story = Story()
    for line in text.splitlines():
        story.hear(line)
    return story.cause


@pytest.mark.parametrize(("who", "where"), [("local", ""), ("web", " on web")])
def test_the_first_state_that_failed_is_named_with_its_comment_and_last_error(who: str, where: str) -> None:
    assert heard(FAILED.format(who=who)) == f"state 'broken' (cmd.run) failed{where}: {SAID}"


def test_states_that_cannot_be_compiled_are_told() -> None:
    assert heard(COMPILED) == (
        "the states could not be compiled: Rendering SLS 'base:inn' failed: Jinja variable 'nobody' is undefined"
    )


def test_a_comment_of_many_lines_is_one_and_not_endless() -> None:
    text = "local:\n          ID: x\n    Function: pkg.installed\n      Result: False\n     Comment: one\n"
    text += "              two\n" + "              three\n" * 100
    assert heard(text).startswith("state 'x' (pkg.installed) failed: one two three three")
    assert len(heard(text)) == 300


def test_nothing_failed() -> None:
    assert heard("local:\n          ID: x\n      Result: True\n") == ""
    assert heard("") == ""
