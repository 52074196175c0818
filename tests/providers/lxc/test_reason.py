"""Why a container does not run, in words that name the cause."""

from __future__ import annotations

import pytest

from serai.providers.lxc import reason
from serai.providers.lxc.record import Record
from serai.spec.container import Container
from serai.spec.machine import Machine

LOG = """\
lxc-start web 20260101000000.000 WARN     cgfsng - ../src/lxc/cgroups/cgfsng.c:fchowmodat:1252 - not this
lxc-start web 20260101000000.001 ERROR    start - ../src/lxc/start.c:start:2161 - \
No such file or directory - Failed to exec "/bin/app"
lxc-start web 20260101000000.002 ERROR    sync - ../src/lxc/sync.c:sync_wait:34 - An error occurred
lxc-start web 20260101000000.002 ERROR    sync - ../src/lxc/sync.c:sync_wait:34 - An error occurred
"""


def test_the_first_error_of_the_log_counts(tmp_path):
    (tmp_path / "lxc.log").write_text(LOG)
    (tmp_path / "console.log").write_text("one\n")

    error = reason.not_started("web", tmp_path, "")

    assert error.message.startswith(
        "web does not start: its first process /bin/app cannot be started: No such file"
    )
    assert error.details[-1] == "one"
    assert len([line for line in error.details if "An error occurred" in line]) == 1


def test_without_a_log_it_is_what_the_program_said(tmp_path):
    said = "lxc-start: web: ../src/lxc/x.c: main: 3 oops"

    error = reason.not_started("web", tmp_path, said)

    assert error.message == "web does not start: LXC said no reason"
    assert error.hint == "serai logs web --engine"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (
            'Failed to attach "vethX" to bridge "lxcbr0", bridge interface doesn\'t exist',
            "its bridge is not there",
        ),
        ("newuidmap failed to write mapping", "its ids cannot be mapped"),
        ('No such file or directory - Failed to mount "/srv" onto "/x"', "/srv cannot be mounted"),
        ('Unknown configuration key "lxc.no"', "LXC has no key lxc.no"),
        ("something else", "something else"),
    ],
)
def test_what_lxc_says_is_translated(said, meaning):
    assert reason.explained(["first" if meaning == said else said, said])[0].startswith(
        "first" if meaning == said else meaning
    )


def test_the_last_words_of_a_command_are_told(tmp_path):
    machine = Machine(name="web", container=Container(cmd=["app", "-x"]))
    record = Record(name="web", project="p", project_id="i", project_root="/", applied=machine)
    assert reason.why_ended(tmp_path, record) == "its command 'app -x' ended, and said nothing on the console"

    (tmp_path / "console.log").write_text("cannot bind\n\n")
    assert reason.why_ended(tmp_path, record) == "its command 'app -x' ended: cannot bind"
