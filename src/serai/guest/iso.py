"""A small ISO 9660 image of files in memory, with the names of Rock Ridge (Linux) and Joliet (Windows).

Source: ECMA-119; Joliet Specification (1995); IEEE P1281 (SUSP) and P1282 (Rock Ridge), version 1.09.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 2048
FIRST = 16
"""Sectors before the descriptors."""
_DATE = bytes([70, 1, 1, 0, 0, 0, 0])
"""The beginning of 1970: what is in an image follows from its files alone."""
_NO_DATE = b"0" * 16 + b"\0"
_FOLDER_MODE, _FILE_MODE = 0o040755, 0o100444
_PX, _NM = 1, 8
"""Bits of a Rock Ridge record that say which others follow."""


class _Node:
    """A directory or a file: `extent` is its sector, in the plain tree and in that of Joliet."""

    def __init__(self, name: str, parent: _Node | None, data: bytes | None = None) -> None:
        self.name, self.parent, self.data = name, parent or self, data
        self.children: dict[str, _Node] = {}
        self.short = b""
        self.extent = [0, 0]
        self.size = [0, 0] if data is None else [len(data)] * 2

    def named(self, joliet: int) -> bytes:
        return self.name.encode("utf-16-be") if joliet else self.short

    def inside(self, joliet: int) -> list[_Node]:
        return sorted(self.children.values(), key=lambda each: each.named(joliet))


def image(content: Mapping[str, bytes], label: str) -> bytes:
    """Path -> content, as an image whose volume is called `label`."""
    root = _Node("", None)
    files = []
    for path, data in content.items():
        *above, name = path.split("/")
        folder = root
        for each in above:
            folder = folder.children.setdefault(each, _Node(each, folder))
        files.append(folder.children.setdefault(name, _Node(name, folder, data)))
    folders = _by_level(root)
    for number, node in enumerate([*folders[1:], *files]):
        node.short = b"F%07d.;1" % number if node.data is not None else b"D%07d" % number
    tables = [_table(folders, joliet) for joliet in (0, 1)]
    width = [-(-len(table) // SECTOR) for table in tables]
    place = [FIRST + 3, FIRST + 3 + 2 * width[0]]
    following = place[1] + 2 * width[1]
    for joliet in (0, 1):
        for node in folders:
            node.size[joliet] = SECTOR * len(_sectors(node, joliet))
            node.extent[joliet], following = following, following + node.size[joliet] // SECTOR
    for node in files:
        node.extent[:] = [following] * 2
        following += -(-node.size[0] // SECTOR)
    parts = [bytes(FIRST * SECTOR)]
    parts += [
        _descriptor(root, joliet, label, following, len(tables[joliet]), place[joliet], width[joliet])
        for joliet in (0, 1)
    ]
    parts.append(_padded(b"\xffCD001\x01"))
    for joliet in (0, 1):
        parts += [_padded(_table(folders, joliet, order)) for order in ("<", ">")]
    for joliet in (0, 1):
        parts += [sector for node in folders for sector in _sectors(node, joliet)]
    parts += [_padded(node.data or b"") for node in files]
    return b"".join(parts)


def _by_level(root: _Node) -> list[_Node]:
    """All directories, those above first, as a path table has them."""
    found = [root]
    for node in found:
        found += [each for each in node.children.values() if each.data is None]
    return found


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % SECTOR)


def _both(number: int, form: str = "I") -> bytes:
    return struct.pack(f"<{form}", number) + struct.pack(f">{form}", number)


def _record(name: bytes, node: _Node, joliet: int, more: bytes = b"") -> bytes:
    """A directory's record of a node. Source: ECMA-119, 9.1."""
    inner = b"".join(
        [
            b"\0",
            _both(node.extent[joliet]),
            _both(node.size[joliet]),
            _DATE,
            b"\2" if node.data is None else b"\0",
            b"\0\0",
            _both(1, "H"),
            bytes([len(name)]),
            name,
            b"" if len(name) % 2 else b"\0",
            more,
        ]
    )
    inner += b"" if len(inner) % 2 else b"\0"
    return bytes([len(inner) + 1]) + inner


def _rock(node: _Node, *, name: str = "", first: bool = False) -> bytes:
    """Mode and name of a node; the first record of all says that there are such."""
    mode, links = (_FOLDER_MODE, 2) if node.data is None else (_FILE_MODE, 1)
    text = name.encode()
    parts = [b"SP\7\1\xbe\xef\0"] if first else []
    parts += [b"RR\5\1" + bytes([_PX | (_NM if text else 0)])]
    parts += [b"PX\x24\1" + _both(mode) + _both(links) + _both(0) + _both(0)]
    parts += [b"NM" + bytes([5 + len(text)]) + b"\1\0" + text] if text else []
    parts += [b"ER\x12\1\x0a\0\0\1RRIP_1991A"] if first else []
    return b"".join(parts)


def _sectors(node: _Node, joliet: int) -> list[bytes]:
    """What a directory holds: no record is in two sectors."""
    plain = not joliet
    records = [
        _record(b"\0", node, joliet, _rock(node, first=node.parent is node) if plain else b""),
        _record(b"\1", node.parent, joliet, _rock(node.parent) if plain else b""),
    ]
    records += [
        _record(each.named(joliet), each, joliet, _rock(each, name=each.name) if plain else b"")
        for each in node.inside(joliet)
    ]
    found = [b""]
    for record in records:
        if len(found[-1]) + len(record) > SECTOR:
            found.append(b"")
        found[-1] += record
    return [_padded(each) for each in found]


def _table(folders: Sequence[_Node], joliet: int, order: str = "<") -> bytes:
    """The path table. Source: ECMA-119, 9.4."""
    found = []
    for node in folders:
        name = node.named(joliet) or b"\0"
        above = folders.index(node.parent) + 1
        found.append(struct.pack(f"{order}BBIH", len(name), 0, node.extent[joliet], above) + name)
        found.append(b"\0" if len(name) % 2 else b"")
    return b"".join(found)


def _descriptor(
    root: _Node, joliet: int, label: str, sectors: int, table_size: int, table: int, width: int
) -> bytes:
    """The volume's. Source: ECMA-119, 8.4; Joliet, level 3."""

    def text(words: str, size: int) -> bytes:
        if joliet:
            return words.ljust(size // 2).encode("utf-16-be").ljust(size, b"\0")
        return words.encode().ljust(size)

    return _padded(
        b"".join(
            [
                b"\2" if joliet else b"\1",
                b"CD001\x01\0",
                text("", 32),
                text(label, 32),
                bytes(8),
                _both(sectors),
                (b"%/E" if joliet else b"").ljust(32, b"\0"),
                _both(1, "H") * 2,
                _both(SECTOR, "H"),
                _both(table_size),
                struct.pack("<II", table, 0),
                struct.pack(">II", table + width, 0),
                _record(b"\0", root, joliet),
                *(text("", size) for size in (128, 128, 128, 128, 37, 37, 37)),
                _NO_DATE * 4,
                b"\1",
            ]
        )
    )
