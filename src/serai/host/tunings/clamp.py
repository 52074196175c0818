"""TCP segments that fit the way out: in the filter that this host uses, now and at each boot (DOC-5)."""

from __future__ import annotations

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.filter import NftTable
from serai.host.changes.lines import AddLines
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.kept_rules import FILTERS, lasting, lasting_rules
from serai.host.tunings.lasting import head
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util.errors import Code, SeraiError

TABLE = Table()
NAME = "inet serai_mss"
RULES = "/etc/serai/mss-clamp.nft"
OWN_FILES = ("/etc/nftables.conf", "/etc/sysconfig/nftables.conf")
"""What nftables.service loads, on Debian and on RHEL."""
LEAST = 536
"""Bytes that every host takes in one segment. Source: RFC 9293, 3.7.1."""
HEADERS = 40
"""Bytes of a packet that are IPv4's and TCP's headers; IPv6's is 20 longer."""
MEASURED = "path"
TITLE = "Fit TCP segments to the way out"


@TABLE.tuning(
    "mss-clamp",
    "TCP segments fit the way out",
    why="Where the way out is a tunnel, and a firewall on it drops the ICMP message that says so, connections "
    "open and then hang. TCP tells the size of its segments when it opens: the host lowers it to what fits, in "
    "nftables, or in iptables where this host's rules are there. With nftables.service the rule is included in "
    "its file, so that a reload keeps it; else a unit brings it back at boot; without systemd a script.",
    values="BYTES of a segment; path or path:ADDRESS, as echoes show it; without, what the route has",
    repairs=("net.mtu", "net.path-mtu"),
    numbers="The MTU less 40 bytes of headers with IPv4, 60 with IPv6: 1410 and 1390 of 1450.",
    when_not="It helps TCP alone: where guests can be given the right MTU, do that (serai host tune docker-mtu).",
    old="iptables -t mangle … TCPMSS --clamp-mss-to-pmtu, typed by hand: gone at the next boot.",
    source="nft(8): tcp option maxseg; RFC 9293; RFC 4459, 3.2",
    guide=("DOC-5",),
)
def mss_clamp(facts: Facts, asked: Asked) -> Planned:
    size = _segment(facts, asked)
    if _uses_iptables(facts):
        how = f"--set-mss {size}" if size else "--clamp-mss-to-pmtu"
        rules = (f"FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS {how}",)
        return lasting_rules(facts, "mss-clamp", TITLE, rules, f"network.target {FILTERS}", "mangle", six=True)
    shows = f"tcp option maxseg size set {size or 'rt mtu'}"
    text = (
        f"table {NAME} {{\n\tchain forward {{\n\t\ttype filter hook forward priority mangle; policy accept;\n"
        f"\t\ttcp flags syn {shows}\n\t}}\n}}\n"
    )
    anew = f"table {NAME}\ndelete table {NAME}\n"
    file = WriteFile(path=RULES, text=head("mss-clamp") + anew + text)
    kept, notes = _kept(facts)
    return Planned(changes=(NftTable(table=NAME, text=text, shows=shows), file, *kept), notes=notes)


def _kept(facts: Facts) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """In the file of nftables.service, whose reload throws away what is not in it; else by a unit or a script."""
    own = next((path for path in OWN_FILES if facts.source.reach.has(path)), "")
    if own and _is_loaded(facts):
        return (AddLines(path=own, lines=(f'include "{RULES}"',)),), ()
    return lasting(facts, "mss-clamp", TITLE, (f"nft -f {RULES}",), (f"nft delete table {NAME}",), FILTERS)


def _is_loaded(facts: Facts) -> bool:
    try:
        return facts.services.enabled("nftables.service")
    except Unknown:
        return False


def _uses_iptables(facts: Facts) -> bool:
    """There is no nft, or all rules are in the old kind of tables, which nft does not show."""
    if not facts.source.live:
        return False
    if not facts.source.program("nft"):
        return True
    try:
        return bool(facts.read("/proc/net/ip_tables_names").text) and not facts.network.ruleset.text
    except Unknown:
        return False


def _segment(facts: Facts, asked: Asked) -> int:
    """0: what the route has."""
    way, _, target = asked.value.partition(":")
    if way == MEASURED:
        return facts.network.path(target).size - HEADERS
    if not asked.value:
        return 0
    if not asked.value.isdigit() or not LEAST <= int(asked.value) <= 65535:
        raise SeraiError(
            Code.INPUT, f"mss-clamp={asked.value}: a number of bytes from {LEAST}, as 1360, or path:ADDRESS"
        )
    return int(asked.value)
