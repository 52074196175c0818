"""The memory of a guest that stands still, copied into memory that nobody can change: what forks start from.

Only what the guest has touched is copied, so that the time depends on that and not on the memory's size. The
kernel says which pages are QEMU's own; a guest that was woken, or is a fork itself, has the others in a file
below them, which is copied first, without its holes. The copy is a sealed memfd: it is in no file system, each
child maps it privately, and it goes with the last of them. The seal keeps QEMU from punching holes into it on
behalf of a guest that reports free pages: those would be holes in the memory of all children.
Source: proc(5), pagemap, maps; memfd_create(2); fcntl(2), file sealing; QEMU, softmmu/physmem.c,
ram_block_discard_range.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import ClassVar, TypeAlias

from serai.util.errors import Code, SeraiError
from serai.util.holes import written
from serai.util.units import human_size

PAGE = 4096
"""Bytes that an entry of pagemap stands for on the hosts that this runs on."""
ENTRY = 8
STRIDE = 1 << 15
"""Entries that are looked at together: 128 MiB of memory."""
# Of an entry's highest byte: in memory, in the swap; of a file, or shared. Source: kernel, admin-guide/mm/pagemap.
PRESENT, OTHERS = 0xC0, 0x20
_OWN = bytes(bool(byte & PRESENT and not byte & OTHERS) for byte in range(256))
BLOCK = 1 << 16
"""Bytes that are left out together when all of them are zero."""
PIECE = 1 << 20
"""Bytes that are read at once: each reading costs as much as some ten KiB."""
SHARE = 8 << 20
"""Bytes that a thread takes on at once."""
Read: TypeAlias = Callable[["Room", int, int], None]
"""Into a room, what is at a place of the source, so many bytes."""
SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


class Room:
    """A piece of memory that begins with a page: a copy from or to elsewhere takes three times as long."""

    def __init__(self, size: int) -> None:
        self.area = mmap.mmap(-1, size)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.area))

    def is_zero(self, begin: int, end: int) -> bool:
        return not _libc().memcmp(self.address + begin, _zeros().address, end - begin)


@cache
def _zeros() -> Room:
    return Room(BLOCK)


class Copy:
    """A copy of `size` bytes at `address` of a process: `take` it while they do not change, then have it `sealed`.

    Taken once before, while they do, the second time is a third of the first: the kernel has the pages by then.
    Raises Code.UNSUPPORTED when this user may not look into the process, Code.REFUSED when the host's memory does
    not suffice.
    """

    def __init__(self, pid: int, address: int, size: int, *, who: str) -> None:
        self._who = who
        self._pid, self._address, self._size = pid, address, size
        self._blocks = bytearray(-(-size // BLOCK))
        """1 for each that is not zero in the copy."""
        self._taken = False
        self._handle = os.memfd_create(f"serai-{who}"[:200], os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(self._handle, size)

    def take(self, threads: int = 1) -> None:
        """Copy what is not zero, or was not the last time. What is below is copied once: it does not change."""
        try:
            with _opened(f"/proc/{self._pid}/pagemap") as pagemap:
                own = list(own_runs(pagemap.handle, self._address, self._size))
            below = None if self._taken else _file_below(self._pid, self._address)
            if not self._taken:
                _need_room(sum(end - begin for begin, end in own) + (_taken(below) if below else 0), self._who)
            if below is not None:
                with below:
                    self._copy(partial(_from_file, below.handle), written(below.handle, self._size), threads)
            self._copy(self._from_process, own, threads)
            self._taken = True
        except PermissionError as error:
            raise _refused(self._who, error) from error

    def _copy(self, read: Read, runs: Iterable[tuple[int, int]], threads: int) -> None:
        if threads == 1:
            self._copy_all(read, runs)
            return
        from concurrent.futures import ThreadPoolExecutor

        shares = list(_shares(runs))
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(partial(self._copy_all, read), shares):
                pass

    def _copy_all(self, read: Read, runs: Iterable[tuple[int, int]]) -> None:
        room = Room(PIECE)
        for begin, end in runs:
            at = begin
            while at < end:
                upto = min(end, (at // PIECE + 1) * PIECE)
                read(room, at, upto - at)
                self._keep(room, at, upto)
                at = upto

    def _keep(self, room: Room, begin: int, end: int) -> None:
        """Write what the room holds for these bytes, but for blocks of zeros that are so in the copy, too."""
        at = kept = begin
        with memoryview(room.area) as view:
            while at < end:
                upto = min(end, (at // BLOCK + 1) * BLOCK)
                if self._blocks[at // BLOCK] or not room.is_zero(at - begin, upto - begin):
                    self._blocks[at // BLOCK] = 1
                else:
                    _write(self._handle, view[kept - begin : at - begin], kept)
                    kept = upto
                at = upto
            _write(self._handle, view[kept - begin : end - begin], kept)

    def _from_process(self, room: Room, at: int, length: int) -> None:
        read_process(self._pid, self._address + at, room.address, length)

    def sealed(self) -> int:
        """Its descriptor, from now on the caller's; nobody can change what it holds."""
        fcntl.fcntl(self._handle, fcntl.F_ADD_SEALS, SEALS)
        handle, self._handle = self._handle, -1
        return handle

    def __enter__(self) -> Copy:
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle >= 0:
            os.close(self._handle)


