"""URI: parts of an address, joining, and the escapes of addresses and forms."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urljoin, urlsplit

from serai.loaders.vagrantfile.ruby.library.core.convert import mapping, text
from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std.paths import NO_NETWORK
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Object, Regexp, Str, Value

PORTS = {"http": 80, "https": 443, "ftp": 21, "ldap": 389, "ldaps": 636, "ws": 80, "wss": 443}
CLASSES = {"http": "HTTP", "https": "HTTPS", "ftp": "FTP", "file": "File", "ldap": "LDAP", "mailto": "MailTo"}
PARTS = ("scheme", "userinfo", "host", "port", "path", "opaque", "query", "fragment")
FORM_SAFE = "*-._"

declare("URI", None)
declare("URI::Generic")
for _name in ("HTTP", "FTP", "File", "LDAP", "MailTo"):
    declare(f"URI::{_name}", "URI::Generic")
declare("URI::HTTPS", "URI::HTTP")
declare("URI::Error", "StandardError")
declare("URI::InvalidURIError", "URI::Error")
declare("URI::InvalidComponentError", "URI::Error")
declare("URI::Parser")
CONSTANTS["URI::DEFAULT_PARSER"] = lambda: Parser()
_HTTP = r"https?://[^\s<>\"]+"


class Parser:
    """`URI::DEFAULT_PARSER`: the old escapes."""

    ruby_class = "URI::RFC2396_Parser"

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Block) -> Value:
        if name == "escape":
            return Str(quote(text(rt, args[0]), safe="-_.!~*'();/?:@&=+$,[]%"))
        if name == "unescape":
            return Str(unquote_plus(text(rt, args[0]).replace("+", "%2B")))
        if name == "make_regexp":
            return Regexp(_HTTP)
        raise rt.raised("NoMethodError", f"undefined method `{name}' for URI::DEFAULT_PARSER")


def split(rt: Runtime, address: str) -> dict[str, Value]:
    """The parts of an address. Raises URI::InvalidURIError."""
    if re.search(r"[\s<>\"{}|\\^`]", address) or not address.isascii():
        word = "must be ascii only" if not address.isascii() else "is not URI?"
        said = rt.inspect(Str(address))
        raise rt.raised(
            "URI::InvalidURIError", f"URI {word} {said}" if "ascii" in word else f"bad URI({word}): {said}"
        )
    scheme, colon, rest = address.partition(":")
    if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) and not rest.startswith("/") and rest:
        return {**dict.fromkeys(PARTS), "scheme": scheme.lower(), "opaque": rest}
    try:
        found = urlsplit(address)
        port = found.port
    except ValueError:
        raise rt.raised("URI::InvalidURIError", f"bad URI(is not URI?): {rt.inspect(Str(address))}") from None
    user, at, place = found.netloc.rpartition("@")
    host = re.sub(r":\d*$", "", place)
    return {
        "scheme": found.scheme or None,
        "userinfo": user if at else None,
        "host": host if found.netloc else ("" if "//" in address and found.scheme else None),
        "port": port if port is not None else PORTS.get(found.scheme),
        "path": found.path,
        "opaque": None,
        "query": found.query if "?" in address.split("#")[0] else None,
        "fragment": found.fragment if "#" in address else None,
    }


def made(rt: Runtime, address: str) -> Object:
    parts = split(rt, address)
    kind = CLASSES.get(parts["scheme"] or "", "Generic")
    return Object(rt.constant(f"URI::{kind}"), parts)


def written(parts: dict[str, Value]) -> str:
    """The address again; a port that is the usual one is left out."""
    said = f"{parts['scheme']}:" if parts["scheme"] else ""
    if parts["opaque"]:
        return said + str(parts["opaque"])
    if parts["host"] is not None:
        said += "//"
        said += f"{parts['userinfo']}@" if parts["userinfo"] else ""
        said += str(parts["host"])
        if parts["port"] and parts["port"] != PORTS.get(parts["scheme"] or ""):
            said += f":{parts['port']}"
        if parts["path"] and not parts["path"].startswith("/"):
            said += "/"
    said += parts["path"] or ""
    said += f"?{parts['query']}" if parts["query"] is not None else ""
    return said + (f"#{parts['fragment']}" if parts["fragment"] is not None else "")


@answers_itself("URI", "parse")
@answers("Kernel", "URI")
def parse(rt: Runtime, me: Value, block: Block, address: Value) -> Value:
    if isinstance(address, Object) and isinstance(address.data, dict):
        return address
    return made(rt, text(rt, address))


@answers_itself("URI", "join")
def join(rt: Runtime, me: Value, block: Block, first: Value, *more: Value) -> Value:
    address = rt.to_s(first)
    for part in more:
        address = urljoin(address, rt.to_s(part))
    return made(rt, address)


@answers("URI::Generic", "+", "merge")
def merge(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return made(rt, urljoin(written(me.data), rt.to_s(other)))


@answers_itself("URI", "regexp")
def regexp(rt: Runtime, me: Value, block: Block, schemes: Value = None) -> Value:
    return Regexp(_HTTP)


@answers_itself("URI", "extract")
def extract(rt: Runtime, me: Value, block: Block, content: Value, schemes: Value = None) -> Value:
    return Array(Str(found) for found in re.findall(_HTTP, text(rt, content)))


@answers_itself("URI", "open", "read")
def refused(rt: Runtime, me: Value, block: Block, address: Value, *more: Value) -> Value:
    raise rt.refused(f"URI.open {rt.to_s(address)}, which needs the network,", NO_NETWORK)


@answers("URI::Generic", "open", "read")
def refused_object(rt: Runtime, me: Value, block: Block, *more: Value) -> Value:
    return refused(rt, me, block, Str(written(me.data)))


def _part(name: str) -> None:
    @answers("URI::Generic", name)
    def read(rt: Runtime, me: Value, block: Block) -> Value:
        found = me.data[name]
        return Str(found) if isinstance(found, str) else found

    @answers("URI::Generic", f"{name}=")
    def write(rt: Runtime, me: Value, block: Block, value: Value) -> Value:
        me.data[name] = value.s if isinstance(value, Str) else value
        return value


for _name in PARTS:
    _part(_name)


@answers("URI::Generic", "hostname")
def hostname(rt: Runtime, me: Value, block: Block) -> Value:
    host = me.data["host"]
    return None if host is None else Str(host.strip("[]"))


@answers("URI::Generic", "user")
def user(rt: Runtime, me: Value, block: Block) -> Value:
    info = me.data["userinfo"]
    return None if info is None else Str(info.partition(":")[0])


@answers("URI::Generic", "password")
def password(rt: Runtime, me: Value, block: Block) -> Value:
    info = me.data["userinfo"]
    return Str(info.partition(":")[2]) if info is not None and ":" in info else None


@answers("URI::Generic", "request_uri")
def request_uri(rt: Runtime, me: Value, block: Block) -> Value:
    query = me.data["query"]
    return Str((me.data["path"] or "/") + (f"?{query}" if query is not None else ""))


@answers("URI::Generic", "default_port")
def default_port(rt: Runtime, me: Value, block: Block) -> Value:
    return PORTS.get(me.data["scheme"] or "")


@answers("URI::Generic", "absolute?")
def is_absolute(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data["scheme"] is not None


@answers("URI::Generic", "relative?")
def is_relative(rt: Runtime, me: Value, block: Block) -> Value:
    return me.data["scheme"] is None


@answers("URI::Generic", "to_s", "to_str")
def to_s(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(written(me.data))


@answers("URI::Generic", "inspect")
def inspect(rt: Runtime, me: Value, block: Block) -> Value:
    return Str(f"#<{me.kind.name} {written(me.data)}>")


@answers("URI::Generic", "==")
def equal(rt: Runtime, me: Value, block: Block, other: Value) -> Value:
    return isinstance(other, Object) and isinstance(other.data, dict) and other.data == me.data


@answers("URI::Generic", "dup", "clone", "normalize")
def dup(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
    return Object(me.kind, dict(me.data))


def build(kind: str) -> None:
    @answers_itself(f"URI::{kind}", "build")
    def built(rt: Runtime, me: Value, block: Block, given: Value) -> Value:
        parts = {**dict.fromkeys(PARTS), "scheme": kind.lower(), "port": PORTS.get(kind.lower()), "path": ""}
        for key, value in mapping(rt, given).items():
            parts[rt.to_s(key)] = value.s if isinstance(value, Str) else value
        return Object(me, parts)


for _name in ("HTTP", "HTTPS", "FTP"):
    build(_name)


@answers_itself("URI", "encode_www_form_component")
def encode_component(rt: Runtime, me: Value, block: Block, content: Value, *more: Value) -> Value:
    return Str(quote_plus(rt.to_s(content), safe=FORM_SAFE).replace("~", "%7E"))


@answers_itself("URI", "decode_www_form_component")
def decode_component(rt: Runtime, me: Value, block: Block, content: Value, *more: Value) -> Value:
    return Str(unquote_plus(text(rt, content)))


@answers_itself("URI", "encode_uri_component")
def encode_uri_component(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    return Str(quote(rt.to_s(content), safe=FORM_SAFE).replace("~", "%7E"))


def pairs(given: Value) -> list[tuple[Value, Value]]:
    if isinstance(given, Hash):
        return list(given.items())
    return [(pair[0], pair[1] if len(pair) > 1 else None) for pair in given]


@answers_itself("URI", "encode_www_form")
def encode_form(rt: Runtime, me: Value, block: Block, given: Value) -> Value:
    said = []
    for key, value in pairs(given):
        name = encode_component(rt, me, None, key).s
        for one in value if isinstance(value, Array) else [value]:
            said.append(name if one is None else f"{name}={encode_component(rt, me, None, one).s}")
    return Str("&".join(said))


@answers_itself("URI", "decode_www_form")
def decode_form(rt: Runtime, me: Value, block: Block, content: Value) -> Value:
    found = parse_qsl(text(rt, content), keep_blank_values=True)
    return Array(Array((Str(key), Str(value))) for key, value in found)
