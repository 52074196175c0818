"""OpenSSL: digests and HMAC; keys, certificates and ciphers are refused."""

from __future__ import annotations

import hmac

from serai.loaders.vagrantfile.ruby.library.core.convert import text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import ANCESTORS, CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std import digest
from serai.loaders.vagrantfile.ruby.library.std.paths import encoded
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Object, Str, Value

declare("OpenSSL", None)
declare("OpenSSL::Digest", "Digest::Base")
declare("OpenSSL::HMAC")
declare("OpenSSL::SSL", None)
declare("OpenSSL::PKey", None)
declare("OpenSSL::X509", None)
for _name in digest.ALGORITHMS:
    declare(f"OpenSSL::Digest::{_name}", "OpenSSL::Digest")
REFUSED = (
    "PKey::RSA",
    "PKey::EC",
    "PKey::DSA",
    "PKey",
    "X509::Certificate",
    "X509::Name",
    "X509::Store",
    "Cipher",
)
CONSTANTS["OpenSSL::SSL::VERIFY_NONE"] = lambda: 0
CONSTANTS["OpenSSL::SSL::VERIFY_PEER"] = lambda: 1


@answers_itself("OpenSSL::Digest", "new")
def new(rt: Runtime, me: Value, block: Block, name: Value = None) -> Value:
    kind = me.name if name is None else name.kind.name if isinstance(name, Object) else text(rt, name)
    return Object(me, digest.Sum(digest.algorithm(kind)))


def _enter_form(form: str) -> None:
    @answers_itself("OpenSSL::HMAC", form)
    def keyed(rt: Runtime, me: Value, block: Block, kind: Value, key: Value, content: Value) -> Value:
        name = kind.data.algorithm if isinstance(kind, Object) else digest.algorithm(text(rt, kind))
        made = hmac.new(encoded(text(rt, key)), encoded(text(rt, content)), name)
        return digest.written(made.digest(), form)

    @answers_itself("OpenSSL::Digest", form)
    def of_text(rt: Runtime, me: Value, block: Block, kind: Value, content: Value = None) -> Value:
        """With the name of the algorithm before the text, or on a class of its own."""
        name, said = (me.name, kind) if content is None else (text(rt, kind), content)
        return digest.written(digest.Sum(digest.algorithm(name), encoded(text(rt, said))).made.digest(), form)


for _name in ("hexdigest", "base64digest", "digest"):
    _enter_form(_name)


def _refuse(name: str) -> None:
    if f"OpenSSL::{name}" not in ANCESTORS:
        declare(f"OpenSSL::{name}")

    @answers_itself(f"OpenSSL::{name}", "new", "generate", "read", "parse")
    def refused(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        raise rt.refused(f"OpenSSL::{name}", "--ruby runs the file by a real Ruby")


for _name in REFUSED:
    _refuse(_name)


@answers_itself("OpenSSL", "fixed_length_secure_compare", "secure_compare")
def secure_compare(rt: Runtime, me: Value, block: Block, one: Value, other: Value) -> Value:
    return isinstance(one, Str) and one == other
