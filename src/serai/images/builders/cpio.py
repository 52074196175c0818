"""A cpio archive in the kernel's `newc` form, written without root and always the same for the same content.

Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst.
"""

from __future__ import annotations

import stat


class Archive:
    """Entries in the order in which they were added; parents are the caller's duty."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inode = 0

    def directory(self, name: str, mode: int = 0o755) -> None:
        self._add(name, stat.S_IFDIR | mode, b"")

    def file(self, name: str, data: bytes, mode: int = 0o644) -> None:
        self._add(name, stat.S_IFREG | mode, data)

    def link(self, name: str, target: str) -> None:
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, name: str, major: int, minor: int, mode: int = 0o600) -> None:
        self._add(name, stat.S_IFCHR | mode, b"", (major, minor))

    def _add(self, name: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        self._inode += 1
        links = 2 if stat.S_ISDIR(mode) else 1
        self._parts.append(_entry(name, self._inode, mode, links, data, device))

    def data(self) -> bytes:
        """The whole archive, with its trailer."""
        whole = b"".join(self._parts) + _entry("TRAILER!!!", 0, 0, 1, b"", (0, 0))
        return whole + bytes(-len(whole) % 512)


def _entry(name: str, inode: int, mode: int, links: int, data: bytes, device: tuple[int, int]) -> bytes:
    text = name.strip("/").encode() + b"\0"
    # ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    numbers = (inode, mode, 0, 0, links, 0, len(data), 0, 0, *device, len(text), 0)
    head = b"070701" + b"".join(b"%08x" % number for number in numbers) + text
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)
