"""Why a container did not start or has ended, for people."""

from __future__ import annotations

import pytest

from serai.providers.nspawn import reason
from serai.providers.nspawn.record import Record
from serai.spec.container import Container
from serai.spec.machine import Machine


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("execv(/bin/app) failed: No such file or directory", "its first process /bin/app cannot be started"),
        ("execv(/sbin/init) failed: No such file", "its first process /sbin/init cannot be started"),
        ("Failed to mount /x (type n/a) on /y: No such file", "/x cannot be mounted"),
        ("Directory /x doesn't look like it has an OS tree", "its root is no operating system's"),
        ("/etc/systemd/nspawn/m.nspawn:4: Unknown key name 'X'", "says what it does not know"),
        ("something else", "something else"),
    ],
)
def test_what_is_said_has_a_meaning(line, meaning):
    why, _ = reason.explained([line])
    assert meaning in why


def test_what_it_says_of_every_container_is_left_out(tmp_path):
    (tmp_path / "console.log").write_text(
        "Press ^] three times\n\x1b[0;32mlast\x1b[0m words\r\nAttempted to remove disk file system under /x\n\n"
    )

    assert reason.said(tmp_path) == ["last words"]
    error = reason.not_started("web", tmp_path, "")
    assert (error.message, error.hint) == ("web does not start: last words", "serai logs web")


def test_what_ended_is_named(tmp_path):
    applied = Machine(name="web", container=Container(cmd=["/app", "-x"]))
    record = Record(name="web", project="shop", project_id="t1", project_root="/", applied=applied)

    assert reason.why_ended(tmp_path, record) == "its command '/app -x' ended, and said nothing on the console"
    assert reason.not_started("web", tmp_path, "Job failed\n").message == "web does not start: Job failed"


def test_what_a_command_says_is_no_refusal_of_nspawns(tmp_path):
    log = tmp_path / "console.log"
    log.write_text("no database\n")
    assert not reason.is_refusal(tmp_path)
    log.write_text("Failed to clone: Operation not permitted\n")
    assert reason.is_refusal(tmp_path)
