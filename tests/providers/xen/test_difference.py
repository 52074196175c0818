"""What a start would change in the xl.cfg that dom0 has."""

from __future__ import annotations

import pytest

from serai.providers.xen.difference import _hidden

pytestmark = [pytest.mark.root, pytest.mark.engine]


def test_what_a_start_would_change_is_shown_line_by_line(here, driver, machine, materials) -> None:
    web = machine("memory: 64MiB")
    driver.create(web, materials)
    driver.start(web, materials)

    assert driver.difference(web, materials) == []
    changed = driver.difference(machine("memory: 96MiB"), materials)
    assert [line for line in changed if line.startswith(("-m", "+m"))] == ["-memory = 64", "+memory = 96"]
    driver.destroy("web")


def test_passwords_are_hidden_on_both_sides() -> None:
    assert _hidden('vncpasswd = "a"\nvfb = [ "vnc=1,vncpasswd=b,vncunused=1" ]') == (
        'vncpasswd = "***"\nvfb = [ "vnc=1,vncpasswd=***,vncunused=1" ]'
    )
