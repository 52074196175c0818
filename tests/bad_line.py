"""A bad line to a server: slow, and broken after so many bytes. Without pytest: benchmarks use it, too."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress


class Line:
    """A port of this machine that leads to another one: each way takes `delay` seconds, and it breaks after
    `breaks` bytes to the server."""

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self.to, self.delay, self.breaks = port, delay, 1 << 60
        self.sent = 0
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
                for each in (near, far):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += [near, far]
                for pair, counts in (((near, far), True), ((far, near), False)):
                    threading.Thread(target=self._carry, args=(*pair, counts), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        """Pieces wait in a queue, so that a delay holds nothing up that comes after."""
        queue: list[tuple[float, bytes]] = []
        ready = threading.Condition()
        threading.Thread(target=self._deliver, args=(sink, queue, ready), daemon=True).start()
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if counts:
                    self.sent += len(data)
                    if self.sent > self.breaks:
                        self.cut()
                        return
                with ready:
                    queue.append((time.monotonic() + self.delay, data))
                    ready.notify()
        with ready:
            queue.append((time.monotonic() + self.delay, b""))
            ready.notify()

    def _deliver(self, sink: socket.socket, queue: list[tuple[float, bytes]], ready: threading.Condition) -> None:
        with suppress(OSError):
            while True:
                with ready:
                    ready.wait_for(lambda: queue)
                    due, data = queue.pop(0)
                threading.Event().wait(max(0.0, due - time.monotonic()))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)

    def cut(self) -> None:
        """All connections end at once, as a broken line does."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()
