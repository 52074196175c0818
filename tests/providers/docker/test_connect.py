"""Which engine is spoken to, in which order, and why none answers."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest

from serai.providers.docker.connect import Engine, engine, library, opened, silent
from serai.util.errors import Code, SeraiError


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Path]:
    with ExitStack() as stack:
        for name in ("run/docker.sock", "run/podman/podman.sock"):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            listening = stack.enter_context(socket.socket(socket.AF_UNIX))
            os.chdir(path.parent)  # AF_UNIX names end at 107 bytes
            listening.bind(path.name)
        os.chdir("/")
        yield tmp_path


def at(provider: str, root: Path, **environ: str) -> Engine:
    return engine(provider, {"HOME": str(root), "XDG_RUNTIME_DIR": str(root / "user"), **environ}, root)


def test_the_environment_is_asked_first(host: Path) -> None:
    assert at("docker", host, DOCKER_HOST="tcp://x:1").host == "tcp://x:1"
    assert at("docker", host, DOCKER_HOST="x:1", DOCKER_CERT_PATH="/c").tls == Path("/c")
    assert at("podman", host, CONTAINER_HOST="unix:///p").host == "unix:///p"


def test_then_the_context_that_is_chosen(host: Path) -> None:
    key = sha256(b"lab").hexdigest()
    meta = host / ".docker/contexts/meta" / key / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Endpoints": {"docker": {"Host": "ssh://lab", "SkipTLSVerify": True}}}))
    (host / ".docker/config.json").write_text('{"currentContext": "lab"}')

    assert at("docker", host) == Engine("ssh://lab", "context lab", None, False)
    assert at("docker", host, DOCKER_CONTEXT="default").source == "socket"
    with pytest.raises(SeraiError, match="'gone' is not there"):
        at("docker", host, DOCKER_CONTEXT="gone")


def test_a_configuration_that_is_no_json_is_said(host: Path) -> None:
    (host / ".docker").mkdir()
    (host / ".docker/config.json").write_text("{")

    with pytest.raises(SeraiError, match=r"config\.json cannot be read"):
        at("docker", host)


def test_then_the_sockets(host: Path) -> None:
    assert at("docker", host).socket == str(host / "run/docker.sock")
    assert at("podman", host).socket == str(host / "run/podman/podman.sock")
    (host / "run/docker.sock").unlink()
    assert at("docker", host).socket == str(host / "run/podman/podman.sock")


@pytest.mark.parametrize("provider", ["docker", "podman"])
def test_without_any_it_says_where_it_looked(tmp_path: Path, provider: str) -> None:
    with pytest.raises(SeraiError) as caught:
        at(provider, tmp_path)

    assert caught.value.code is Code.MISSING
    assert str(tmp_path / "run") in caught.value.message
    assert "systemctl start" in caught.value.hint


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "no"), "may not open its socket"),
        (FileNotFoundError(2, "no"), "its socket is not there"),
        (ConnectionRefusedError(111, "no"), "nobody listens"),
        (ValueError("client version 1.10 is too old"), "too old"),
        (ValueError("odd"), "does not answer: odd"),
    ],
)
@pytest.mark.parametrize("provider", ["docker", "podman"])
def test_why_an_engine_is_silent(error: Exception, said: str, provider: str) -> None:
    wrapped = RuntimeError("outer", error)
    where = Engine("unix:///run/x.sock", "socket")

    assert said in silent(where, provider, error if isinstance(error, ValueError) else wrapped).message


def test_nobody_behind_a_socket_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="it does not run") as caught:
        opened(Engine(f"unix://{tmp_path}/no.sock", "DOCKER_HOST"), "docker")

    assert caught.value.code is Code.NETWORK


def test_a_library_of_old_is_named_with_the_way_to_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    import docker

    monkeypatch.setattr(docker, "__version__", "5.0.3")
    with pytest.raises(SeraiError, match=r"the docker SDK 5\.0\.3 in .* is too old") as error:
        library()
    assert error.value.code is Code.MISSING
