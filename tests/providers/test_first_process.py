"""The words of a container's first process, by what its image and the file say."""

from __future__ import annotations

import pytest

from serai.providers.first_process import STAY, Process, command
from serai.spec.container import Container

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
