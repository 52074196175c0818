"""What an engine refuses, with the next command."""

from __future__ import annotations

import pytest

from serai.providers.docker.connect import Engine, library
from serai.providers.docker.failures import asking, refused
from serai.util.errors import Code, SeraiError


@pytest.mark.parametrize(
    ("message", "status", "code", "hint"),
    [
        ("Bind for 0.0.0.0:80 failed: port is already allocated", 500, Code.BUSY, "auto_correct"),
        ("write /x: no space left on device", 500, Code.FAILED, "docker system df"),
        ("Pool overlaps with other one on this address space", 403, Code.BUSY, "subnet"),
        ("iptables: No chain/target/match by that name", 500, Code.FAILED, "DOC-6"),
        ('Conflict. The container name "/web" is already in use', 409, Code.BUSY, "container.name"),
        ('exec: "x": executable file not found in $PATH', 400, Code.FAILED, "container.cmd"),
        ('could not select device driver "" with capabilities: [[gpu]]', 500, Code.MISSING, "nvidia-container"),
        (
            "unresolvable CDI devices nvidia.com/gpu=all",
            500,
            Code.MISSING,
            "container.gpus",
        ),
        ("odd", 500, Code.FAILED, ""),
    ],
)
def test_a_refusal_has_its_way_out(message: str, status: int, code: Code, hint: str) -> None:
    error = refused("web", message, status)

    assert error.code is code
    assert hint in error.hint
    assert error.message.startswith("web: ")


def test_errors_of_the_library_become_ours() -> None:
    import requests

    where = Engine("unix:///run/x.sock", "socket")
    for error in (
        library().errors.APIError("odd", explanation="odd"),
        library().errors.DockerException("odd"),
        requests.exceptions.ConnectionError("gone"),
    ):
        with pytest.raises(SeraiError), asking("web", where, "docker"):
            raise error
