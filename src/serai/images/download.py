"""Downloads: resumed with Range, verified by digest before anybody uses them, each failure with its cause.

`NAME.part` keeps what came, `NAME.json` beside it the validator (ETag) for If-Range, so that a killed download
goes on where it was, and one whose file changed on the server begins anew. Source: RFC 9110, sections 13 and 14.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from serai.images.store import full_disk
from serai.images.way import PLAIN, REDIRECTS, Way, shown
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic
from serai.util.locks import lock
from serai.util.units import human_size

if TYPE_CHECKING:
    import urllib3

_CHUNK = 1 << 18
_CONNECT_TIMEOUT, _READ_TIMEOUT = 10.0, 60.0  # seconds
_TRIES = 4
_MAX_TEXT = 4 << 20  # bytes of a checksum file
_MAX_SIZE = 256 << 30  # bytes of an image
_DIGITS = 20  # of a number of bytes, and more than enough
_PROGRESS_INTERVAL = 0.2  # seconds


class _State(msgspec.Struct, frozen=True):
    """What a `.part` file is the beginning of."""

    url: str
    validator: str


def fetch(
    url: str,
    folder: Path,
    *,
    checksum: str | None,
    progress: Callable[[str], None],
    on_bytes: Callable[[int, int], None] | None = None,
    way: Way = PLAIN,
) -> Path:
    """The verified file, in `folder`. `on_bytes(done, total)`; total is 0 when the server does not say.

    Raises Code.NETWORK for what a second try may cure, Code.CORRUPT for what is not the image.
    """
    _allowed(url, checksum or ("none" if way.plain_http else None))
    private_dir(folder)
    name = _name(url, checksum)
    part, whole = folder / f"{name}.part", folder / name
    with lock(folder / f"{name}.lock", what=shown(url), note=f"download, pid {os.getpid()}"):
        if whole.exists():
            return whole  # a killed run was done with the download, not with what came after
        with full_disk(folder):
            _download(url, part, progress, on_bytes, way)
        try:
            _not_a_web_page(part, shown(url))
            if checksum:
                progress("verifying the digest")
                verify(part, checksum, source=shown(url))
        except SeraiError:
            part.unlink()
            part.with_suffix(".json").unlink(missing_ok=True)
            raise
        part.rename(whole)
        part.with_suffix(".json").unlink(missing_ok=True)
        return whole


def _name(url: str, checksum: str | None) -> str:
    return hashlib.sha256(f"{url} {checksum}".encode()).hexdigest()[:32]


def forget(url: str, folder: Path, *, checksum: str | None) -> None:
    """Drop what an earlier run has left of a download."""
    name = _name(url, checksum)
    with lock(folder / f"{name}.lock", what=shown(url), note=f"download, pid {os.getpid()}"):
        for left in (name, f"{name}.part", f"{name}.json"):
            (folder / left).unlink(missing_ok=True)


def text(url: str) -> str:
    """A small text file (a vendor's checksum file)."""
    found = document(url, limit=_MAX_TEXT)
    if found.status != 200:
        raise refused(url, found.status)
    return found.data.decode(errors="replace")


class Document(msgspec.Struct, frozen=True):
    """What a server answered: at most as many bytes as were asked for."""

    status: int
    data: bytes
    url: str
    """Where it was in the end."""
    validator: str = ""
    """Its ETag."""


def document(
    url: str,
    *,
    limit: int,
    way: Way = PLAIN,
    headers: Mapping[str, str] = {},
    timeout: float | None = None,
) -> Document:
    """A small file, read into memory. `timeout` in seconds, for a question that must not hold anybody up.

    Raises Code.NETWORK when nobody answers; an answer that refuses is given back with its status.
    """
    _allowed(url, "small")
    import urllib3

    try:
        with _pool(way, timeout) as pool:
            response = _request(pool, url, dict(headers), way)
            data = response.read(limit) if response.status == 200 else b""
            response.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise SeraiError(
            Code.NETWORK, f"{shown(url)}: {_cause(error)}", hint="check the network and https_proxy"
        ) from error
    return Document(response.status, data, response.geturl() or url, response.headers.get("ETag", ""))


def verify(path: Path, checksum: str, *, source: str | None = None) -> None:
    """Raise Code.CORRUPT unless the file has that digest: `sha256:…`; of boxes md5 and sha1 too."""
    algorithm, _, expected = checksum.partition(":")
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, algorithm).hexdigest()
    if actual != expected.lower():
        raise SeraiError(
            Code.CORRUPT,
            f"{source or path}: the {algorithm} digest is {actual[:16]}…, {expected[:16]}… was promised; "
            "the file is altered, or newer than its checksum",
            hint="try again; if it stays, do not use the file",
        )


