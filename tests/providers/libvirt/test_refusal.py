"""Versions, as people write them."""

from __future__ import annotations

from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.site import Able


def test_an_older_libvirt_is_named() -> None:
    assert older(Able(libvirt=9_000_000), 10_001_000) == "libvirt 9.0"
    assert older(Able(libvirt=10_009_002), 11_000_000) == "libvirt 10.9"
    assert older(Able(libvirt=11_005_000), 11_005_000) == ""


def test_a_refusal_begins_with_its_key() -> None:
    error = refuse("disks.d.bus", "there is none", "bus: virtio")
    assert str(error) == "disks.d.bus: there is none (bus: virtio)"
