"""The largest packet that reaches an address whole: measured by echoes that no router may cut.

Of the standard library alone, from Python 3.6 on: it is sent to other hosts as text; nothing is installed there.
"""

import errno
import os
import select
import socket
import struct
import time
from collections.abc import Iterable

MTU_DISCOVER, PROBE, RECEIVE_ERRORS = 10, 3, 11
"""IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, IP_RECVERR. Source: linux/in.h, ip(7)."""
ERROR_QUEUE = 0x2000
"""MSG_ERRQUEUE. Source: recv(2)."""
ECHO, REPLY = 8, 0
"""Types of ICMP. Source: RFC 792."""
HEADERS = 28
"""Bytes of a packet that are IPv4's header, without options, and ICMP's."""
LEAST = 576
"""Bytes that every host takes whole. Source: RFC 791, 3.1."""
AT_ONCE = 16
"""Sizes that are tried together: 1500 - 576 is narrowed to one byte in three rounds."""
AGAIN = 2
"""How often the first size that got no answer is tried again: one packet may be lost for another reason."""
ROUNDS = 8


class Silent(Exception):
    """Why nothing can be measured."""


def path_mtu(about: str) -> str:
    """`SIZE whole`, `SIZE told` or `SIZE silent` for `ADDRESS LARGEST PATIENCE`: bytes, and seconds to wait.

    Whole: LARGEST came through. Told: a router on the way, or this host, says what fits, so that TCP can go by
    it. Silent: what is larger is lost without a word. Raises Silent.
    """
    name, largest, patience = about.split()
    try:
        address = socket.gethostbyname(name)
    except OSError as error:
        raise Silent(f"{name} is not known: {error.strerror or error}") from error
    try:
        echoes = Echoes(address)
    except OSError as error:
        raise Silent(f"an echo cannot be sent: {error.strerror or error}; it needs root") from error
    try:
        return _measured(echoes, int(largest), float(patience))
    finally:
        echoes.close()


def _measured(echoes: "Echoes", largest: int, patience: float) -> str:
    came = echoes.round([LEAST, largest], patience) or echoes.round([LEAST, largest], patience)
    if not came:
        raise Silent(f"{echoes.address} answers no echo")
    wait = max(0.2, min(patience, 8 * echoes.longest))
    low, high = max(came), largest
    if low < high and echoes.tried_again(high, wait):
        low = high
    for _ in range(ROUNDS):
        while high - low > 1:
            sizes = _between(low, high, echoes.told)
            came = echoes.round(sizes, wait)
            low = max([low, *came])
            high = min([high, *(size for size in sizes if size > low)])
        if low == largest or not echoes.tried_again(high, wait):
            break
        low, high = high, largest
    if low == largest:
        return f"{low} whole"
    return f"{low} {'told' if low in echoes.told else 'silent'}"


def _between(low: int, high: int, told: "Iterable[int]") -> "list[int]":
    """Sizes to try, evenly spread; what a router told and one byte more settle it at once where it is true."""
    step = max(1, (high - low) // (AT_ONCE + 1))
    found = set(range(low + step, high, step))
    found |= {size for each in told for size in (each, each + 1) if low < size < high}
    return sorted(found)


class Echoes:
    """Echoes to one address, none of which may be cut."""

    def __init__(self, address: str) -> None:
        """Raises OSError where this user may not."""
        self.address = address
        self.longest = 0.0
        """Seconds that an answer took."""
        self.told = set()  # type: set[int]
        """Sizes that routers, or this host, said would fit."""
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            self._is_raw = True
        except PermissionError:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
            self._is_raw = False
        self._socket.setsockopt(socket.IPPROTO_IP, MTU_DISCOVER, PROBE)
        self._socket.setsockopt(socket.IPPROTO_IP, RECEIVE_ERRORS, 1)
        self._socket.setblocking(False)
        self._ident = os.getpid() & 0xFFFF
        self._number = 0

    def close(self) -> None:
        self._socket.close()

    def tried_again(self, size: int, wait: float) -> bool:
        return any(self.round([size], wait) for _ in range(AGAIN))

    def round(self, sizes: "Iterable[int]", wait: float) -> "set[int]":
        """Which of these sizes were answered within `wait` seconds."""
        began = time.monotonic()
        waiting = {number: size for size in sizes for number in self._sent(size)}
        came = set()  # type: set[int]
        while waiting:
            left = began + wait - time.monotonic()
            if left <= 0:
                break
            select.select([self._socket], [], [self._socket], left)
            self._hear_errors()
            for number in self._hear(waiting):
                came.add(waiting.pop(number))
                self.longest = max(self.longest, time.monotonic() - began)
        return came

    def _sent(self, size: int) -> "list[int]":
        """The number of the echo; none where this host itself says that it is too large, or cannot send."""
        self._number += 1
        head = struct.pack("!BBHHH", ECHO, 0, 0, self._ident, self._number)
        body = bytes(max(0, size - HEADERS))
        head = struct.pack("!BBHHH", ECHO, 0, checksum(head + body), self._ident, self._number)
        try:
            self._socket.sendto(head + body, (self.address, 0))
        except OSError as error:
            self._hear_errors()
            if error.errno not in (errno.EMSGSIZE, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENOBUFS):
                raise Silent(f"an echo cannot be sent to {self.address}: {error.strerror}") from error
            return []
        return [self._number]

    def _hear(self, waiting: "dict[int, int]") -> "Iterable[int]":
        """Numbers of answers that are there."""
        while True:
            try:
                data, (sender, _) = self._socket.recvfrom(1 << 16)
            except BlockingIOError:
                return
            except OSError:  # what a router said of an echo is told here once, too
                continue
            start = (data[0] & 15) * 4 if self._is_raw else 0
            if len(data) < start + 8 or sender != self.address:
                continue
            kind, _, _, ident, number = struct.unpack_from("!BBHHH", data, start)
            if kind == REPLY and (ident == self._ident or not self._is_raw) and number in waiting:
                yield number

    def _hear_errors(self) -> None:
        """What routers said of echoes that were too large. Source: ip(7), struct sock_extended_err."""
        while True:
            try:
                _, notes, _, _ = self._socket.recvmsg(512, 512, ERROR_QUEUE)
            except OSError:
                return
            for level, kind, data in notes:
                if (level, kind) == (socket.IPPROTO_IP, RECEIVE_ERRORS) and len(data) >= 16:
                    number, _, _, _, _, fits, _ = struct.unpack_from("IBBBBII", data)
                    if number == errno.EMSGSIZE:
                        self.told.add(fits)


def checksum(data: bytes) -> int:
    """Source: RFC 1071."""
    words = struct.unpack(f"!{len(data) // 2}H", data[: len(data) // 2 * 2])
    total = int(sum(words)) + (data[-1] << 8 if len(data) % 2 else 0)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)