def _allowed(url: str, checksum: str | None) -> None:
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise SeraiError(Code.INPUT, f"{url.rpartition('@')[2]} is no address: {error}", hint="mend it") from error
    if scheme not in ("http", "https"):
        raise SeraiError(
            Code.INPUT,
            f"{shown(url)}: only https: and http: are downloaded",
            hint="use path: for a file of this host",
        )
    if scheme == "http" and not checksum:
        raise SeraiError(
            Code.INPUT, f"{shown(url)}: http: needs a checksum", hint="add checksum: sha256:…, or use https:"
        )


def _download(
    url: str,
    part: Path,
    progress: Callable[[str], None],
    on_bytes: Callable[[int, int], None] | None,
    way: Way,
) -> None:
    """Fill `part`, resuming it; a connection that breaks is taken up again while it makes progress."""
    import urllib3

    tries = 0
    with _pool(way) as pool:
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                if _one_request(pool, url, part, progress, on_bytes, way):
                    return
                cause = "the connection ended early"
            except (urllib3.exceptions.HTTPError, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, (ConnectionError, TimeoutError)):
                    raise
                cause = _cause(error)
            after = part.stat().st_size if part.exists() else 0
            tries = 1 if after > before else tries + 1
            if tries >= _TRIES:
                have = f", {human_size(after)} are kept" if after else ""
                raise SeraiError(
                    Code.NETWORK, f"{shown(url)}: {cause}{have}", hint="run it again: it goes on where it stopped"
                )
            progress(f"{cause}, going on at {human_size(after)}")


def _one_request(
    pool: urllib3.PoolManager,
    url: str,
    part: Path,
    progress: Callable[[str], None],
    on_bytes: Callable[[int, int], None] | None,
    way: Way,
) -> bool:
    """One GET; True when the file is whole, False when the body was shorter than announced."""
    state_file = part.with_suffix(".json")
    have = part.stat().st_size if part.exists() else 0
    state = _read_state(state_file)
    headers = {}
    if have and state and state.url == url and state.validator:
        headers = {"Range": f"bytes={have}-", "If-Range": state.validator}
    response = _request(pool, url, headers, way)
    try:
        if response.status == 416:  # nothing is left to send
            part.unlink(missing_ok=True)
            return False
        if response.status not in (200, 206):
            raise refused(url, response.status)
        if response.status == 200:
            have = 0
            etag = response.headers.get("ETag", "")
            validator = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
            part.unlink(missing_ok=True)  # before the new validator: it is of another file
            write_atomic(state_file, msgspec.json.encode(_State(url, validator)))
        elif _range_start(response.headers) != have:
            raise SeraiError(Code.NETWORK, f"{shown(url)}: the server sent another range than was asked for")
        length = max(0, _number(response.headers.get("Content-Length", "").partition(",")[0]))
        total = have + length if length else 0
        _space(part, url, length, total)
        done = _copy(response, part, have, total, progress, on_bytes)
        return not total or done >= total
    finally:
        response.close()


