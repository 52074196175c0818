"""TLS to an engine behind a plain socket: a thread of its own encrypts, so that each way can end by itself.

`docker exec` ends the input of a command by half of a connection. TLS has a message for that (close_notify), which
ssl.SSLSocket sends only when it waits for the other side's, and then loses what that still has to say.
Source: RFC 8446, 6.1; OpenSSL, SSL_shutdown(3).
"""

from __future__ import annotations

import select
import socket
import ssl
import threading

from serai.util.errors import Code, SeraiError

PIECE = 65536
MOST = 4 * PIECE
"""Bytes that wait for one side; more are not read from the other."""


class Encrypted(socket.socket):
    """The plain end: what is written to it goes through the engine's TLS."""

    tunnel: Tunnel

    @classmethod
    def to(cls, raw: socket.socket, context: ssl.SSLContext, host: str, where: str) -> Encrypted:
        """Shake hands over `raw`, which is taken over. Raises OSError (ssl.SSLError), and TimeoutError."""
        tunnel = Tunnel(raw, context, host)
        tunnel.greet()
        ours, theirs = socket.socketpair()
        connection = cls(fileno=ours.detach())
        connection.settimeout(raw.gettimeout())
        connection.tunnel, connection.where = tunnel, where
        threading.Thread(target=tunnel.carry, args=(theirs,), name="tls", daemon=True).start()
        return connection

    where: str
    """Which engine it is, for a person."""

    def why(self) -> SeraiError | None:
        """What TLS has ended with: a certificate may be refused after the hands are shaken."""
        error = self.tunnel.error
        if error is None:
            return None
        hint = "DOCKER_CERT_PATH names the directory of ca.pem, cert.pem and key.pem"
        return SeraiError(Code.REFUSED, f"{self.where} does not let this client in: {error}", hint=hint)


class Tunnel:
    """Carries bytes between a plain socket and a connection with TLS."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self.error: ssl.SSLError | None = None
        self._raw = raw
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=host)
        self._to_raw, self._to_plain = bytearray(), bytearray()
        self._sends = self._receives = True

    def greet(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._raw.sendall(self._out.read())
                self._take(self._raw.recv(PIECE))
                continue
            except ssl.SSLError:
                self._raw.sendall(self._out.read())  # the other side is told why
                raise
            self._raw.sendall(self._out.read())
            return

    def _take(self, data: bytes) -> None:
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()

    def carry(self, plain: socket.socket) -> None:
        """Until the other side has ended and all is handed on, or ours is gone."""
        with self._raw, plain:
            self._raw.setblocking(False)
            plain.setblocking(False)
            try:
                while self._receives or self._to_plain:
                    self._once(plain)
            except ssl.SSLError as error:
                self.error = error
            except OSError:
                return  # one of the two is gone: the other ends with it

    def _once(self, plain: socket.socket) -> None:
        reading = [self._raw] if self._receives and len(self._to_plain) < MOST else []
        reading += [plain] if self._sends and len(self._to_raw) < MOST else []
        writing = [self._raw] if self._to_raw else []
        writing += [plain] if self._to_plain else []
        readable, writable, _ = select.select(reading, writing, ())
        if self._raw in readable:
            self._take(self._raw.recv(PIECE))
            self._decrypt()
        if plain in readable:
            self._encrypt(plain.recv(PIECE))
        if self._raw in writable:
            del self._to_raw[: self._raw.send(self._to_raw)]
        if plain in writable:
            del self._to_plain[: plain.send(self._to_plain)]

    def _decrypt(self) -> None:
        try:
            while data := self._tls.read(PIECE):
                self._to_plain += data
        except ssl.SSLWantReadError:
            return
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            pass  # it has ended, with the message for that or without
        self._receives = False

    def _encrypt(self, data: bytes) -> None:
        if data:
            self._tls.write(data)
        else:
            self._sends = False
            try:
                self._tls.unwrap()
            except ssl.SSLWantReadError:
                pass  # it is sent; the other side's comes when it has ended
        self._to_raw += self._out.read()
