"""The docker SDK over connections of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from real_sshd import free_port
from serai.providers.docker.connect import Engine, opened
from serai.util.errors import Code, SeraiError


def test_a_host_that_ssh_does_not_reach_is_said_with_its_words(home: Path) -> None:
    nobody = Engine(f"ssh://me@127.0.0.1:{free_port()}", "DOCKER_HOST")

    with pytest.raises(SeraiError) as error:
        opened(nobody, "docker")

    assert error.value.code is Code.NETWORK
    assert error.value.message.startswith(f"docker at {nobody.host} (DOCKER_HOST) does not answer: ")
    assert "refused" in error.value.message
    assert (
        error.value.hint == f"ssh -p {nobody.host.rpartition(chr(58))[2]} -l me 127.0.0.1 docker system dial-stdio"
    )


def test_nobody_at_a_port_is_said_in_a_sentence() -> None:
    nobody = Engine(f"tcp://127.0.0.1:{free_port()}", "DOCKER_HOST")

    with pytest.raises(SeraiError, match="nobody listens") as error:
        opened(nobody, "docker")

    assert error.value.code is Code.NETWORK
