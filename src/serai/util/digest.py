"""SHA-256 of texts and random words, without hashlib: it loads OpenSSL, as much as `serai status` does in all.

Python's own SHA-256 is a module of its own; `random` of the standard library takes its SHA-512 in the same way. It
is as right and slower: large files are for hashlib, which has the processor's own instructions.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256
    except ImportError:  # before Python 3.12
        try:
            from _sha256 import sha256
        except ImportError:  # a Python that is built without
            from hashlib import sha256

__all__ = ["sha256", "token_hex"]


def token_hex(count: int) -> str:
    """`count` random bytes that nobody can guess, in hexadecimal. Source: random(7)."""
    return os.urandom(count).hex()
