"""What the first interface is, and how others join the host; refusals are in refusals.yaml, with all others."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from serai.providers.libvirt.check_nics import public_kind, uplink_kind
from serai.providers.libvirt.site import LinkKind
from serai.spec.machine import Machine
from serai.spec.network import PublicNic


@pytest.mark.parametrize(
    ("networks", "privileged", "kind"),
    [
        ([], True, LinkKind.NETWORK),
        ([], False, LinkKind.USER),
        ([{"private": {}}, {"uplink": {"type": "passt"}}], True, LinkKind.PASST),
        ([{"uplink": {"type": "user"}}], True, LinkKind.USER),
        ([{"uplink": {"type": "none"}}], True, None),
        ([{"uplink": {"network_name": "lan"}}], True, LinkKind.NETWORK),
    ],
)
def test_the_uplink_is_a_network_where_libvirt_is_root(
    networks: list[dict[str, Any]], privileged: bool, kind: LinkKind | None
) -> None:
    assert uplink_kind(msgspec.convert({"networks": networks}, Machine), privileged) is kind


@pytest.mark.parametrize(
    ("nic", "kind"),
    [
        ({"bridge": "br0"}, LinkKind.BRIDGE),
        ({"bridge": "br0", "ovs": True}, LinkKind.OVS),
        ({"dev": "eth0"}, LinkKind.DIRECT),
        ({"tap": "tap0"}, LinkKind.ETHERNET),
        ({"network_name": "lan"}, LinkKind.NETWORK),
        ({}, LinkKind.DIRECT),
    ],
)
def test_a_public_interface_joins_as_it_says(nic: dict[str, Any], kind: LinkKind) -> None:
    assert public_kind(msgspec.convert(nic, PublicNic)) is kind
