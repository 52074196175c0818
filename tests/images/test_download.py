"""Downloads over a real HTTP server on this host: resumed, verified, each failure with its cause."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from serai.images import download
from serai.images.way import Way
from serai.util.errors import Code, SeraiError

CONTENT = b"QFI\xfb" + bytes(range(256)) * 4000
DIGEST = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


class Server(ThreadingHTTPServer):
    """Serves CONTENT; `cut` ends the first answers early; `seen` keeps the Range headers."""

    content = CONTENT
    etag = '"one"'
    cut: list[int]
    seen: list[str | None]
    status = 200
    location = ""
    length = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/disk.qcow2"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.seen.append(asked)
        if self.server.location or self.server.status != 200:
            self.send_response(302 if self.server.location else self.server.status)
            self.send_header("Location", self.server.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = 0
        if asked and self.headers.get("If-Range") == self.server.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header(
                "Content-Range", f"bytes {start}-{len(self.server.content) - 1}/{len(self.server.content)}"
            )
        else:
            self.send_response(200)
        body = self.server.content[start:]
        self.send_header("ETag", self.server.etag)
        self.send_header("Content-Length", self.server.length or str(len(body)))
        self.end_headers()
        if self.server.cut:
            body = body[: self.server.cut.pop(0)]
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    one = Server(("127.0.0.1", 0), Handler)
    one.cut, one.seen = [], []
    thread = threading.Thread(target=one.serve_forever, daemon=True)
    thread.start()
    yield one
    one.shutdown()
    one.server_close()


Fetch = Callable[..., Path]


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Fetch:
    def act(url: str | None = None, checksum: str | None = DIGEST) -> Path:
        return download.fetch(url or server.url, tmp_path / "d", checksum=checksum, progress=lambda _phrase: None)

    return act


def test_a_file_comes_whole_and_verified(fetch: Fetch):
    assert fetch().read_bytes() == CONTENT


def test_a_broken_connection_is_taken_up_where_it_broke(fetch: Fetch, server: Server):
    server.cut = [100_000, 200_000]
    assert fetch().read_bytes() == CONTENT
    assert server.seen == [None, "bytes=100000-", "bytes=300000-"]


def test_a_killed_download_goes_on_in_the_next_run(fetch: Fetch, server: Server):
    server.cut = [100_000, 0, 0, 0]
    with pytest.raises(SeraiError, match=r"ended early.*are kept"):
        fetch()
    server.seen.clear()
    assert fetch().read_bytes() == CONTENT
    assert server.seen == ["bytes=100000-"]


def test_a_file_that_changed_on_the_server_begins_anew(fetch: Fetch, server: Server):
    server.cut = [100_000, 0, 0, 0]
    with pytest.raises(SeraiError):
        fetch()
    server.etag = '"two"'
    assert fetch().read_bytes() == CONTENT


def test_a_beginning_is_never_taken_for_that_of_another_file(server: Server, tmp_path: Path):
    def fetch() -> bytes:
        way = Way(plain_http=True)
        return download.fetch(
            server.url, tmp_path, checksum=None, progress=lambda _phrase: None, way=way
        ).read_bytes()

    server.cut = [100_000, 0, 0, 0]
    with pytest.raises(SeraiError):
        fetch()
    server.etag, server.content, server.length = '"two"', CONTENT[::-1], str(1 << 50)
    with pytest.raises(SeraiError, match="more than an image can have"):
        fetch()
    server.length = ""
    assert fetch() == CONTENT[::-1]


@pytest.mark.parametrize("length", ["many", "9" * 5000, "\xb2"])
def test_a_length_that_is_none_counts_as_unknown(fetch: Fetch, server: Server, length: str):
    server.length = length
    assert fetch().read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["ftp://ann:hidden@h/x", "http://ann:hidden@h/x", "https://ann:hidden@[/x"])
def test_an_address_that_is_refused_is_told_without_its_password(fetch: Fetch, url: str):
    with pytest.raises(SeraiError) as caught:
        fetch(url, None)
    assert caught.value.code is Code.INPUT
    assert "hidden" not in str(caught.value)


def test_an_altered_file_is_refused_and_not_kept(fetch: Fetch, server: Server, tmp_path: Path):
    server.content = CONTENT[:-1] + b"!"
    with pytest.raises(SeraiError, match=r"digest.*altered") as caught:
        fetch()
    assert caught.value.code is Code.CORRUPT
    assert not list((tmp_path / "d").glob("*.part"))


def test_a_web_page_is_told_as_such(fetch: Fetch, server: Server):
    server.content = b"<!DOCTYPE html><title>Log in</title>"
    with pytest.raises(SeraiError, match="web page instead of an image"):
        fetch()


@pytest.mark.parametrize(("status", "why"), [(404, "is not there"), (403, "is forbidden"), (503, "failed")])
def test_a_refusal_is_named(fetch: Fetch, server: Server, status: int, why: str):
    server.status = status
    with pytest.raises(SeraiError, match=f"{why} .HTTP {status}") as caught:
        fetch()
    assert caught.value.code is Code.NETWORK


def test_endless_redirects_end(fetch: Fetch, server: Server):
    server.location = server.url
    with pytest.raises(SeraiError, match="redirects"):
        fetch()
    assert len(server.seen) < 40


def test_a_server_that_is_not_there_is_named(fetch: Fetch, server: Server):
    server.server_close()
    with pytest.raises(SeraiError, match="refused"):
        fetch("http://127.0.0.1:1/disk.qcow2")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://h/x", "/etc/passwd"])
def test_only_http_is_downloaded(fetch: Fetch, url: str):
    with pytest.raises(SeraiError, match="only https"):
        fetch(url)


def test_plain_http_needs_a_checksum(fetch: Fetch, server: Server):
    with pytest.raises(SeraiError, match="needs a checksum"):
        fetch(server.url, None)
    assert server.seen == []
