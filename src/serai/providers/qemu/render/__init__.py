"""Machine + Site -> the argv of QEMU: pure, modern options only, one idea of a machine a file.

Paths are relative to the machine's directory, where QEMU is started: AF_UNIX names end at 107 bytes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from serai.providers.qemu.render import assigned, chipset, devices, disks, folders, memory, nics, processors
from serai.providers.qemu.render.chipset import board, is_pc, machine_type, pcie
from serai.providers.qemu.render.devices import SPARE_PORTS, sockets
from serai.providers.qemu.render.nics import hostfwd
from serai.providers.qemu.render.words import Option, as_json, escape
from serai.providers.qemu.site import Site
from serai.spec.machine import Machine

__all__ = [
    "SPARE_PORTS",
    "argv",
    "board",
    "hostfwd",
    "is_pc",
    "machine_type",
    "options",
    "pcie",
    "sockets",
    "text",
]

SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"


def argv(machine: Machine, site: Site) -> list[str]:
    """The words to start QEMU with."""
    return [site.features.binary, *(word for option in options(machine, site) for word in option)]


def text(machine: Machine, site: Site) -> str:
    """The same for people, one option a line; a shell in the machine's directory can run it."""
    lines = [shlex.join(option) for option in options(machine, site)]
    return " \\\n  ".join([shlex.quote(site.features.binary), *lines]) + "\n"


def options(machine: Machine, site: Site) -> list[Option]:
    """Every option with its value, in the order that they are given."""
    parts = (
        _process,
        chipset.options,
        processors.options,
        chipset.clocks,
        chipset.firmware,
        memory.options,
        devices.controls,
        devices.screen,
        nics.options,
        disks.iothreads,
        devices.options,
        assigned.options,
        disks.options,
        folders.options,
        _boot,
        _extra,
    )
    return [option for part in parts for option in part(machine, site)]


def _process(_machine: Machine, site: Site) -> Iterator[Option]:
    yield "-name", escape(site.title)
    yield "-uuid", site.uuid
    yield ("-nodefaults",)
    yield ("-no-user-config",)
    if site.features.sandbox:
        yield "-sandbox", SANDBOX
    yield "-msg", "timestamp=on"
    yield "-pidfile", "qemu.pid"


def _boot(machine: Machine, site: Site) -> Iterator[Option]:
    image = site.image
    if image and image.kernel:
        yield "-kernel", str(image.kernel)
        if image.initrd:
            yield "-initrd", str(image.initrd)
        if image.cmdline:
            yield "-append", image.cmdline
    if machine.boot.menu:
        yield "-boot", "menu=on"
    for part in site.plugged:
        yield part.option, as_json(part.value)
    if site.resuming:
        yield "-incoming", "defer"
        yield ("-S",)


def _extra(machine: Machine, _site: Site) -> Iterator[Option]:
    for word in machine.providers.qemu.args:
        yield (word,)
