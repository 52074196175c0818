"""Memory of a process, copied: what is touched, over what is below it, and never to be changed again."""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import random
from pathlib import Path

import pytest

from serai.providers.qemu import pages
from serai.util.errors import Code, SeraiError

SIZE = 8 << 20
PAGE = pages.PAGE


def address_of(area: mmap.mmap) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(area))


def held(handle: int, at: int, length: int = PAGE) -> bytes:
    return os.pread(handle, length, at)


@pytest.fixture
def area() -> mmap.mmap:
    """Anonymous memory of which two places are touched."""
    found = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    found[3 * PAGE : 4 * PAGE] = b"a" * PAGE
    found[5 << 20 : (5 << 20) + PAGE] = b"b" * PAGE
    return found


def test_only_what_was_touched_is_the_processs_own(area):
    with Path("/proc/self/pagemap").open("rb") as pagemap:
        runs = list(pages.own_runs(pagemap.fileno(), address_of(area), SIZE))

    assert any(begin <= 3 * PAGE < end for begin, end in runs)
    assert any(begin <= 5 << 20 < end for begin, end in runs)
    assert sum(end - begin for begin, end in runs) < SIZE


def test_a_copy_holds_what_was_there_and_has_holes_for_the_rest(area):
    with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
        copy.take()
        handle = copy.sealed()

    assert held(handle, 3 * PAGE) == b"a" * PAGE
    assert held(handle, 5 << 20) == b"b" * PAGE
    assert held(handle, 6 << 20) == bytes(PAGE)
    assert os.fstat(handle).st_size == SIZE
    assert os.fstat(handle).st_blocks * 512 <= 2 * pages.BLOCK
    os.close(handle)


def test_the_second_time_takes_what_has_changed_since(area):
    with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
        copy.take()
        area[3 * PAGE : 4 * PAGE] = bytes(PAGE)
        area[5 << 20 : (5 << 20) + 1] = b"c"
        area[7 << 20 : (7 << 20) + 1] = b"d"
        copy.take()
        handle = copy.sealed()

    assert held(handle, 3 * PAGE) == bytes(PAGE)
    assert held(handle, 5 << 20, 2) == b"cb"
    assert held(handle, 7 << 20, 2) == b"d\0"
    os.close(handle)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_a_copy_is_the_same_wherever_zeros_begin_and_end(seed, threads, monkeypatch):
    monkeypatch.setattr(pages, "SHARE", 1 << 18)
    chance = random.Random(seed)
    area = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
        for _ in range(2):
            for _ in range(chance.randrange(1, 40)):
                at, length = chance.randrange(SIZE), chance.choice([1, 100, PAGE, 70_000, 3 << 20])
                what = chance.choice([b"\0", b"x", b"y"])
                area[at : at + length] = what * min(length, SIZE - at)
            copy.take(threads)
        handle = copy.sealed()

    assert held(handle, 0, SIZE) == area[:]
    os.close(handle)


def test_what_a_private_mapping_has_not_changed_comes_from_its_file(tmp_path):
    path = tmp_path / "ram"
    path.write_bytes(b"x" * PAGE + bytes(SIZE - 2 * PAGE) + b"y" * PAGE)
    with path.open("rb") as file:
        area = mmap.mmap(file.fileno(), SIZE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
        area[SIZE - PAGE :] = b"z" * PAGE
        with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
            copy.take()
            handle = copy.sealed()

    assert held(handle, 0) == b"x" * PAGE
    assert held(handle, SIZE - PAGE) == b"z" * PAGE
    assert path.read_bytes()[-PAGE:] == b"y" * PAGE
    os.close(handle)


@pytest.mark.parametrize("seed", range(20))
def test_shares_have_all_of_it_once_and_no_block_twice(seed, monkeypatch):
    monkeypatch.setattr(pages, "SHARE", 4 * pages.BLOCK)
    chance = random.Random(seed)
    edges = sorted(chance.sample(range(SIZE // PAGE), 2 * chance.randrange(1, 200)))
    runs = [(begin * PAGE, end * PAGE) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    shares = list(pages._shares(runs))

    def touched(parts):
        return [at for begin, end in parts for at in range(begin, end, PAGE)]

    assert touched(run for share in shares for run in share) == touched(runs)
    blocks = [{at // pages.BLOCK for at in touched(share)} for share in shares]
    assert sum(map(len, blocks)) == len(set().union(*blocks))
    assert len(shares) <= 1 + sum(map(len, blocks)) // 4


def test_what_a_thread_fails_at_is_raised(area):
    with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
        os.close(copy._handle)
        copy._handle = -1
        with pytest.raises(OSError, match="Bad file descriptor"):
            copy.take(2)


def test_nobody_can_change_a_copy_not_even_by_a_hole(area):
    with pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy:
        copy.take()
        handle = copy.sealed()

    with pytest.raises(PermissionError):
        os.pwrite(handle, b"!", 3 * PAGE)
    libc = ctypes.CDLL(None, use_errno=True)
    keep_size_and_punch = 3
    assert libc.fallocate(handle, keep_size_and_punch, ctypes.c_long(0), ctypes.c_long(SIZE)) != 0
    assert fcntl.fcntl(handle, fcntl.F_GET_SEALS) & fcntl.F_SEAL_WRITE
    again = os.open(f"/proc/self/fd/{handle}", os.O_RDWR)
    child = mmap.mmap(again, SIZE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    child[3 * PAGE : 3 * PAGE + 1] = b"!"
    assert held(handle, 3 * PAGE) == b"a" * PAGE
    os.close(again)
    os.close(handle)


def test_a_copy_that_the_host_has_no_room_for_is_refused(area, monkeypatch):
    monkeypatch.setattr(pages, "_available", lambda: PAGE)
    with (
        pages.Copy(os.getpid(), address_of(area), SIZE, who="web") as copy,
        pytest.raises(SeraiError, match="web: its memory is copied for its forks: that takes") as told,
    ):
        copy.take()
    assert told.value.code is Code.REFUSED
