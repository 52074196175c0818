"""Changes to a machine that exists: what can be done now is done, the rest is defined for its next start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from serai.providers.contract import Effect, Materials, Progress, Scope, Verdict
from serai.providers.key_names import disk_of
from serai.providers.libvirt import define, forwards, gather, hotplug, ledger, links, networks, resize, volumes
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import asking, opened
from serai.providers.libvirt.define import UPLINK
from serai.providers.libvirt.endpoint import by_ssh
from serai.providers.libvirt.launch import keep_metadata
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.render.domain import domain as render
from serai.providers.libvirt.resize import NotLive
from serai.spec.machine import Communicator, Machine
from serai.util.errors import Code, SeraiError
from serai.util.units import format_size


def apply(
    scope: Scope,
    machine: Machine,
    keys: Mapping[str, Verdict],
    progress: Progress,
    materials: Materials | None = None,
) -> None:
    """Make the live changes now, and note those that wait for a restart. The spec becomes what is applied.

    What a running domain turns out to have no room for waits for a restart as well.
    """
    for key, verdict in keys.items():
        if verdict.effect in (Effect.RECREATE, Effect.IMMUTABLE):
            raise SeraiError(Code.REFUSED, f"{machine.name}: {key} cannot be changed in place: {verdict.reason}")
    live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE]
    waiting = {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
    with ledger.locked(scope, machine.name):
        state = ledger.made(scope, machine.name)
        conn = opened(state.uri)
        domain = define.lookup(conn, state.uuid)
        if domain is not None and materials is not None:
            present = msgspec.structs.replace(materials, image=state.image, user=state.user)
            if domain.isActive():
                waiting |= _Change(scope, conn, domain, state, machine, present, progress).make(live)
            _define(conn, scope, state, machine, present)
        state.applied = machine
        done = [key for key in live if key not in waiting]
        state.pending = {**{key: why for key, why in state.pending.items() if key not in done}, **waiting}
        define.keep(conn, scope, state)
    if domain is not None and domain.isActive() and any(_heads(live) & {"networks", "ssh"}):
        carried = forwards.by_ssh(machine, state.uri) and machine.communicator is not Communicator.AGENT
        way = by_ssh(scope, machine.name) if carried else None
        forwards.renew(scope, machine.name, domain, machine, way)
        keep_metadata(conn, scope, machine.name)


def _heads(keys: list[str]) -> set[str]:
    return {key.partition(".")[0].partition("[")[0] for key in keys}


def _define(conn: Any, scope: Scope, state: Record, machine: Machine, materials: Materials) -> None:
    """What its next start takes, also one that serai does not make. A disk that is not made yet is not in it."""
    there = [
        name
        for name, disk in volumes.specs(machine, materials.image).items()
        if not volumes.is_made(disk) or volumes.current(state, name)
    ]
    missing = [name for name in machine.disks if name not in there]
    if not missing and _joined(conn, scope, machine, materials):
        state.applied = machine
        define.put(conn, scope, state, render(machine, gather.site_for(conn, scope, machine, state, materials)))


def _joined(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> bool:
    """Whether all its networks are there: one that is new with a restart is made by the start."""
    for card in links.links_of(conn, scope, machine, materials.networks):
        if card.kind == "network" and networks.find(conn, card.source) is None:
            return False
    return True


class _Change:
    """One change of a running domain."""

    def __init__(
        self,
        scope: Scope,
        conn: Any,
        domain: Any,
        state: Record,
        machine: Machine,
        materials: Materials,
        progress: Progress,
    ) -> None:
        self.scope = scope
        self.conn = conn
        self.domain = domain
        self.state = state
        self.old = state.applied or machine
        self.machine = machine
        self.materials = materials
        self.progress = progress

    def make(self, keys: list[str]) -> dict[str, str]:
        """Make the changes of these keys; gives those that must wait, with the reason."""
        waiting: dict[str, str] = {}
        for act, mine in self._acts(keys):
            try:
                act()
            except NotLive as error:
                waiting |= dict.fromkeys(mine, f"libvirt: {error}")
        return waiting

    def _acts(self, keys: list[str]) -> list[tuple[Callable[[], None], list[str]]]:
        disks = [key for key in keys if key.startswith("disks")]
        groups: list[tuple[Callable[[], None], list[str]]] = [
            (self._memory, [key for key in keys if key.startswith("memory")]),
            (self._cpus, [key for key in keys if key.startswith("cpu") and not key.startswith("cpu.pin")]),
            (self._pins, [key for key in keys if key.startswith("cpu.pin")]),
            (self._iothreads, [key for key in keys if key.startswith("iothreads")]),
            (partial(self._disks, disks), disks),
            (self._cards, [key for key in keys if key.startswith(("networks.private", "networks.public"))]),
            (self._usb, [key for key in keys if key.startswith("devices.usb")]),
            (self._title, [key for key in keys if key == "providers.libvirt.title"]),
        ]
        return [(act, mine) for act, mine in groups if mine]

    def _memory(self) -> None:
        self.progress(f"memory to {format_size(self.machine.memory.size)}")
        resize.resize_memory(self.domain, self.machine)

    def _cpus(self) -> None:
        self.progress(f"CPUs to {self.machine.cpu.total}")
        resize.set_cpus(self.domain, self.machine)

    def _pins(self) -> None:
        resize.set_pins(self.conn, self.domain, self.machine)

    def _iothreads(self) -> None:
        resize.add_iothreads(self.domain, self.machine)

    def _disks(self, keys: list[str]) -> None:
        self.progress("fitting its disks")
        volumes.make_missing(self.conn, self.scope, self.state, self.machine, self.materials, self.progress)
        named = {disk_of(key, self.machine, self.old)[0] for key in keys}
        hotplug.fit_disks(self.conn, self.domain, self.old, self.machine, self._site(), named)

    def _cards(self) -> None:
        self.progress("fitting its interfaces")
        state, conn, scope = self.state, self.conn, self.scope
        # No seed tells a card that is plugged now its address: without the image, all of them are by DHCP.
        unseeded = msgspec.structs.replace(self.materials, image=None)
        addresses = define.join(conn, scope, self.machine, unseeded)
        gone = hotplug.fit_cards(conn, self.domain, self.machine, self._site(), state.macs)
        cards = links.links_of(conn, scope, self.machine, self.materials.networks)
        left = state.networks.keys() - {nic.private.network for nic in self.machine.networks if nic.private}
        for name in left:
            if gone and (network := networks.find(conn, networks.own_name(scope, name))) is not None:
                networks.forget(network, gone, [state.addresses.get(name, "")])
        state.macs = tuple(card.mac for card in cards)
        state.addresses = {**addresses, **{key: each for key, each in state.addresses.items() if key == UPLINK}}
        state.networks = self.materials.networks

    def _usb(self) -> None:
        hotplug.fit_usb(self.conn, self.domain, self.old, self.machine)

    def _title(self) -> None:
        libvirt = library()
        flags = libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_AFFECT_CONFIG
        title = self.machine.providers.libvirt.title
        with asking(f"{self.machine.name}: its title cannot be set"):
            self.domain.setMetadata(libvirt.VIR_DOMAIN_METADATA_TITLE, title, None, None, flags)

    def _site(self) -> Any:
        return gather.site_for(self.conn, self.scope, self.machine, self.state, self.materials)
