"""The acts of warm starts on one machine: it becomes a template, is told who it is, is plugged in."""

from __future__ import annotations

import time

import msgspec

from serai.providers.contract import Materials, Progress, Scope
from serai.providers.qemu import launch, links, template, warm, warmth
from serai.providers.qemu.record import Ram, editing, is_alive
from serai.providers.qemu.running import directory_of, made, run
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def keep_warm(scope: Scope, name: str, materials: Materials, progress: Progress) -> bool:
    """See Qemu.keep_warm. What cannot be kept is no failure: the machine runs on, or is started anew."""
    record = made(scope, name)
    directory = directory_of(scope, name)
    if not warm.is_maker(record):
        if record.applied is not None and not record.template:
            warmth.note(scope, record.applied, record.image, materials)
        return False
    try:
        known = warm.keep(scope, directory, record, materials, progress)
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
    from serai.guest.identity import Before, script

    record = made(scope, machine.name)
    known = template.read(record.template) if record.newborn else None
    if known is None:
        return ""
    before = Before(
        hostname=known.hostname,
        instance_id=known.instance_id,
        hosts=known.hosts,
        cards=[(card.mac, card.address) for card in known.cards],
    )
    nics = links.seed_nics(scope, machine, materials)
    return script(
        before,
        machine,
        materials,
        nics,
        record.instance_id,
        time.time(),
        balloon=known.hardware.machine.memory.balloon,
    )


def plug_in(scope: Scope, machine: Machine) -> None:
    """See Qemu.knows_itself."""
    directory = directory_of(scope, machine.name)
    record = made(scope, machine.name)
    with launch.connect(directory, machine.name) as qmp:
        warm.set_links(qmp, links.links_of(scope, machine, record.networks), up=True)
    with editing(directory) as record:
        record.newborn = False
