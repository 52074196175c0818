"""What a guest says of how long something took."""

from __future__ import annotations

import pytest

from serai.bench.lab import Guest, refused, without
from serai.util.errors import SeraiError
from serai.util.process import Result


class Said:
    """A way in whose guest always gives the same answer."""

    def __init__(self, text: str, code: int = 0) -> None:
        self.text, self.code, self.asked = text, code, []

    def run(self, command, **_options):
        self.asked.append(command)
        return Result(("sh",), self.code, self.text, "")


def guest(text: str, code: int = 0) -> Guest:
    found = Guest.__new__(Guest)
    found.name, found._way = "bench", Said(text, code)
    return found


def test_the_time_of_a_command_is_read_from_posix_time():
    assert guest("512+0 records in\nreal 1.25\nuser 0.10\nsys 0.02\n").dd("if=/dev/zero") == 1.25


def test_what_took_less_than_the_clock_can_tell_is_never_nothing():
    assert guest("real 0.00\nuser 0.00\nsys 0.00\n").timed("true") == 0.01


def test_the_average_of_pings_is_read():
    assert guest("round-trip min/avg/max = 4.1/4.8/9.0 ms\n").ping("10.41.0.12", 20) == 4.8


def test_a_guest_that_says_something_else_is_quoted():
    with pytest.raises(SeraiError, match="did not say how long it took: 'sh: time: not found'"):
        guest("sh: time: not found\n").timed("true")


def test_a_script_that_fails_shows_its_last_lines():
    with pytest.raises(SeraiError, match="ended with 1") as caught:
        guest("a\nb\nc\nno space left\n", code=1).sh("false")
    assert caught.value.details[-1] == "no space left"


def test_drivers_that_are_missing_are_no_error():
    assert guest("").modules("nvme")
    assert not guest("", code=1).modules("nvme")


def test_what_a_provider_would_refuse_is_known_before_anything_is_made(home, need):
    need("qemu-system-x86_64")
    disks = {"plain": {"size": "64MiB"}, "pooled": {"size": "64MiB", "pool": "fast"}}
    machines = {name: {"image": "tiny", "disks": {"d": disk}} for name, disk in disks.items()}

    lost = refused(machines, "qemu")

    assert lost == {"pooled": "disks.d.pool: storage pools are libvirt's"}
    assert without(lost) == "; without pooled (disks.d.pool: storage pools are libvirt's)"
    assert not list(home.glob("projects/*"))
