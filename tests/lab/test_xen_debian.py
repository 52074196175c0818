"""`debian:12` as a guest of Xen, of each kind: its kernel is found in its disk, by pygrub or by its firmware."""

from __future__ import annotations

import pytest

from lab.dom0 import LEFT, Host, inside
from person import Serai

pytestmark = [pytest.mark.lab_long, pytest.mark.timeout(3600)]
PROJECT = """
project: bookworm
machines:
  web:
    image: debian:12
    provider: xen
    memory: 448MiB
    ready: {within: 2400s}
    providers: {xen: {host: dom0, type: KIND}}
"""
GETTY = """
set -e
ls /run/systemd/generator/getty.target.wants/serial-getty@hvc0.service >/dev/null
sudo systemctl start serial-getty@hvc0
systemctl is-active serial-getty@hvc0
"""
"""Wanted by systemd itself; where a nested guest's devices took more than its 90 s, it starts when asked again."""


@pytest.mark.parametrize("kind", ["pv", "pvh", "hvm"])
def test_debian_boots_from_its_own_disk_and_leaves_nothing(dom0: Host, outside: Serai, kind: str) -> None:
    before = dom0.run(LEFT).stdout
    one = Serai(outside.root.with_name(f"bookworm-{kind}"))
    one.file(PROJECT.replace("KIND", kind))
    one("up", timeout=2700)
    assert one.states() == {"web": "ready"}
    assert inside(one, "web", "cat /sys/hypervisor/guest_type") == kind.upper()
    assert inside(one, "web", "findmnt -n -o SOURCE /").startswith("/dev/xvda")
    assert inside(one, "web", ". /etc/os-release; echo $ID:$VERSION_ID $(hostname)") == "debian:12 web"
    assert inside(one, "web", GETTY) == "active"
    one("halt", timeout=600)
    assert one.states() == {"web": "stopped"}
    one("destroy", "-y", timeout=600)
    assert dom0.run(LEFT).stdout == before
