"""The words of a container's first process, by what its image and the file say."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.first_process import STAY, Process, command, env_lines
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

IMAGE = Process(entrypoint=("/bin/sh", "-c"), cmd=("serve",))


@pytest.mark.parametrize(
    ("box", "process", "words"),
    [
        ({}, Process(), []),
        ({"keep_alive": True}, Process(), list(STAY)),
        ({}, IMAGE, ["/bin/sh", "-c", "serve"]),
        ({"keep_alive": True}, IMAGE, ["/bin/sh", "-c", "serve"]),
        ({"cmd": ["test"]}, IMAGE, ["/bin/sh", "-c", "test"]),
        ({"entrypoint": ["/init"]}, IMAGE, ["/init"]),
        ({"entrypoint": [], "cmd": ["/bin/top"]}, IMAGE, ["/bin/top"]),
    ],
)
def test_the_files_words_go_before_the_images(box, process, words):
    assert command(Container(**box), process) == words


def test_lines_of_the_files_of_its_environment(tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text("# a comment\nMODE=test\n\n  PORT=80\nno line of one\n")
    machine = Machine(name="web", container=Container(env_file=["web.env"]))

    assert list(env_lines(machine, tmp_path)) == ["MODE=test", "PORT=80"]
    assert list(env_lines(Machine(name="web"), tmp_path)) == []


def test_a_file_of_its_environment_that_is_not_there_is_named(tmp_path: Path) -> None:
    machine = Machine(name="web", container=Container(env_file=["lost.env"]))

    with pytest.raises(SeraiError, match=r"web: container\.env_file: .*lost\.env: No such file"):
        list(env_lines(machine, tmp_path))
