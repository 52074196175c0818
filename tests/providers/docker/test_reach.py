"""Engines that are elsewhere: over TCP with TLS, and by SSH; commands, consoles, and why one does not answer."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from person import Serai
from real_engines import FarDockerd, with_image
from real_sshd import Sshd, free_port
from serai.providers.docker import reach
from serai.providers.docker.connect import Engine
from serai.util.errors import Code, SeraiError
from serai.util.process import run

MUCH = 3_000_000
"""Bytes: more than what lies between the two ends of a connection."""
SHOP = """
project: shop
machines:
  web:
    provider: docker
    image: small:1
    container:
      network_mode: none
      stdin_open: true
      stop_timeout: 0
      cmd: [sh, -c, 'read x; echo got-$x; exec sleep 1000']
"""


def test_an_address_of_ssh_becomes_words_for_ssh() -> None:
    words = reach.argv(Engine("ssh://me@far:2222", "DOCKER_HOST"))

    assert words[1:] == [
        *("-T", "-o", "BatchMode=yes", "-p", "2222", "-l", "me"),
        *("--", "far", "docker system dial-stdio"),
    ]


@pytest.mark.parametrize("address", ["ssh://", "ssh://far/run/docker.sock", "fd://", "nonsense"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SeraiError, match=r"DOCKER_HOST: .* names no") as error:
        reach.connected(Engine(address, "DOCKER_HOST"), 1.0)
    assert error.value.code is Code.INPUT


def test_a_certificate_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()

    with pytest.raises(SeraiError, match=r"DOCKER_HOST: .*/cert\.pem is not there"):
        reach.certificates(tmp_path, "DOCKER_HOST")


def made_by(directory: Path, *words: str) -> None:
    run(["openssl", *words], cwd=directory)


def certify(directory: Path, name: str, authority: Path, usage: str) -> None:
    """A certificate for 127.0.0.1, signed by the authority in a directory."""
    (directory / "ext").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
    made_by(directory, *f"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name}".split(),
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
    made_by(directory, *f"x509 -req -days 2 -in {name}.csr -CAcreateserial -extfile ext -out {name}.pem".split(),
            "-CA", str(authority / "ca.pem"), "-CAkey", str(authority / "ca.key"))  # fmt: skip


def authority(directory: Path) -> None:
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=inn -keyout ca.key"
    made_by(directory, *words.split(), "-out", "ca.pem")


def client_of(directory: Path, name: str) -> Path:
    """A directory as DOCKER_CERT_PATH names one, whose certificate an authority of this directory has signed."""
    found = directory / f"{name}-files"
    found.mkdir()
    certify(directory, name, directory, "clientAuth")
    for source, target in (("ca.pem", "ca.pem"), (f"{name}.pem", "cert.pem"), (f"{name}.key", "key.pem")):
        (found / target).write_bytes((directory / source).read_bytes())
    return found


@pytest.fixture(scope="module")
def far(need: Callable[..., None]) -> Iterator[FarDockerd]:
    need("dockerd", "containerd", "openssl", "busybox", root=True)
    daemon = FarDockerd(Path(tempfile.mkdtemp(prefix="serai-far-", dir="/tmp")), free_port())
    try:
        authority(daemon.directory)
        certify(daemon.directory, "server", daemon.directory, "serverAuth")
        client_of(daemon.directory, "client")
        daemon.start()
        with_image(daemon)
        yield daemon
    finally:
        daemon.remove()


@pytest.fixture
def over_tls(far: FarDockerd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FarDockerd]:
    monkeypatch.setenv("DOCKER_HOST", far.far)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(far.directory / "client-files"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker-config"))
    yield far
    far.clear()


@pytest.fixture
def over_ssh(
    far: FarDockerd, sshd: Sshd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, need: Callable[..., None]
) -> Iterator[FarDockerd]:
    """The real ssh to an sshd of the test's own, whose logins mean that engine; a configuration names the key."""
    need("docker", "ssh")
    sshd.stop()
    sshd.extra = f"SetEnv DOCKER_HOST={far.host} PATH={os.environ['PATH']}\n"
    sshd.start()
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host *\n IdentityFile {sshd.key}\n IdentitiesOnly yes\n StrictHostKeyChecking no\n"
        " UserKnownHostsFile /dev/null\n LogLevel ERROR\n"
    )
    program = tmp_path / "programs/ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {reach.which("ssh")} -F {config} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("DOCKER_HOST", f"ssh://root@127.0.0.1:{sshd.port}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker-config"))
    yield far
    far.clear()


@pytest.mark.engine
@pytest.mark.root
@pytest.mark.timeout(120)
@pytest.mark.parametrize("way", ["over_tls", "over_ssh"])
def test_a_machine_on_an_engine_elsewhere_lives_as_one_here(
    way: str, request: pytest.FixtureRequest, serai: Serai
) -> None:
    engine: FarDockerd = request.getfixturevalue(way)
    serai.file(SHOP)
    serai("up")
    container = engine.client().containers()[0]["Id"]

    assert serai.states() == {"web": "ready"}
    assert said_to_its_process(container) == b"got-five\n"
    assert both_ways(container) == (9, b"a" * MUCH, b"oops\n")
    assert serai("logs", "web").stdout == "got-five\n"
    serai("destroy", "-y")
    assert engine.leftovers() == {"containers": [], "networks": [], "volumes": []}


def bridge(*words: str) -> list[str]:
    return [sys.executable, "-m", "serai.providers.docker.bridge", *words]


def said_to_its_process(container: str) -> bytes:
    """A line for a process that waits for one, over its own input, and what it answers."""
    with subprocess.Popen(
        bridge("attach", "docker", container), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as attached:
        assert attached.stdin and attached.stdout
        attached.stdin.write(b"five\n")
        attached.stdin.flush()
        answer = attached.stdout.readline()
        attached.kill()
    return answer


def both_ways(container: str) -> tuple[int, bytes, bytes]:
    """A command whose input ends, so that it does."""
    words = bridge("exec", "docker", container, "root", "sh", "-c", "cat; echo oops >&2; exit 9")
    done = subprocess.run(words, input=b"a" * MUCH, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.engine
@pytest.mark.root
def test_a_stranger_s_certificate_is_refused_in_a_sentence(
    over_tls: FarDockerd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, serai: Serai
) -> None:
    authority(tmp_path)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(client_of(tmp_path, "stranger")))
    serai.file(SHOP)

    said = serai("status", code=None).stderr

    assert f"docker at {over_tls.far} (DOCKER_HOST)" in said
    assert "certificate verify failed" in said
    assert "Traceback" not in said
