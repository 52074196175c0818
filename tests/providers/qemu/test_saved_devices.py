"""The state of devices without memory becomes one that QEMU loads at its start."""

from __future__ import annotations

import pytest

from serai.providers.qemu.saved_devices import SLIRP, loadable, without_leases
from serai.util.errors import SeraiError

HEAD = b"QEVM\0\0\0\3"
LEASE = b"\0\1\x52\x54\0\1\2\3"


def section(number: int, name: bytes, data: bytes) -> bytes:
    four = number.to_bytes(4, "big")
    return b"\4" + four + name + bytes(4) + bytes(4) + data + b"\x7e" + four


NETWORK = section(0x32, SLIRP, b"data" + LEASE + bytes(15 * 8))
REST = section(0x33, b"\3rtc", b"clock") + b"\0"


def test_the_machine_type_comes_first_and_a_description_last():
    state = loadable(HEAD + REST, "pc-q35-7.2", {})

    assert state.startswith(HEAD + b"\7\0\0\0\x0apc-q35-7.2\4")
    assert state.endswith(b"\0\6\0\0\0\2{}")


def test_the_firmware_is_there_page_by_page():
    state = loadable(HEAD + REST, "pc", {"pc.bios": b"B" * 8192})

    head = b"\1\0\0\0\2\3ram" + bytes(4) + b"\0\0\0\4" + (8192 | 4).to_bytes(8, "big")
    assert head + b"\7pc.bios" + (8192).to_bytes(8, "big") in state
    assert (4096 | 8).to_bytes(8, "big") + b"\7pc.bios" + b"B" * 4096 in state
    assert (16).to_bytes(8, "big") + b"\x7e\0\0\0\2" in state
    assert state.index(b"B") < state.index(b"\3rtc")


def test_a_fork_is_no_client_of_its_network_yet():
    state = without_leases(HEAD + NETWORK + REST)

    assert state == HEAD + section(0x32, SLIRP, b"data" + bytes(16 * 8)) + REST
    assert without_leases(HEAD + REST) == HEAD + REST


def test_leases_in_an_unknown_form_are_left_alone_and_told():
    with pytest.raises(SeraiError, match="in a way that is not known"):
        without_leases(HEAD + section(0x32, SLIRP, b"\7" * 128) + REST)
