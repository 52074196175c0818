"""The whole command line; single machines are in tests/render/qemu."""

from __future__ import annotations

from typing import Any

from serai.providers.qemu import render


def test_text_is_what_a_shell_reads_as_the_argv(site_of: Any, machine_of: Any) -> None:
    import shlex

    machine, site = machine_of(disks={}), site_of()
    assert shlex.split(render.text(machine, site).replace("\\\n", " ")) == render.argv(machine, site)


def test_a_resumed_machine_waits_for_its_memory(site_of: Any, machine_of: Any) -> None:
    assert ("-incoming", "defer") in render.options(machine_of(), site_of(resuming=True))


def test_the_boot_menu_is_shown_when_it_is_wanted(site_of: Any, machine_of: Any) -> None:
    assert ("-boot", "menu=on") in render.options(machine_of(boot={"menu": True}), site_of())
    assert ("-boot", "menu=on") not in render.options(machine_of(), site_of())
