"""What reaches an address whole is narrowed down to a byte, by few echoes, whether somebody tells it or not."""

from __future__ import annotations

import pytest

from serai.host.reach import path_mtu
from serai.host.reach.path_mtu import Silent, checksum


class Way:
    """Echoes over a way that lets `fits` bytes through, tells `told`, and loses the echoes of some numbers."""

    address = "192.0.2.1"
    longest = 0.001

    def __init__(self, fits, told=(), loses=()):
        self.fits, self.tells, self.loses = fits, told, loses
        self.told = set()
        self.sent = []

    def round(self, sizes, wait):
        came = set()
        for size in sizes:
            self.sent.append(size)
            if size > self.fits:
                self.told |= set(self.tells)
            elif len(self.sent) not in self.loses:
                came.add(size)
        return came

    tried_again = path_mtu.Echoes.tried_again


@pytest.mark.parametrize("fits", [576, 577, 1280, 1400, 1442, 1492, 1499])
def test_it_is_found_to_the_byte(fits):
    way = Way(fits)

    assert path_mtu._measured(way, 1500, 0.4) == f"{fits} silent"
    assert len(way.sent) < 70


def test_what_passes_whole_takes_two_echoes():
    way = Way(9000)

    assert path_mtu._measured(way, 9000, 0.4) == "9000 whole"
    assert len(way.sent) == 2


def test_a_router_that_tells_is_believed_when_it_is_true():
    assert path_mtu._measured(Way(1400, told=[1400]), 1500, 0.4) == "1400 told"
    assert path_mtu._measured(Way(1400, told=[1450]), 1500, 0.4) == "1400 silent"


def test_one_echo_that_was_lost_does_not_count():
    assert path_mtu._measured(Way(1500, loses=[2]), 1500, 0.4) == "1500 whole"
    for number in range(3, 30):
        assert path_mtu._measured(Way(1400, loses=[number]), 1500, 0.4) == "1400 silent", number


def test_who_does_not_answer_is_named():
    with pytest.raises(Silent, match=r"192\.0\.2\.1 answers no echo"):
        path_mtu._measured(Way(0), 1500, 0.4)


def test_the_sum_is_that_of_the_internet():
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0x220D  # RFC 1071, 3
    assert checksum(b"\x08") == 0xF7FF


@pytest.mark.root
def test_a_real_kernel_answers_its_own_echoes(need):
    need(root=True)
    assert path_mtu.path_mtu("127.0.0.1 1500 1") == "1500 whole"
