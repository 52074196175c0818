"""What QEMU writes of its devices without the memory, made a state that another QEMU loads at its start.

It lacks the section that names the machine type, the description at the end, and the firmware: a QEMU that
loads a state leaves its own out, and the guest could never restart. And the network of a fork knows nobody yet:
leases that its parent's guest has got are taken out, else the fork would be given another address.
Source: QEMU, migration/savevm.c (qemu_save_device_state, qemu_loadvm_state), migration/ram.c (ram_load_precopy),
hw/core/loader.c (rom_reset); libslirp, src/state.c, bootp.h.
"""

from __future__ import annotations

from collections.abc import Mapping

from serai.util.errors import Code, SeraiError

HEADER = 8
"""Bytes of magic and version."""
START, FULL, DESCRIPTION, CONFIGURATION, FOOTER = 0x01, 0x04, 0x06, 0x07, 0x7E
"""What sections begin with, and the end of one."""
RAM_SECTION, RAM_VERSION = (2).to_bytes(4, "big"), 4
PAGE = 4096
TOTAL, WITH_PAGE, END = 0x04, 0x08, 0x10
"""Flags of a word of that section: the size of all blocks, a page of one of them, its end."""
SLIRP = b"\x05slirp"
LEASES, LEASE = 16, 8
"""Clients of user networking's DHCP server, and the bytes of one: whether it is one, and its MAC."""


def loadable(said: bytes, kind: str, blocks: Mapping[str, bytes]) -> bytes:
    """The state for `-incoming` of a machine of the versioned type `kind`, with these blocks of its memory."""
    head = said[:HEADER] + _section(CONFIGURATION, kind.encode()) + (_memory(blocks) if blocks else b"")
    return without_leases(head + said[HEADER:]) + _section(DESCRIPTION, b"{}")


def _memory(blocks: Mapping[str, bytes]) -> bytes:
    """The section of memory blocks, with all their pages."""
    parts = [(sum(map(len, blocks.values())) | TOTAL).to_bytes(8, "big")]
    parts += [_text(name) + len(data).to_bytes(8, "big") for name, data in blocks.items()]
    for name, data in blocks.items():
        for at in range(0, len(data), PAGE):
            page = data[at : at + PAGE].ljust(PAGE, b"\0")
            parts.append((at | WITH_PAGE).to_bytes(8, "big") + _text(name) + page)
    head = bytes([START]) + RAM_SECTION + _text("ram") + bytes(4) + RAM_VERSION.to_bytes(4, "big")
    return b"".join([head, *parts, END.to_bytes(8, "big"), bytes([FOOTER]), RAM_SECTION])


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _section(number: int, text: bytes) -> bytes:
    return bytes([number]) + len(text).to_bytes(4, "big") + text


def without_leases(state: bytes) -> bytes:
    """With no clients of the DHCP server: their table is the last of the network's section."""
    found = state.find(SLIRP)
    if found < 0:
        return state
    number = state[found - 4 : found]
    end = state.find(bytes([FOOTER]) + number, found + len(SLIRP))
    table = state[end - LEASES * LEASE : end]
    known = {table[at : at + 2] for at in range(0, LEASES * LEASE, LEASE)}
    if state[found - 5] != FULL or end < 0 or not known <= {b"\0\0", b"\0\1"}:
        raise SeraiError(Code.UNSUPPORTED, "this QEMU keeps its network's leases in a way that is not known")
    return state[: end - len(table)] + bytes(len(table)) + state[end:]
