"""ENV is a copy that notes what was looked at."""

from __future__ import annotations

from serai.loaders.vagrantfile.ruby.environ import EVERYTHING, Environ


def test_what_is_read_is_noted_with_its_first_value():
    environ = Environ({"A": "1", "B": "2"})
    environ["A"] = "changed"

    assert environ["A"] == "changed" and environ.get("C") is None and "D" not in environ
    assert environ.seen == {"A": "1", "C": None, "D": None}


def test_going_over_all_of_them_is_noted():
    for look in (list, lambda e: list(e.items()), lambda e: list(e.keys()), lambda e: list(e.values())):
        environ = Environ({"A": "1"})
        look(environ)

        assert EVERYTHING in environ.seen
