"""OpenSSL answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("openssl") == {}


@pytest.mark.parametrize("text", ["OpenSSL::PKey::RSA.new(2048)", 'OpenSSL::Cipher.new("aes")'])
def test_keys_and_ciphers_are_refused(run, text):
    with pytest.raises(SeraiError, match=r"OpenSSL::.* is not supported"):
        run(text)
