"""virt-manager's own reader opens a rendered domain, finds its devices, and writes it back as it was (GUI-9)."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from libvirt_site import machine_of, site_of
from serai.providers.libvirt.render.domain import domain

CASES = {
    "disks": "--disk",
    "networks": "--network",
    "host-devices": "--hostdev",
    "windows": "--graphics",
    "devices": "--tpm",
    "raw": "--disk",
}
"""The richest cases, and an option whose first device is edited: where the reader has none, it says so."""


def edited(text: str, *words: str) -> str:
    """What virt-xml, which shares virt-manager's reader, makes of a domain on its standard input."""
    command = ["virt-xml", "--connect", "test:///default", "--edit", *words, "--print-xml"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(text: str) -> str:
    return ElementTree.canonicalize(text, strip_text=True)


@pytest.mark.parametrize("case", CASES)
def test_virt_manager_opens_it_and_changes_nothing_else(case: str, need: Callable[..., None]) -> None:
    need("virt-xml")
    machine = machine_of(case)
    text = domain(machine, site_of(machine))
    opened = edited(text, "--metadata", "description=opened")
    assert "<description>opened</description>" in opened
    assert plain(opened.replace("<description>opened</description>", "")) == plain(text)


@pytest.mark.parametrize("case", CASES)
def test_virt_manager_finds_its_devices(case: str, need: Callable[..., None]) -> None:
    need("virt-xml")
    machine = machine_of(case)
    opened = edited(domain(machine, site_of(machine)), "1", CASES[case], "alias.name=ua-seen")
    assert opened.count('<alias name="ua-seen"/>') == 1
