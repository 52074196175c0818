"""The interface that serai comes in by, or the address where there is none: all that a way in needs to know."""

from __future__ import annotations

from serai.spec.machine import Machine
from serai.spec.network import UplinkNic, UplinkType


def uplink_of(machine: Machine) -> tuple[int, UplinkNic]:
    """The interface that serai comes in by, with its place in `networks`; -1 when none is stated."""
    for index, nic in enumerate(machine.networks):
        if nic.uplink:
            return index, nic.uplink
    return -1, UplinkNic()


def has_uplink(machine: Machine) -> bool:
    """Whether ports are forwarded to it: user networking is there, of QEMU's or passt's."""
    return uplink_of(machine)[1].type is not UplinkType.NONE


def known_address(machine: Machine) -> str:
    """The first static address on the host's network, without its prefix; empty: there is none."""
    for nic in machine.networks:
        if nic.public and nic.public.address:
            return nic.public.address.partition("/")[0]
    return ""