def _copy(
    response: urllib3.BaseHTTPResponse,
    part: Path,
    have: int,
    total: int,
    progress: Callable[[str], None],
    on_bytes: Callable[[int, int], None] | None,
) -> int:
    done, told = have, 0.0
    with part.open("ab" if have else "wb") as file:
        for chunk in response.stream(_CHUNK, decode_content=False):
            file.write(chunk)
            done += len(chunk)
            if done > _MAX_SIZE:
                raise SeraiError(Code.CORRUPT, f"the download is larger than {human_size(_MAX_SIZE)}: stopped")
            if on_bytes:
                on_bytes(done, total)
            if (now := time.monotonic()) - told > _PROGRESS_INTERVAL:
                told = now
                progress(f"downloading {human_size(done)}" + (f" of {human_size(total)}" if total else ""))
    return done


def _space(part: Path, url: str, length: int, total: int) -> None:
    if total > _MAX_SIZE:
        raise SeraiError(Code.CORRUPT, f"{shown(url)} announces {human_size(total)}: more than an image can have")
    with full_disk(part.parent, need=length):
        return


def _read_state(path: Path) -> _State | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_State)
    except (FileNotFoundError, msgspec.DecodeError):
        return None  # unknown beginnings are thrown away


def _range_start(headers: Mapping[str, str]) -> int:
    """`Content-Range: bytes 100-199/200` -> 100; -1 when it is not readable."""
    return _number(headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0])


def _number(text: str) -> int:
    """-1 when it is none that a file could have."""
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) < _DIGITS else -1


def _pool(way: Way, timeout: float | None = None) -> urllib3.PoolManager:
    import urllib3

    if way.insecure:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    times = urllib3.Timeout(connect=timeout or _CONNECT_TIMEOUT, read=timeout or _READ_TIMEOUT)
    return urllib3.PoolManager(timeout=times, **way.pool_options())


def _request(pool: urllib3.PoolManager, url: str, headers: dict[str, str], way: Way) -> urllib3.BaseHTTPResponse:
    import urllib3

    manager = pool
    if proxy := _proxy(url):
        manager = urllib3.ProxyManager(proxy, timeout=pool.connection_pool_kw["timeout"], **way.pool_options())
    try:
        return manager.request(
            "GET",
            shown(url),
            headers={"User-Agent": "serai", "Accept-Encoding": "identity", **way.headers(url), **headers},
            preload_content=False,
            retries=way.retries(),
        )
    except ValueError as error:
        raise SeraiError(
            Code.NETWORK, f"{shown(url)} is, or leads to, what is no address: {error}", hint="check the address"
        ) from error


def _proxy(url: str) -> str | None:
    """From http_proxy, https_proxy, all_proxy and no_proxy, as curl reads them."""
    from urllib.request import getproxies_environment, proxy_bypass

    parts = urlsplit(url)
    proxies = getproxies_environment()
    if proxy_bypass(parts.hostname or ""):
        return None
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _not_a_web_page(part: Path, url: str) -> None:
    with part.open("rb") as file:
        head = file.read(512).lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise SeraiError(
            Code.CORRUPT,
            f"{url} gave a web page instead of an image",
            hint="a proxy or a login page stands in between: open the address in a browser",
        )


def refused(url: str, status: int) -> SeraiError:
    """The error for an HTTP status that is not the file."""
    words = {
        401: "wants a login",
        403: "is forbidden",
        404: "is not there",
        410: "is gone",
        429: "is asked too often",
    }
    what = words.get(status, "failed" if status >= 500 else "was refused")
    return SeraiError(Code.NETWORK, f"{shown(url)} {what} (HTTP {status})", hint="check the address in a browser")


def _cause(error: Exception) -> str:
    """urllib3's nested errors in a few words."""
    reason = getattr(error, "reason", None) or error
    words = str(reason)
    for sign, plain in (
        ("NameResolutionError", "the host name is not known"),
        ("Failed to resolve", "the host name is not known"),
        ("Connection refused", "the connection was refused"),
        ("timed out", "the server does not answer"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate is not trusted"),
        ("too many redirects", f"more than {REDIRECTS} redirects"),
        ("IncompleteRead", "the connection ended early"),
        ("Connection broken", "the connection ended early"),
    ):
        if sign in words:
            return plain
    return words.splitlines()[0] if words else type(error).__name__
