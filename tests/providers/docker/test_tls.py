"""A plain socket in front of TLS: both ways at once, one end before the other, and why it is refused."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from serai.providers.docker.tls import Encrypted
from serai.util.process import run, which

MUCH = 2_000_000


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory, need) -> Path:  # type: ignore[no-untyped-def]
    """A file with a key and what it signs of itself, for `inn`."""
    need("openssl")
    path = tmp_path_factory.mktemp("tls") / "inn.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=inn -addext"
    run([which("openssl"), *words.split(), "subjectAltName=DNS:inn", "-keyout", path, "-out", f"{path}.crt"])
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


class Server(threading.Thread):
    """Sends back what it hears, and a word after the other side has ended."""

    def __init__(self, end: socket.socket, certificate: Path, *, strict: bool = False) -> None:
        super().__init__(daemon=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        if strict:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(certificate)
        self.end = end
        self.start()

    def run(self) -> None:
        try:
            with self.context.wrap_socket(self.end, server_side=True) as tls:
                while data := tls.recv(65536):
                    tls.sendall(data)
                tls.sendall(b" over")
        except OSError:
            self.end.close()


def connected(certificate: Path, *, name: str = "inn", strict: bool = False) -> Encrypted:
    ours, theirs = socket.socketpair()
    Server(theirs, certificate, strict=strict)
    context = ssl.create_default_context(cafile=str(certificate))
    ours.settimeout(20)
    return Encrypted.to(ours, context, name, "docker at inn")


def whole(connection: socket.socket) -> bytes:
    found = b""
    while data := connection.recv(65536):
        found += data
    return found


@pytest.mark.timeout(60)
def test_an_end_of_input_leaves_what_is_still_said(certificate: Path) -> None:
    with connected(certificate) as connection:
        heard: list[bytes] = []
        listening = threading.Thread(target=lambda: heard.append(whole(connection)))
        listening.start()
        connection.sendall(b"a" * MUCH)
        connection.shutdown(socket.SHUT_WR)
        listening.join(30)

    assert heard == [b"a" * MUCH + b" over"]
    assert connection.why() is None


def test_another_name_than_the_certificate_s_is_refused(certificate: Path) -> None:
    with pytest.raises(ssl.SSLError, match="Hostname mismatch"):
        connected(certificate, name="stable")


def test_a_server_that_wants_to_know_the_client_is_told_of_with_its_reason(certificate: Path) -> None:
    """In TLS 1.3 it says so only after the hands are shaken."""
    with connected(certificate, strict=True) as connection:
        assert whole(connection) == b""
        error = connection.why()

    assert error is not None
    assert "docker at inn does not let this client in" in error.message
    assert "certificate required" in error.message.lower().replace("_", " ")
