"""Which machines are containers, by their provider."""

from __future__ import annotations

import pytest

from serai.spec.machine import Machine, contained
from serai.spec.raw import LibvirtRaw, Raw


@pytest.mark.parametrize(
    ("provider", "uri", "default", "wanted"),
    [
        ("podman", None, None, True),
        ("qemu", None, "lxc:///", False),
        ("libvirt", None, None, False),
        ("libvirt", None, "lxc:///", True),
        ("libvirt", "lxc+ssh://root@host/", None, True),
        ("libvirt", "qemu:///system", "lxc:///", False),
    ],
)
def test_a_machine_is_a_container_where_its_provider_runs_it_as_one(provider, uri, default, wanted):
    machine = Machine(name="web", provider=provider, providers=Raw(libvirt=LibvirtRaw(uri=uri)))

    assert contained(machine, {"LIBVIRT_DEFAULT_URI": default} if default else {}) is wanted
