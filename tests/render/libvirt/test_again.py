"""A domain that is defined a second time, laid over what libvirt made of it, stays as it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from libvirt_site import UUID, machine_of, site_of
from serai.providers.libvirt.merge import merged
from serai.providers.libvirt.render.domain import domain

pytestmark = [pytest.mark.engine, pytest.mark.root]

CASES = (
    *("cpu-named", "devices", "disks", "folders", "host-devices", "kernel", "memory-backing", "memory-grows"),
    *("networks", "networks-tuned", "pc", "plain", "raw", "screen-port", "secure-boot", "uefi", "uplink-user"),
)


@pytest.mark.parametrize("case", CASES)
def test_applying_twice_changes_nothing(case: str, define: Callable[[str], str]) -> None:
    """libvirt may order the controllers that it added itself otherwise: lines are compared, not their order."""
    machine = machine_of(case)
    name, uuid = f"serai-test-{case}-{os.getpid()}", str(uuid4())
    wanted = domain(machine, site_of(machine)).replace(UUID, uuid)
    wanted = wanted.replace("<name>shop_web</name>", f"<name>{name}</name>")
    once = define(wanted)
    twice = define(merged(once, wanted, wanted))
    assert sorted(twice.splitlines()) == sorted(once.splitlines())


@pytest.fixture
def define(libvirtd: str, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Define a domain, and give what libvirt made of it."""
    virsh = ["virsh", "-q", "-c", libvirtd]
    names: set[str] = set()

    def defined(text: str) -> str:
        (tmp_path / "domain.xml").write_text(text)
        name = text.partition("<name>")[2].partition("</name>")[0]
        done = subprocess.run(
            [*virsh, "define", "--validate", str(tmp_path / "domain.xml")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        names.add(name)
        dump = [*virsh, "dumpxml", "--inactive", "--security-info", name]
        return subprocess.run(dump, check=True, capture_output=True, text=True).stdout

    yield defined
    for name in names:
        subprocess.run([*virsh, "undefine", "--nvram", name], check=True, capture_output=True)
