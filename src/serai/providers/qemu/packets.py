"""Frames of DHCP, as bytes: a request for an address, its answer, a filter that lets nothing else through. Pure.

Sources: RFC 2131 (figure 1, table 5), RFC 2132 (options 50, 53), RFC 894; Linux, networking/filter (classic BPF).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

SERVER, CLIENT = 67, 68
BROADCAST = b"\xff" * 6
ETHERTYPE_IP, ETHERTYPE_ARP = 0x0800, 0x0806
UDP = 17
COOKIE = b"\x63\x82\x53\x63"
BOOTP_AT = 14 + 20 + 8
"""Where BOOTP begins in a frame: after Ethernet, IP without options, UDP."""
OPTIONS_AT = BOOTP_AT + 236
REQUEST = b"\x35\x01\x03"
ACK = b"\x35\x01\x05"
"""Option 53: DHCPREQUEST, DHCPACK."""


def mac_bytes(text: str) -> bytes:
    """`52:54:00:12:34:56` -> six bytes."""
    return bytes.fromhex(text.replace(":", ""))


def request(mac: bytes, address: IPv4Address, number: int) -> bytes:
    """A DHCPREQUEST of this client for this address; `number` comes back in the answer."""
    head = struct.pack("!4BIHH16x16s192x", 1, 1, 6, 0, number, 0, 0x8000, mac)
    body = head + COOKIE + REQUEST + b"\x32\x04" + address.packed + b"\xff"
    datagram = struct.pack("!4H", CLIENT, SERVER, 8 + len(body), 0) + body  # a checksum of 0: none (RFC 768)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, UDP, 0, bytes(4), b"\xff" * 4)
    ip = ip[:10] + checksum(ip).to_bytes(2, "big") + ip[12:]
    return BROADCAST + mac + ETHERTYPE_IP.to_bytes(2, "big") + ip + datagram


def checksum(header: bytes) -> int:
    """Of an IP header whose own checksum is 0 (RFC 1071)."""
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def granted(frame: bytes, number: int) -> IPv4Address | None:
    """The address that a DHCPACK to request `number` gives; None for any other frame."""
    if len(frame) < OPTIONS_AT + 7 or frame[BOOTP_AT + 4 : BOOTP_AT + 8] != number.to_bytes(4, "big"):
        return None
    if frame[OPTIONS_AT : OPTIONS_AT + 7] != COOKIE + ACK:
        return None
    return IPv4Address(frame[BOOTP_AT + 16 : BOOTP_AT + 20])


Step = tuple[int, int, int, int]
"""A step of classic BPF: code, how many to leap if true, if false, operand. Source: linux/bpf_common.h."""
LOAD_WORD, LOAD_HALF, LOAD_BYTE, LOAD_HALF_X, HEADER_TO_X = 0x20, 0x28, 0x30, 0x48, 0xB1
EQUAL, ANY_BIT, RETURN = 0x15, 0x45, 0x06
KEEP, DROP = (RETURN, 0, 0, 0x40000), (RETURN, 0, 0, 0)


def only_dhcp(clients: Sequence[bytes], server: IPv4Address) -> list[Step]:
    """A filter that keeps DHCP of these hardware addresses and ARP for the server, and drops the rest."""
    arp: list[Step] = [(LOAD_WORD, 0, 0, 38), (EQUAL, 0, 1, int(server)), KEEP, DROP]
    dhcp: list[Step] = [
        *_unless(LOAD_HALF, 12, ETHERTYPE_IP),
        *_unless(LOAD_BYTE, 23, UDP),
        (LOAD_HALF, 0, 0, 20),
        (ANY_BIT, 0, 1, 0x1FFF),  # a later fragment has no ports
        DROP,
        (HEADER_TO_X, 0, 0, 14),
        *_unless(LOAD_HALF_X, 16, SERVER),
    ]
    for mac in clients:
        high, low = struct.unpack("!HI", mac)
        dhcp += [(LOAD_WORD, 0, 0, 8), (EQUAL, 0, 3, low), (LOAD_HALF, 0, 0, 6), (EQUAL, 0, 1, high), KEEP]
    return [(LOAD_HALF, 0, 0, 12), (EQUAL, 0, len(arp), ETHERTYPE_ARP), *arp, *dhcp, DROP]


def _unless(load: int, at: int, wanted: int) -> Iterable[Step]:
    """Drop it unless the field has this value."""
    return (load, 0, 0, at), (EQUAL, 1, 0, wanted), DROP


def packed(steps: Iterable[Step]) -> bytes:
    """As the kernel takes them: `struct sock_filter`."""
    return b"".join(struct.pack("HBBI", *step) for step in steps)
