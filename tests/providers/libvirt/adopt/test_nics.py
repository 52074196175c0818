"""Interfaces are read back as what they are joined to."""

from __future__ import annotations

import pytest

from serai.providers.libvirt.adopt.nics import nics_of
from serai.spec.network import UplinkType

MAC = "<mac address='52:54:00:00:00:01'/><model type='virtio'/>"


def nic(kind: str, inner: str) -> str:
    return f"<interface type='{kind}'>{MAC}{inner}</interface>"


def test_the_first_network_is_the_uplink(make):
    nics, links = nics_of(make(devices=nic("network", "<source network='default'/>")), {})

    assert nics[0].uplink.network_name == "default"
    assert links[0].source == "default" and links[0].index == 0


def test_where_nothing_leads_out_it_is_said(make):
    nics, _ = nics_of(make(devices=nic("bridge", "<source bridge='br0'/>")), {})

    assert nics[0].public.bridge == "br0"
    assert nics[1].uplink.type is UplinkType.NONE


def test_networks_of_the_project_are_private(make):
    nics, _ = nics_of(make(devices=nic("network", "<source network='serai-1-back'/>")), {"serai-1-back": "back"})

    assert nics[0].private.network == "back"


@pytest.mark.parametrize(
    ("kind", "inner", "field", "wanted"),
    [
        ("bridge", "<source bridge='o'/><virtualport type='openvswitch'/>", "ovs", True),
        ("direct", "<source dev='eth0' mode='private'/>", "mode", "private"),
        ("direct", "<source dev='eth0'/>", "mode", "vepa"),
        ("ethernet", "<target dev='tap0' managed='no'/>", "tap", "tap0"),
    ],
)
def test_public_networks(make, kind, inner, field, wanted):
    nics, _ = nics_of(make(devices=nic(kind, inner)), {})

    assert getattr(nics[0].public, field) == wanted


@pytest.mark.parametrize("kind", ["vdpa", "hostdev", "vhostuser", "ethernet"])
def test_what_the_spec_does_not_know_is_left_out(make, kind):
    nics, links = nics_of(make(devices=nic(kind, "")), {})

    assert links == () and len(nics) == 1


def test_ports_that_passt_forwards(make):
    inner = "<backend type='passt'/><portForward proto='tcp'><range start='8080' to='80'/></portForward>"
    nics, _ = nics_of(make(devices=nic("user", inner)), {})

    assert nics[0].uplink.type is UplinkType.PASST
    assert (nics[1].forwarded_port.host, nics[1].forwarded_port.guest) == (8080, 80)
