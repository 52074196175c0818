"""Frames of DHCP and the filter, judged by a small BPF machine and by the kernel's own."""

from __future__ import annotations

import ctypes
import socket
import struct
from ipaddress import IPv4Address

import pytest

from serai.providers.qemu import packets
from serai.providers.qemu.dhcp import SO_ATTACH_FILTER

ONE, TWO, STRANGER = (packets.mac_bytes(f"52:54:00:00:00:0{n}") for n in (1, 2, 3))
SERVER = IPv4Address("10.40.0.254")


def arp(target: str) -> bytes:
    head = packets.BROADCAST + ONE + b"\x08\x06"
    return head + struct.pack(
        "!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 1, ONE, bytes(4), bytes(6), IPv4Address(target).packed
    )


def changed(frame: bytes, at: int, value: bytes) -> bytes:
    return frame[:at] + value + frame[at + len(value) :]


REQUEST = packets.request(ONE, IPv4Address("10.40.0.10"), 7)
FRAMES = {
    "DHCP of a machine": (REQUEST, True),
    "DHCP of another machine": (packets.request(TWO, IPv4Address("10.40.0.11"), 7), True),
    "DHCP of a stranger": (packets.request(STRANGER, IPv4Address("10.40.0.10"), 7), False),
    "a stranger with half of a known address": (changed(REQUEST, 6, b"\x00\x00"), False),
    "ARP for the server": (arp("10.40.0.254"), True),
    "ARP for a machine": (arp("10.40.0.10"), False),
    "TCP": (changed(REQUEST, 23, b"\x06"), False),
    "another port": (changed(REQUEST, 36, b"\x00\x35"), False),
    "IPv6": (changed(REQUEST, 12, b"\x86\xdd"), False),
    "a later fragment": (changed(REQUEST, 20, b"\x00\x10"), False),
    "IP with options": (changed(REQUEST[:34] + bytes(4) + REQUEST[34:], 14, b"\x46"), True),
    "too short": (REQUEST[:30], False),
    "nothing at all": (b"\x00", False),
}


@pytest.mark.parametrize("name", FRAMES)
def test_the_kernel_lets_only_dhcp_of_known_machines_through(name):
    frame, kept = FRAMES[name]
    program = packets.packed(packets.only_dhcp([ONE, TWO], SERVER))
    held = ctypes.create_string_buffer(program, len(program))
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other:
        other.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(program) // 8, ctypes.addressof(held))
        )
        other.setblocking(False)
        one.send(frame)
        try:
            got = other.recv(1 << 16)
        except BlockingIOError:
            got = b""

    assert got == (frame if kept else b"")


def test_sixteen_machines_fit_into_the_leaps_of_a_filter():
    steps = packets.only_dhcp([bytes([2, 0, 0, 0, 0, n]) for n in range(16)], SERVER)

    assert all(max(step[1], step[2]) < 256 for step in steps)
    assert len(steps) < 4096  # BPF_MAXINSNS


def test_a_request_asks_for_the_address_in_the_clients_name():
    assert REQUEST[6:12] == ONE
    assert REQUEST[packets.BOOTP_AT + 28 : packets.BOOTP_AT + 34] == ONE
    assert REQUEST[packets.OPTIONS_AT :] == b"\x63\x82\x53\x63\x35\x01\x03\x32\x04\x0a\x28\x00\x0a\xff"


def test_the_checksum_is_that_of_the_rfc():
    header = REQUEST[14:34]

    assert packets.checksum(header) == 0  # over itself it is nothing
    assert packets.checksum(bytes.fromhex("4500003044224000800600008c7c19acae241e2b")) == 0x442E


def test_only_an_acknowledgement_of_this_request_grants():
    reply = changed(
        changed(REQUEST, packets.OPTIONS_AT + 4, packets.ACK), packets.BOOTP_AT + 16, b"\x0a\x28\x00\x0a"
    )

    assert packets.granted(reply, 7) == IPv4Address("10.40.0.10")
    assert packets.granted(reply, 8) is None
    assert packets.granted(REQUEST, 7) is None
    assert packets.granted(reply[:60], 7) is None
