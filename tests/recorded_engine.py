"""An engine that answers as one did that is not installed here, and keeps what it was asked: its API, recorded.

It speaks HTTP on a socket, so that the real client library is what asks. An answer that nobody recorded is a 404.
"""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

from serai.providers.docker.connect import Engine


class RecordedEngine:
    """`answers`: `GET /containers/json` -> what came; the path is without version and query."""

    def __init__(self, path: Path, version: str, answers: dict[str, Any] | None = None) -> None:
        self.answers: dict[str, Any] = {"GET /version": {"ApiVersion": version, "Version": "27.1.1"}}
        self.answers |= answers or {}
        self.asked: list[tuple[str, str, Any]] = []
        """(`POST /containers/create`, the query, the body)"""
        self.at = Engine(f"unix://{path}", "test")

        class Handler(Answers):
            engine = self

        self._server = Server(str(path), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def bodies(self, what: str) -> list[Any]:
        return [body for asked, _, body in self.asked if asked == what]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked may go before it has read all."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Answers(BaseHTTPRequestHandler):
    engine: ClassVar[RecordedEngine]

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        if path.startswith("/v1."):
            path = "/" + path.split("/", 2)[2]
        what = f"{self.command} {unquote(path)}"
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.engine.asked.append((what, unquote(query), body))
        status, found = 200, self.engine.answers.get(what)
        if found is None:
            status, found = 404, {"message": f"page not found: {what}"}
        elif isinstance(found, int):
            status, found = found, None
        elif isinstance(found, tuple):
            status, found = found
        data = b"" if found is None else json.dumps(found).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = answer

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""
