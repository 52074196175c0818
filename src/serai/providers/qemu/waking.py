"""The acts of warm starts on one machine: it becomes a template, is told who it is, is plugged in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec

from serai.guest import identity, records, syscalls
from serai.guest.host_keys import DROPBEAR, Making
from serai.guest.seed import hostname
from serai.guest.transport import Transport
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.qemu import launch, links, seeds, telling, template, warm, warmth
from serai.providers.qemu.record import Hardware, Ram, Record, editing, is_alive
from serai.providers.qemu.running import directory_of, made, run
from serai.providers.qemu.telling import Telling
from serai.providers.qemu.template import Template
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def wake(
    scope: Scope, machine: Machine, materials: Materials, begun: Hardware, known: Template, progress: Progress
) -> None:
    """Start it from a template, and tell it who it is where it waits for that; its keys are made meanwhile.

    So is its seed, where a place is kept for it.
    """
    name, directory = machine.name, directory_of(scope, machine.name)

    def meanwhile() -> None:
        if seeds.is_blank(directory):
            seeds.put(scope, directory, made(scope, name), machine, materials)

    if not known.host_keys:
        run(scope, name, progress, saved=begun, known=known, meanwhile=meanwhile)
        return
    with Making(directory, known.host_keys, f"root@{hostname(machine)}") as keys:
        told = Telling(directory, name)
        ready: list[tuple[str | bytes, Callable[[], str | bytes]]] = []

        def values() -> tuple[str | bytes, Callable[[], str | bytes]]:
            return _told(scope, machine, materials, known, keys.values())

        def loading() -> None:
            if keys.are_made():
                with suppress(OSError):  # it is told by another way
                    ready.append(values())

        def loaded() -> None:
            if ready:  # it finds its values there when it goes on
                with suppress(OSError):  # it is told afterwards, or by another way
                    told.send(*ready[0])

        try:
            run(
                scope,
                name,
                progress,
                saved=begun,
                known=known,
                meanwhile=meanwhile,
                launched=told.connect,
                loading=loading,
                loaded=loaded,
            )
            if not told.sent:
                told.send(*values())
        except OSError:  # it hears nothing there, and is told by another way
            told.close()
        except BaseException:
            told.close()
            raise


def keep_warm(scope: Scope, name: str, materials: Materials, way: Transport, progress: Progress) -> bool:
    """See Qemu.keep_warm. What cannot be kept is no failure: the machine runs on, or is started anew."""
    record = made(scope, name)
    directory = directory_of(scope, name)
    if not warm.is_maker(record):
        if record.applied is not None and not record.template:
            warmth.note(scope, record.applied, record.image, materials)
        return False
    try:
        known = warm.keep(scope, directory, record, materials, way, progress)
    except (SeraiError, OSError) as error:
        progress(f"its memory is not kept: {error}")
        if is_alive(directory):
            return False
        run(scope, name, progress)
        return True
    if known is None:
        return False
    assert record.hardware is not None
    run(scope, name, progress, saved=msgspec.structs.replace(record.hardware, ram=Ram.TEMPLATE), known=known)
    return True


def identity_script(scope: Scope, machine: Machine, materials: Materials) -> str:
    """See Qemu.newborn."""
    record = made(scope, machine.name)
    known = template.read(record.template) if record.newborn else None
    if known is None:
        return ""
    directory = directory_of(scope, machine.name)
    told = telling.told(directory)
    if told is not None and told.arrived():
        _plug_in(scope, machine, record)
        return ""
    telling.forget(directory)
    return identity.script(_values(scope, machine, materials, known, {}))


def _told(
    scope: Scope, machine: Machine, materials: Materials, known: Template, keys: Mapping[str, str]
) -> tuple[str | bytes, Callable[[], str | bytes]]:
    """What a guest that waits is told, and what once somebody has logged in: records, or words of its shell.

    Raises OSError where it must be told by another way.
    """
    direct = known.direct
    if direct is None:
        values = _values(scope, machine, materials, known, keys)
        return f"{values}{identity.GO}\n", lambda: f"{identity.SETTLE}\n"
    nics = links.seed_nics(scope, machine, materials)
    cards = records.card_changes(direct, [card.mac for card in known.cards], nics)
    if cards is None:
        raise ConnectionError(f"{machine.name}: it takes no records for cards like these")
    text = records.arriving(
        direct,
        (known.hostname, known.hosts),
        hostname(machine),
        cards,
        syscalls.bytes_of(keys[f"key_{DROPBEAR}"]),
        made(scope, machine.name).instance_id,
        materials,
    )
    return text, lambda: records.settling(time.time())


def _values(scope: Scope, machine: Machine, materials: Materials, known: Template, keys: Mapping[str, str]) -> str:
    before = identity.Before(
        hostname=known.hostname,
        instance_id=known.instance_id,
        hosts=known.hosts,
        cards=[(card.mac, card.address) for card in known.cards],
    )
    return identity.values(
        before,
        machine,
        materials,
        links.seed_nics(scope, machine, materials),
        made(scope, machine.name).instance_id,
        time.time(),
        balloon=known.hardware.machine.memory.balloon,
        keys=keys,
    )


def knows_itself(scope: Scope, machine: Machine) -> None:
    """See Qemu.knows_itself."""
    directory = directory_of(scope, machine.name)
    record = made(scope, machine.name)
    if not record.newborn:
        return
    told = telling.told(directory)
    try:
        if told is not None and not told.settled():
            raise identity.failed(machine.name, ())
    finally:
        telling.forget(directory)
    if told is None:
        _plug_in(scope, machine, record)
    with editing(directory) as record:
        record.newborn = False


def _plug_in(scope: Scope, machine: Machine, record: Record) -> None:
    """Let it into its private networks."""
    if any(nic.private for nic in machine.networks):
        with launch.connect(directory_of(scope, machine.name), machine.name) as qmp:
            warm.set_links(qmp, links.links_of(scope, machine, record.networks), up=True)
