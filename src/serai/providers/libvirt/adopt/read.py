"""A domain's XML -> the Machine that renders to it, the Site it does so in, and what the spec has no words for."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec

from serai.providers.libvirt.adopt import board, devices, disks, memory, nics, processors
from serai.providers.libvirt.adopt.rest import edits_for
from serai.providers.libvirt.adopt.xml import Element, value
from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render.element import QEMU
from serai.providers.libvirt.render.firmware import SEED
from serai.providers.libvirt.site import Able, Site
from serai.spec.image import Arch
from serai.spec.machine import Machine
from serai.spec.raw import LibvirtRaw, Raw

ARCHES = {"x86_64": Arch.AMD64, "aarch64": Arch.ARM64}

USUAL = ("/usr/bin/qemu-system-", "/usr/bin/kvm", "/usr/libexec/qemu-kvm")
"""Emulators that libvirt chooses by itself on Debian, Ubuntu and Fedora."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a domain."""

    machine: Machine
    site: Site
    kept: tuple[str, ...] = ()
    """What the spec has no key for, as sentences; most of it is in `providers.libvirt.xml`."""


def read(
    text: str, *, name: str, host_arch: str = "", private: dict[str, str] | None = None, able: Able | None = None
) -> Read:
    """`name` is the machine's; `private` are libvirt's networks that are the project's, with their names there."""
    root = ElementTree.fromstring(text)
    cpu, flag = processors.cpu_of(root)
    iothreads = int(root.findtext("iothreads") or 0)
    known = disks.named(root)
    entries, links = nics.nics_of(root, private or {})
    arch = value(root, "os/type@arch")
    machine = Machine(
        name=name,
        provider="libvirt",
        arch=ARCHES.get(arch) if arch != host_arch else None,
        **board.firmware_of(root),
        boot=board.boot_of(root, known, SEED),
        cpu=cpu,
        memory=memory.memory_of(root),
        numa=processors.numa_of(root, cpu),
        clock=board.clock_of(root),
        hyperv=board.hyperv_of(root),
        iothreads=iothreads,
        disks={key: disks.disk_of(key, each, iothreads=iothreads) for key, each in known.items() if key != SEED},
        networks=entries,
        devices=devices.devices_of(root),
        gpu=board.gpu_of(root),
        providers=Raw(libvirt=_raw(root)),
    )
    site = Site(
        able=able or Able(),
        kind=root.get("type", "qemu"),
        arch=arch,
        name=root.findtext("name") or name,
        uuid=root.findtext("uuid") or "",
        metadata=root.findtext(f"metadata/{{{NAMESPACE}}}machine") or "",
        disks=tuple(disks.source_of(key, each) for key, each in known.items()),
        links=links,
        folders=devices.folders_of(root),
        kernel=board.kernel_of(root),
        uefi=board.is_uefi(root),
        nested_flag=flag,
        console_log=value(root, "devices/serial/log@file"),
        privileged=_privileged(root),
        forwards=nics.forwards_of(root),
        functions=devices.functions_of(root),
        root="/",
        graphics_password=value(root, "devices/graphics@passwd"),
    )
    edits, kept = edits_for(root, machine, site)
    raw = msgspec.structs.replace(machine.providers.libvirt, xml=edits)
    machine = msgspec.structs.replace(machine, providers=Raw(libvirt=raw))
    return Read(machine=machine, site=site, kept=tuple(kept))


def _raw(root: Element) -> LibvirtRaw:
    arguments = [each.get("value", "") for each in root.iterfind(f"{{{QEMU}}}commandline/{{{QEMU}}}arg")]
    emulator = root.findtext("devices/emulator")
    return LibvirtRaw(
        machine=board.machine_type(root),
        emulator=None if not emulator or emulator.startswith(USUAL) else emulator,
        title=root.findtext("title") or None,
        args=arguments,
    )


def _privileged(root: Element) -> bool:
    """Rendering shares 9p folders in another way where the daemon is no root."""
    for each in root.iterfind("devices/filesystem"):
        if value(each, "driver@type") != "virtiofs" and each.find("readonly") is None:
            return each.get("accessmode") != "squash"
    return True
