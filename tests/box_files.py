"""Boxes and their servers, made by the tests: small disks, tars, catalogues, an HTTP server."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


def qcow2(size: int = 1 << 20, *, backing: int = 0, mark: bytes = b"") -> bytes:
    """The smallest qcow2 that stands alone; `mark` makes one that differs. Source: qemu docs/interop/qcow2.txt."""
    head = b"QFI\xfb" + struct.pack(">IQIIQIIQQII", 3, backing, 0, 16, size, 0, 1, 0x30000, 0x10000, 1, 0)
    head += struct.pack(">QQQQII", 0, 0, 0, 0, 4, 104)[: 104 - len(head)]
    data = bytearray(0x40000)
    data[: len(head)] = head
    struct.pack_into(">QQQQII", data, 72, 0, 0, 0, 4, 104, 0)
    struct.pack_into(">QQQI", data, 72, 0, 0, 0, 4)
    struct.pack_into(">I", data, 100, 104)
    struct.pack_into(">Q", data, 0x10000, 0x20000)
    for cluster in range(4):
        struct.pack_into(">H", data, 0x20000 + 2 * cluster, 1)
    data[0x3F000 : 0x3F000 + len(mark)] = mark
    return bytes(data)


def made_disk(path: Path, form: str, *options: str) -> Path:
    """A disk of another format, with a partition table, by qemu-img."""
    raw = path.with_suffix(".plain")
    raw.write_bytes(bytes(510) + b"\x55\xaa" + bytes((1 << 20) - 512))
    words = ["qemu-img", "convert", "-q", "-f", "raw", "-O", form, *options, str(raw), str(path)]
    subprocess.run(words, check=True)
    raw.unlink()
    return path


METADATA: dict[str, Any] = {"provider": "libvirt", "format": "qcow2", "virtual_size": 1}


def members(metadata: Mapping[str, Any] = METADATA, **files: bytes) -> dict[str, bytes]:
    """Of a libvirt box; `files` are further members (or other contents), by name with `_` for `.`."""
    content = {"metadata.json": json.dumps(metadata).encode(), "box.img": qcow2()}
    return content | {name.replace("_", "."): data for name, data in files.items()}


def tar(content: Mapping[str, bytes], *, packed: bool = True) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(out.getvalue(), 1) if packed else out.getvalue()


def zipped(content: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def entry(url: str, data: bytes = b"", *, provider: str = "libvirt", **more: Any) -> dict[str, Any]:
    """A provider of a catalogue, with the digest of its box."""
    found: dict[str, Any] = {"name": provider, "url": url, **more}
    if data:
        found |= {"checksum_type": "sha256", "checksum": hashlib.sha256(data).hexdigest()}
    return found


def catalogue(name: str, **versions: list[dict[str, Any]]) -> bytes:
    """`v1_0=[entry(…)]` is version 1.0."""
    releases = [
        {"version": key.removeprefix("v").replace("_", "."), "providers": value} for key, value in versions.items()
    ]
    return json.dumps({"name": name, "description": "of a test", "versions": releases}).encode()


class Server(ThreadingHTTPServer):
    """Serves `files` by path, with ranges, an ETag and If-None-Match; `cut` ends the next bodies early."""

    files: dict[str, bytes]
    status: dict[str, int]
    moved: dict[str, str]
    cut: list[int]
    asked: list[tuple[str, dict[str, str]]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
        if self.path in server.moved:
            self._head(302, {"Location": server.moved[self.path]})
            return
        body = server.files.get(self.path)
        status = server.status.get(self.path, 200 if body is not None else 404)
        if status != 200 or body is None:
            self._head(status, {})
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._head(304, {"ETag": etag})
            return
        asked, start = self.headers.get("Range"), 0
        if asked and self.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self._head(
                206, {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}, len(body) - start, etag
            )
        else:
            self._head(200, {}, len(body), etag)
        rest = body[start:]
        try:
            self.wfile.write(rest[: server.cut.pop(0)] if server.cut and len(rest) > 4096 else rest)
        except OSError:
            return  # it had seen enough

    def _head(self, status: int, headers: Mapping[str, str], length: int = 0, etag: str = "") -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(length), **({"ETag": etag} if etag else {})}.items():
            self.send_header(key, value)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        return


@contextmanager
def serving() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.files, server.status, server.moved, server.cut, server.asked = {}, {}, {}, [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
