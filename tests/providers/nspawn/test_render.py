"""What cannot be seen in tests/render/nspawn: paths with marks that part them."""

from __future__ import annotations

from serai.providers.container_binds import Bind
from serai.providers.nspawn import render
from serai.providers.nspawn.site import Site
from serai.spec.machine import Machine


def test_marks_in_paths_are_no_marks():
    binds = (Bind(source="/a\\b:c", target="/d"),)
    text = render.text(Machine(name="web"), Site(name="m", hostname="web", directory="/s", binds=binds))

    assert "Bind=/a\\\\b\\:c:/d\n" in text


def test_sections_are_there_only_with_something_in_them():
    text = render.text(Machine(name="web"), Site(name="m", hostname="web", directory="/s"))

    assert "[Exec]" in text
    assert "[Files]" not in text
    assert "[Network]" not in text
