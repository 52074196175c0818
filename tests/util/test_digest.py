"""The same digests as hashlib's, without it."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from serai.util.digest import sha256, token_hex


@pytest.mark.parametrize("text", [b"", b"abc", b"x" * 200_000])
def test_a_digest_is_hashlibs(text: bytes) -> None:
    total = sha256()
    total.update(text)
    assert total.hexdigest() == sha256(text).hexdigest() == hashlib.sha256(text).hexdigest()


def test_openssl_is_not_loaded() -> None:
    code = "import sys, serai.util.digest as d; d.sha256(b''); d.token_hex(2); print('_hashlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_random_words_differ_and_have_two_digits_a_byte() -> None:
    words = {token_hex(8) for _ in range(50)}
    assert len(words) == 50
    assert {len(word) for word in words} == {16}
    assert all(int(word, 16) >= 0 for word in words)
