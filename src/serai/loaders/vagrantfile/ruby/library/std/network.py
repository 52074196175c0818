"""What reaches for the network is refused, with the place. What an address looks like is known."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.library.core.entry import Block, answers_itself
from serai.loaders.vagrantfile.ruby.library.register import ANCESTORS, CONSTANTS, declare
from serai.loaders.vagrantfile.ruby.library.std.paths import NO_NETWORK
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Regexp, Str, Value

VERBS = (
    *("new", "start", "open", "get", "get_response", "get_print", "post", "post_form", "put", "head", "request"),
    *(
        "getaddress",
        "getaddresses",
        "getname",
        "getnames",
        "each_address",
        "connect",
        "tcp",
        "pingecho",
        "download",
    ),
)
KINDS = (
    *("Net::HTTP", "Net::HTTP::Get", "Net::HTTP::Post", "Net::HTTP::Head", "Net::SSH", "Net::SCP", "Net::FTP"),
    *("Net::SMTP", "Net::Ping", "Net::Ping::External", "Net::Ping::TCP", "Net::Telnet", "Resolv", "Resolv::DNS"),
    *("TCPSocket", "TCPServer", "UDPSocket", "UNIXSocket", "IPSocket", "RestClient", "Excon"),
    *("WEBrick", "OpenURI"),
)

declare("Net", None)
declare("Net::HTTPError", "StandardError")
declare("Net::OpenTimeout", "StandardError")
declare("Net::ReadTimeout", "StandardError")


def _refuse(kind: str) -> None:
    if kind not in ANCESTORS:
        declare(kind)

    @answers_itself(kind, *VERBS)
    def refused(rt: Runtime, me: Value, block: Block, *args: Value) -> Value:
        said = f" {args[0].s}" if args and isinstance(args[0], Str) else ""
        raise rt.refused(f"{kind}{said}, which needs the network,", NO_NETWORK)


for _name in KINDS:
    _refuse(_name)
declare("Resolv::ResolvError", "StandardError")

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_GROUPS = "[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})"
_FULL = rf"{_GROUPS}{{7}}|{_GROUPS}{{5}}:{_IPV4}"
_SHORT = rf"(?:{_GROUPS}{{0,6}})?::(?:{_GROUPS}{{0,6}}|(?:{_GROUPS}{{0,4}}:)?{_IPV4})?"
_IPV6 = rf"(?:{_FULL}|{_SHORT})"

declare("Resolv::IPv4")
declare("Resolv::IPv6")
CONSTANTS["Resolv::IPv4::Regex"] = lambda: Regexp(rf"\A{_IPV4}\z")
CONSTANTS["Resolv::IPv6::Regex"] = lambda: Regexp(rf"\A{_IPV6}\z")
CONSTANTS["Resolv::AddressRegex"] = lambda: Regexp(rf"\A(?:{_IPV4}|{_IPV6})\z")
