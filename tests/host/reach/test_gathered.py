"""What was gathered is told from memory, also that something is not there; all else is asked for once."""

from __future__ import annotations

import pytest

from serai.host.facts.unknown import Unknown
from serai.host.reach.contract import Snapshot
from serai.host.reach.gathered import Gathered
from serai.host.reach.local import PROGRAMS


class Counted:
    """A host that knows nothing but how often it was asked."""

    live = True
    name = "there"

    def __init__(self):
        self.asked = []

    def _note(self, *words):
        self.asked.append(words)
        return

    def read(self, path):
        if "closed" in path:
            self._note("read", path)
            raise PermissionError(13, "Permission denied", path)
        return self._note("read", path)

    def has(self, path):
        return bool(self._note("has", path))

    def target(self, path):
        return self._note("target", path) or ""

    def program(self, name):
        return self._note("program", name) or ""

    def names(self, path):
        return self._note("names", path)

    def entry(self, path):
        return self._note("entry", path)


KNOWN = Snapshot(
    files={"/etc/x": b"1"},
    names={"/": ["etc", "usr"], "/etc": ["x", "deep"], **{place: [] for place in PROGRAMS}, "/usr/sbin": ["tool"]},
    links={"/etc/l": "/run"},
    answers={("clock", ""): "synchronised", ("direct", "/"): ("no file can be made there", "/")},
)


@pytest.fixture
def there():
    return Gathered(Counted(), KNOWN)


def test_what_is_known_costs_nothing(there):
    assert there.read("/etc/x") == b"1"
    assert there.names("/etc") == ["x", "deep"]
    assert there.target("/etc/l") == "/run"
    assert there.program("tool") == "/usr/sbin/tool"
    assert there.program("other") == ""
    assert there.ask("clock") == "synchronised"
    assert there.has("/etc/deep")
    with pytest.raises(Unknown, match="no file can be made there"):
        there.ask("direct", "/")
    assert there._reach.asked == []


@pytest.mark.parametrize("path", ["/boot", "/boot/grub/grub.cfg", "/etc/none", "/etc/none/below"])
def test_what_no_listing_names_is_not_there(there, path):
    assert there.read(path) is None
    assert there.names(path) is None
    assert there.entry(path) is None
    assert there.target(path) == ""
    assert not there.has(path)
    assert there._reach.asked == []


def test_all_else_is_asked_for_once(there):
    for _ in range(3):
        there.read("/etc/deep/file")
        there.has("/etc/deep/file")
        with pytest.raises(PermissionError):
            there.read("/etc/deep/closed")
    assert there._reach.asked == [
        ("read", "/etc/deep/file"),
        ("has", "/etc/deep/file"),
        ("read", "/etc/deep/closed"),
    ]
    assert there.live and there.name == "there"
