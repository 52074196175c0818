"""A connection to an engine that has no socket on this host: over TCP, with TLS, or by SSH.

By SSH the engine's own client on the other side hands the bytes on (`docker system dial-stdio`), as the docker
CLI does it: ~/.ssh/config, agents and jump hosts count. Source: docker, cli/connhelper; docker, protect-access.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from serai.providers.docker.connect import Engine
from serai.util.errors import Code, SeraiError
from serai.util.process import which

PLAIN, ENCRYPTED = 2375, 2376
"""Ports of an engine, without and with TLS. Source: IANA, docker and docker-s."""
DIAL = "docker system dial-stdio"
ENDS = 5.0
"""Seconds for ssh to end when nobody speaks to it any more."""
FILES = ("ca.pem", "cert.pem", "key.pem")


def connected(at: Engine, budget: float | None) -> socket.socket:
    """A connection over which the engine speaks HTTP. Raises OSError, Code.INPUT and Code.MISSING."""
    place = urlsplit(at.host)
    if place.scheme in ("tcp", "http", "https"):
        encrypted = at.tls is not None or place.scheme == "https"
        port = place.port or (ENCRYPTED if encrypted else PLAIN)
        plain = socket.create_connection((place.hostname or "localhost", port), budget)
        return _encrypted(plain, at, place.hostname or "localhost") if encrypted else plain
    if place.scheme == "ssh":
        return Dialled.to(at, budget)
    raise SeraiError(
        Code.INPUT,
        f"{at.source}: {at.host} names no engine",
        hint="unix:///run/docker.sock, tcp://HOST:2376 or ssh://USER@HOST",
    )


def certificates(directory: Path, source: str) -> tuple[str, str, str]:
    """(ca, certificate, key). Raises Code.MISSING for the first that is not there."""
    for name in FILES:
        if not (directory / name).is_file():
            raise SeraiError(
                Code.MISSING,
                f"{source}: {directory / name} is not there, and the engine is spoken to by TLS",
                hint="DOCKER_CERT_PATH names the directory of ca.pem, cert.pem and key.pem",
            )
    ca, certificate, key = (str(directory / name) for name in FILES)
    return ca, certificate, key


def _encrypted(plain: socket.socket, at: Engine, host: str) -> socket.socket:
    import ssl

    from serai.providers.docker.tls import Encrypted

    try:
        context = ssl.create_default_context()
        if at.tls is not None:
            ca, certificate, key = certificates(at.tls, at.source)
            context.load_verify_locations(ca)
            context.load_cert_chain(certificate, key)
        if not at.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return Encrypted.to(plain, context, host, f"docker at {at.host} ({at.source})")
    except BaseException:
        plain.close()
        raise


class Dialled(socket.socket):
    """One end of a pair; ssh has the other as its stdin and stdout."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]
    """What ssh says on stderr."""
    at: Engine

    @classmethod
    def to(cls, at: Engine, budget: float | None) -> Dialled:
        """Raises Code.INPUT for an address that is none."""
        words = argv(at)
        ours, theirs = socket.socketpair()
        said = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives the connection, whose failure it explains
        with theirs:
            end = theirs.fileno()
            process = subprocess.Popen(words, stdin=end, stdout=end, stderr=said, start_new_session=True)
        connection = cls(fileno=ours.detach())
        connection.process, connection.said, connection.at = process, said, at
        connection.settimeout(budget)
        return connection

    def close(self) -> None:
        super().close()
        if getattr(self, "process", None) is not None and self.process.returncode is None:
            try:
                self.process.wait(ENDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def why(self) -> SeraiError:
        """What became of it, once it has ended without an answer."""
        try:
            self.process.wait(ENDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.said.seek(0)
        lines = [line.strip() for line in self.said.read().decode(errors="replace").splitlines() if line.strip()]
        last = lines[-1] if lines else "ssh ended without a word"
        by_hand = " ".join(argv(self.at)[4:]).replace("-- ", "")
        where = f"docker at {self.at.host} ({self.at.source})"
        return SeraiError(Code.NETWORK, f"{where} does not answer: {last}", hint=f"ssh {by_hand}", details=lines)


def argv(at: Engine) -> list[str]:
    """ssh with the address of `ssh://user@host:port`. Raises Code.INPUT for one that is none."""
    place = urlsplit(at.host)
    if not place.hostname or place.hostname.startswith("-") or place.path.strip("/"):
        raise SeraiError(
            Code.INPUT, f"{at.source}: {at.host} names no host", hint="ssh://USER@HOST or ssh://USER@HOST:PORT"
        )
    words = [which("ssh", "openssh-client"), "-T", "-o", "BatchMode=yes"]
    words += ["-p", str(place.port)] if place.port else []
    words += ["-l", place.username] if place.username else []
    return [*words, "--", place.hostname, DIAL]
