"""The docker SDK over a connection of ours, for an engine that is elsewhere.

So there is one way there: SSH is the system's, not a second implementation of it (paramiko), and what the
environment says to HTTP clients in general (REQUESTS_CA_BUNDLE, HTTP_PROXY) does not count for an engine.
Source: docker SDK for Python, transport.unixconn, which does the same for a socket.
"""

from __future__ import annotations

import socket
from typing import Any

import urllib3
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.transport.basehttpadapter import BaseHTTPAdapter

from serai.providers.docker import wire
from serai.providers.docker.connect import Engine, library

BASE = "http+docker://serai"
NOWHERE = "tcp://127.0.0.1:1"
"""What the SDK is made with: it is spoken to only after its adapter is another one."""


def client(at: Engine, budget: int | None) -> Any:
    """A client of the SDK, which has spoken with the engine once; `budget` seconds a call."""
    docker = library()
    made = docker.APIClient(base_url=NOWHERE, version=DEFAULT_DOCKER_API_VERSION, timeout=budget)
    dialled: list[socket.socket] = []
    made.mount("http+docker://", Adapter(at, budget, dialled))
    made.base_url = BASE
    try:
        made._version = made._retrieve_server_version()
    except docker.errors.DockerException as error:
        raise wire.why(dialled) or error from error
    return made


class Connection(urllib3.connection.HTTPConnection):
    def __init__(self, at: Engine, budget: int | None, dialled: list[socket.socket]) -> None:
        super().__init__("localhost", timeout=budget)
        self._at, self._budget, self._dialled = at, budget, dialled

    def connect(self) -> None:
        self.sock = wire.connected(self._at, self._budget)
        self._dialled[:] = [self.sock]


class Pool(urllib3.connectionpool.HTTPConnectionPool):
    def __init__(self, at: Engine, budget: int | None, dialled: list[socket.socket]) -> None:
        super().__init__("localhost", timeout=budget, maxsize=10)
        self._at, self._budget, self._dialled = at, budget, dialled

    def _new_conn(self) -> Connection:
        return Connection(self._at, self._budget, self._dialled)


class Adapter(BaseHTTPAdapter):  # type: ignore[misc]
    """One pool: there is one engine."""

    def __init__(self, at: Engine, budget: int | None, dialled: list[socket.socket]) -> None:
        self._pool = Pool(at, budget, dialled)
        super().__init__()

    def get_connection(self, url: str, proxies: Any = None) -> Pool:
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:
        """Without a host: there is none in the address of a pool of ours."""
        return str(request.path_url)

    def close(self) -> None:
        self._pool.close()
        super().close()
