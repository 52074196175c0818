"""Vendors' checksum files: `DIGEST  FILE`, `DIGEST *FILE`, `SHA256 (FILE) = DIGEST`, or a bare digest."""

from __future__ import annotations

import re

from serai.util.errors import Code, SeraiError

_ALGORITHM = {64: "sha256", 128: "sha512"}
_BSD = re.compile(r"^SHA(256|512) \((?P<file>[^)]+)\) = (?P<digest>[0-9a-fA-F]{64,128})$")
_GNU = re.compile(r"^(?P<digest>[0-9a-fA-F]{64,128}) [ *]?(?P<file>\S.*)$")
_BARE = re.compile(r"^(?P<digest>[0-9a-fA-F]{64,128})$")


def find_digest(text: str, file: str, *, source: str) -> str:
    """`sha256:…` or `sha512:…` of `file`, as the checksum file `text` gives it.

    Signed files (PGP clear text) are read as they are: it is https that says who wrote them.
    Raises Code.CORRUPT, naming `source`, when it is no such file or does not know the image.
    """
    if text.lstrip()[:1] == "<":
        raise SeraiError(
            Code.CORRUPT,
            f"{source} is a web page, not a checksum file",
            hint="a proxy or a login page stands in between: open the address in a browser",
        )
    bare = ""
    for line in text.splitlines():
        line = line.strip()
        if (match := _BSD.match(line) or _GNU.match(line)) and match["file"].removeprefix("./") == file:
            return _labelled(match["digest"])
        if match := _BARE.match(line):
            bare = match["digest"]
    if bare:
        return _labelled(bare)
    raise SeraiError(
        Code.CORRUPT, f"{source} has no digest for {file}", hint="the vendor may have moved the image"
    )


def _labelled(digest: str) -> str:
    if len(digest) not in _ALGORITHM:
        raise SeraiError(Code.CORRUPT, f"{digest} is neither a sha256 nor a sha512 digest")
    return f"{_ALGORITHM[len(digest)]}:{digest.lower()}"