class _Part(ctypes.Structure):
    """struct iovec."""

    _fields_: ClassVar = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def read_process(pid: int, address: int, into: int, length: int) -> None:
    """`length` bytes at an address of a process, to an address here. Source: process_vm_readv(2).

    Reading /proc/PID/mem costs twice as much: it goes through a page of the kernel's.
    """
    done = 0
    while done < length:
        here = _Part(into + done, length - done)
        there = _Part(address + done, length - done)
        got = _libc().process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        if got <= 0:
            number = ctypes.get_errno() if got < 0 else errno.EIO
            raise OSError(number, os.strerror(number))
        done += got


@cache
def _libc() -> ctypes.CDLL:
    found = ctypes.CDLL(None, use_errno=True)
    found.process_vm_readv.restype = ctypes.c_ssize_t
    number = ctypes.c_ulong
    found.process_vm_readv.argtypes = [ctypes.c_int, ctypes.c_void_p, number, ctypes.c_void_p, number, number]
    found.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    return found


def _write(handle: int, part: memoryview, at: int) -> None:
    """Half the time of writing to a mapping, where the kernel would zero each page first."""
    done = 0
    while done < len(part):
        done += os.pwrite(handle, part[done:], at + done)


def _from_file(handle: int, room: Room, at: int, length: int) -> None:
    with memoryview(room.area) as view:
        done = 0
        while done < length:
            with view[done:length] as part:
                got = os.preadv(handle, [part], at + done)
            if not got:
                raise OSError(errno.EIO, "the file below the guest's memory ends early")
            done += got


def _shares(runs: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The same runs in shares of some bytes, which end where a block does: no two of them write to one."""
    share: list[tuple[int, int]] = []
    size = 0
    for begin, end in runs:
        at = begin
        while at < end:
            upto = min(end, (at // SHARE + 1) * SHARE)
            if size >= SHARE and (share[-1][1] - 1) // SHARE != at // SHARE:
                yield share
                share, size = [], 0
            share.append((at, upto))
            size += upto - at
            at = upto
    if share:
        yield share


def read(pid: int, address: int, size: int, *, who: str) -> bytes:
    """A part that does not change. Raises Code.UNSUPPORTED."""
    room = Room(size)
    try:
        read_process(pid, address, room.address, size)
    except PermissionError as error:
        raise _refused(who, error) from error
    return room.area[:]


def _refused(who: str, error: OSError) -> SeraiError:
    return SeraiError(
        Code.UNSUPPORTED,
        f"{who}: this user may not read the memory of its QEMU: {error.strerror}",
        hint="sysctl kernel.yama.ptrace_scope=0, or call serai as root",
    )


class _opened:
    """A descriptor to read from, closed at the end."""

    def __init__(self, path: str) -> None:
        self.handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> _opened:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


def own_runs(pagemap: int, address: int, size: int) -> Iterator[tuple[int, int]]:
    """From where to where, in bytes from `address`, the pages are the process's own."""
    first, count = address // PAGE, size // PAGE
    for at in range(0, count, STRIDE):
        entries = os.pread(pagemap, min(STRIDE, count - at) * ENTRY, (first + at) * ENTRY)
        own = entries[ENTRY - 1 :: ENTRY].translate(_OWN)
        end = 0
        while (begin := own.find(1, end)) >= 0:
            end = own.find(0, begin)
            end = len(own) if end < 0 else end
            yield (at + begin) * PAGE, (at + end) * PAGE


def _file_below(pid: int, address: int) -> _opened | None:
    """The file that is mapped there from its beginning, when it is one."""
    name, inode = _mapping(pid, address)
    if not inode:
        return None
    with os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            try:
                # By name and inode: the device in `maps` is another than that of stat on btrfs.
                if os.readlink(entry.path) == name and entry.stat().st_ino == inode:  # noqa: PTH115 - no file system
                    return _opened(entry.path)
            except FileNotFoundError:
                continue  # closed meanwhile
    raise OSError(errno.ENOENT, "the file of the guest's memory is not open", name)


def _mapping(pid: int, address: int) -> tuple[str, int]:
    """Name and inode of the file that is mapped at the address; 0 for memory without one."""
    with open(f"/proc/{pid}/maps") as maps:  # noqa: PTH123 - it has no size
        for line in maps:
            words = line.rstrip("\n").split(maxsplit=5)
            begin, _, end = words[0].partition("-")
            if int(begin, 16) <= address < int(end, 16):
                return (words[5], int(words[4])) if int(words[4]) else ("", 0)
    return "", 0


def _taken(below: _opened) -> int:
    return os.fstat(below.handle).st_blocks * 512


def _need_room(wanted: int, who: str) -> None:
    """The copy is memory: it must be there."""
    if wanted > (free := _available()):
        raise SeraiError(
            Code.REFUSED,
            f"{who}: its memory is copied for its forks: that takes {human_size(wanted)}, and "
            f"{human_size(free)} are free",
            hint="halt or destroy other machines",
        )


def _available() -> int:
    """Bytes that the host can still give. Source: proc(5), meminfo."""
    with open("/proc/meminfo") as lines:  # noqa: PTH123 - it has no size
        found = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), "0")
    return int(found) * 1024
