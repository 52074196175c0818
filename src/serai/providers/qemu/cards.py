"""Network cards on private networks that come while the machine runs; those that go wait for a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from serai.providers.contract import Effect, Materials, Progress, Scope, Verdict
from serai.providers.qemu import gather, leases, links, render, running
from serai.providers.qemu.features import Features
from serai.providers.qemu.qmp import Qmp, QmpError
from serai.providers.qemu.record import Hardware, Plugged, editing
from serai.providers.qemu.render import nics
from serai.providers.qemu.site import Link
from serai.spec.machine import Machine
from serai.spec.network import Nic, NicModel

PARTS = "/machine/peripheral"
"""Where QEMU keeps devices that have an id. Source: QEMU, docs/devel/qom.rst."""
PCIE = (NicModel.VIRTIO, NicModel.E1000E)
"""Models that a spare PCIe port takes."""
FreePort = Callable[[Qmp, str], str]


def verdict(machine: Machine, was: Machine | None) -> Verdict:
    """How its interfaces become those of the spec: live where only private ones come after those that it has."""
    if was is None:
        return Verdict(Effect.RESTART, "its interfaces are plugged when it starts")
    before, now = _interfaces(was), _interfaces(machine)
    new = [nic.private for nic in now[len(before) :]]
    if now[: len(before)] != before or not new:
        return Verdict(Effect.RESTART, "the interfaces that it has are changed when it starts")
    if not all(new):
        return Verdict(Effect.RESTART, "only a private interface is plugged while it runs")
    if not render.pcie(machine):
        return Verdict(Effect.RESTART, "its board takes no card while it runs")
    if slow := [nic.model.value for nic in new if nic and nic.model not in PCIE]:
        return Verdict(Effect.RESTART, f"a card of model {slow[0]} cannot be plugged while it runs")
    return Verdict(Effect.LIVE)


def _interfaces(machine: Machine) -> list[Nic]:
    return [nic for nic in machine.networks if nic.private or nic.public or nic.uplink]


def fit(
    scope: Scope,
    directory: Path,
    qmp: Qmp,
    machine: Machine,
    materials: Materials | None,
    free_port: FreePort,
    progress: Progress,
) -> None:
    """Plug the cards that the machine has not yet. The guest asks for their addresses by DHCP."""
    if materials:
        with editing(directory) as record:
            record.networks, record.addresses = materials.networks, materials.addresses
    record = running.made(scope, machine.name)
    able = gather.features_for(machine, record.image)
    there = {each["name"] for each in qmp.execute("qom-list", {"path": PARTS})}
    known = links.links_of(scope, record.hardware.machine, record.networks) if record.hardware else ()
    for number, link in enumerate(links.links_of(scope, machine, record.networks)):
        if f"nic{number}" not in there and link.socket:
            progress(f"plugging an interface on {link.network}")
            running.join(scope, directory, machine, link.network, able, progress)
            card = _plug(qmp, machine, number, link, able, free_port(qmp, machine.name))
        elif number < len(known):
            continue
        else:  # plugged by a run that was killed before it could write it down
            card = {**nics.card(machine, number, link), "bus": _bus(qmp, number)}
        _remember(directory, machine, [("-netdev", nics.stream(number, link, able)), ("-device", card)])
    leases.offer(scope, directory, list(running.networks_of(machine)), able, progress)


def _plug(qmp: Qmp, machine: Machine, number: int, link: Link, able: Features, port: str) -> dict[str, Any]:
    """Gives the card as it was plugged. Refused by QEMU, nothing is left of it."""
    side = nics.stream(number, link, able)
    card = {**nics.card(machine, number, link), "bus": port}
    try:
        qmp.execute("netdev_add", side)
    except QmpError as error:
        if "Duplicate ID" not in error.text:  # of a run that was killed here
            raise
    try:
        qmp.execute("device_add", card)
    except QmpError:
        qmp.execute("netdev_del", {"id": side["id"]})
        raise
    return card


def _bus(qmp: Qmp, number: int) -> str:
    """The port that the card is in: the last part of its bus's path."""
    asked = {"path": f"{PARTS}/nic{number}", "property": "parent_bus"}
    return str(qmp.execute("qom-get", asked)).rpartition("/")[2]


def _remember(directory: Path, machine: Machine, parts: list[tuple[str, dict[str, Any]]]) -> None:
    """A memory saved from now on has the card, too, and its life leaves the network when it ends."""
    with editing(directory) as record:
        old = record.hardware
        if old:
            spec = msgspec.structs.replace(old.machine, networks=machine.networks)
            plugged = (*old.plugged, *(Plugged(option, value) for option, value in parts))
            record.hardware = Hardware(machine=spec, plugged=plugged, kind=old.kind, accel=old.accel)
