"""What went wrong, from the lines that Ansible shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.guest.exec import ExecTransport
from serai.providers.contract import ExecEndpoint
from serai.provisioners.ansible_story import Story
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

HEAD = "TASK [install nginx] ****"
CASES = [
    ([HEAD, 'fatal: [web]: FAILED! => {"msg": "no package"}'], "task 'install nginx' failed on web: no package"),
    (
        [HEAD, 'fatal: [web]: FAILED! => {"msg": "non-zero return code", "stderr": "a\\nlast line"}'],
        "task 'install nginx' failed on web: non-zero return code: last line",
    ),
    (
        ["TASK [Gathering Facts] ***", 'fatal: [db]: UNREACHABLE! => {"msg": "no route"}'],
        "task 'Gathering Facts' cannot reach db: no route",
    ),
    ([HEAD, 'failed: [web] (item=a) => {"msg": "x"}'], "task 'install nginx' failed on web: x"),
    ([HEAD, "fatal: [web]: FAILED! => no json"], "task 'install nginx' failed on web: no json"),
    (["ERROR! the playbook: a.yml could not be found"], "the playbook: a.yml could not be found"),
    (["[ERROR]: conflicting action"], "conflicting action"),
    ([HEAD, 'fatal: [web]: FAILED! => {"msg": "a"}', "...ignoring"], ""),
    (
        [HEAD, 'fatal: [web]: FAILED! => {"censored": "hidden by no_log"}'],
        "task 'install nginx' failed on web: hidden by no_log",
    ),
]


@pytest.mark.parametrize(("lines", "cause"), CASES)
def test_the_first_failure_is_the_cause(lines: list[str], cause: str) -> None:
    story = Story()
    for line in lines:
        story.hear(line)

    assert story.cause == cause


@pytest.fixture
def job(tmp_path: Path) -> Job:
    way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")
    return Job(key="ansible-1", machine=Machine(name="web"), transport=way, root=tmp_path, out=lambda line: None)


def test_the_error_says_it_and_keeps_the_last_lines(job: Job) -> None:
    story = Story()
    story.hear('fatal: [web]: FAILED! => {"msg": "a"}')
    told = story.told(job, job.fail("ansible-playbook ended with exit code 2", details=["last"]))

    assert told.message == "web: provision ansible-1: task '' failed on web: a"
    assert told.details == ("last",)


def test_without_ansible_it_says_how_to_get_it(job: Job) -> None:
    told = Story().told(job, SeraiError(Code.MISSING, "the program ansible-playbook is not installed"))

    assert told.code is Code.MISSING
    assert "ansible-core" in told.hint


def test_another_error_stays(job: Job) -> None:
    error = SeraiError(Code.INPUT, "no such file")

    assert Story().told(job, error) is error
