"""Checksum files as vendors write them, and what stands in their place when something is wrong."""

from __future__ import annotations

import pytest

from serai.images.checksums import find_digest
from serai.util.errors import Code, SeraiError

A, B, LONG = "a1" * 32, "b2" * 32, "c3" * 64


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (f"{B}  other.img\n{A}  web.img\n", f"sha256:{A}"),
        (f"{A} *web.img\n", f"sha256:{A}"),
        (f"{A}  ./web.img\n", f"sha256:{A}"),
        (f"{LONG}  web.img\n", f"sha512:{LONG}"),
        (f"SHA256 (other.img) = {B}\nSHA256 (web.img) = {A}\n", f"sha256:{A}"),
        (f"SHA512 (web.img) = {LONG}\n", f"sha512:{LONG}"),
        (f"{A.upper()}\n", f"sha256:{A}"),
        (f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{A}  web.img\n", f"sha256:{A}"),
    ],
    ids=["gnu", "gnu-binary", "dot-slash", "sha512", "bsd", "bsd-512", "bare", "signed"],
)
def test_the_digest_of_the_file_is_found(text: str, digest: str):
    assert find_digest(text, "web.img", source="SUMS") == digest


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("  <html>log in</html>", "SUMS is a web page"),
        (f"{A}  web.img.torrent\n", "SUMS has no digest for web.img"),
        ("", "SUMS has no digest for web.img"),
        (f"{A}abcd  web.img\n", "neither a sha256 nor a sha512"),
    ],
    ids=["web-page", "other-file", "empty", "odd-length"],
)
def test_what_gives_no_digest_is_told_with_its_source(text: str, why: str):
    with pytest.raises(SeraiError, match=why) as caught:
        find_digest(text, "web.img", source="SUMS")
    assert caught.value.code is Code.CORRUPT
