"""Machine + Site -> the XML of a domain of Xen's: no virtio, disks `xvda`, cards by scripts (XEN-1, XEN-2).

Source: libvirt, formatdomain and drvxen, and what its own converter makes of files of xl's (xen-xl).
"""

from __future__ import annotations

from xml.etree import ElementTree

from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render.cpu import most, pins
from serai.providers.libvirt.render.devices import pci_address, usb_device
from serai.providers.libvirt.render.element import Element, add, add_kib, kib
from serai.providers.libvirt.render.nics import tuning_of
from serai.providers.libvirt.site import DiskSource, Link, LinkKind, Site, SourceKind
from serai.providers.xen_guest import (
    KERNELS,
    OPENVSWITCH,
    Spot,
    Start,
    features,
    kind_of,
    own_backend,
    spec_of,
    spots,
    start_of,
    vif_of,
)
from serai.spec.device import GraphicsType, Serial, SerialType, Video
from serai.spec.disk import Discard
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.network import NicModel
from serai.spec.xen import VifType, XenType
from serai.util.units import KIB, MIB

XEN = "xen"
"""The domain's type."""
BOARDS = {XenType.PV: ("linux", "xenpv"), XenType.PVH: ("xenpvh", "xenpvh"), XenType.HVM: ("hvm", "xenfv")}
"""(type, machine), as libvirt names them."""
HVMLOADER, OVMF = "/usr/lib/xen/boot/hvmloader", "/usr/lib/xen/boot/ovmf.bin"
BOOT = {"disk": "hd", "cdrom": "cdrom", "network": "network"}
EXTENSIONS = ("vmx", "svm")


def xen_kind(machine: Machine, site: Site) -> XenType:
    return kind_of(machine, kernel=site.kernel is not None)


def xen_tree(machine: Machine, site: Site) -> Element:
    """The XML before the edits of `providers.libvirt.xml`."""
    kind = xen_kind(machine, site)
    image = site.kernel
    start = start_of(
        machine,
        kind,
        kernel=image.kernel if image else "",
        ramdisk=image.initrd if image else "",
        cmdline=image.cmdline if image else "",
    )
    root = ElementTree.Element("domain", {"type": XEN})
    _identity(root, machine, site)
    _memory(root, machine)
    _processors(root, machine)
    if start.bootloader:
        add(root, "bootloader", start.bootloader)
        if start.arguments:
            add(root, "bootloader_args", " ".join(start.arguments))
    _os(root, machine, kind, start)
    _features(root, machine, kind)
    _cpu(root, machine, site, kind)
    _clock(root, machine, kind)
    raw = machine.providers.xen
    for tag, action in (("poweroff", raw.on_poweroff), ("reboot", raw.on_reboot), ("crash", raw.on_crash)):
        add(root, f"on_{tag}", action)
    _devices(root, machine, site, kind)
    return root


def _identity(root: Element, machine: Machine, site: Site) -> None:
    add(root, "name", site.name)
    add(root, "uuid", site.uuid)
    if machine.providers.libvirt.title:
        add(root, "title", machine.providers.libvirt.title)
    if site.metadata:
        add(add(root, "metadata"), f"{{{NAMESPACE}}}machine", site.metadata)


def _memory(root: Element, machine: Machine) -> None:
    memory = machine.memory
    for tag, size in (("memory", max(memory.size, memory.max or 0)), ("currentMemory", memory.size)):
        add_kib(root, tag, -(-size // MIB) * MIB)


def _processors(root: Element, machine: Machine) -> None:
    cpu, weight = machine.cpu, machine.providers.xen.weight
    found = pins(cpu)
    everywhere = set(found.values()) if len(found) == most(cpu) else set()
    current = cpu.total if most(cpu) > cpu.total else None
    shared = everywhere.pop() if len(everywhere) == 1 else None
    add(root, "vcpu", most(cpu), placement="static", cpuset=shared, current=current)
    if weight is None and (shared or not found):
        return
    parent = add(root, "cputune")
    if weight is not None:
        add(parent, "shares", weight)
    for number, place in sorted(found.items()):
        if shared is None:
            add(parent, "vcpupin", vcpu=number, cpuset=place)


def _os(root: Element, machine: Machine, kind: XenType, start: Start) -> None:
    word, board = BOARDS[kind]
    os = add(root, "os")
    add(os, "type", word, arch="x86_64", machine=board)
    if kind is XenType.HVM and machine.firmware is Firmware.UEFI:
        add(os, "loader", OVMF, readonly=True, type="pflash")
    elif kind is XenType.HVM:
        add(os, "loader", HVMLOADER, type="rom")
    for tag, value in (("kernel", start.kernel), ("initrd", start.ramdisk), ("cmdline", start.cmdline)):
        if value:
            add(os, tag, value)
    if kind is XenType.HVM:
        names = [name if name == "network" else str(spec_of(machine, name).device) for name in machine.boot.order]
        for device in dict.fromkeys(BOOT[name] for name in names or ["disk"]):
            add(os, "boot", dev=device)


def _features(root: Element, machine: Machine, kind: XenType) -> None:
    hap = machine.providers.xen.hap
    if kind is not XenType.HVM:
        if kind is XenType.PVH and hap is False:
            add(add(root, "features"), "hap", state="off")
        return
    parent = add(root, "features")
    for tag in ("acpi", "apic", "pae"):
        add(parent, tag)
    if hap is False:
        add(parent, "hap", state="off")
    if machine.hyperv is not None:
        add(parent, "viridian")


def _cpu(root: Element, machine: Machine, site: Site, kind: XenType) -> None:
    """The extension that is required by its name turns nested virtualization on, in HVM, under host-passthrough.

    Without it libxl.conf has the word, and hiding both keeps it off.
    Source: libvirt, src/libxl/libxl_conf.c, libxlMakeDomBuildInfo: nested_hvm; libxl.conf, nested_hvm.
    """
    flags, nested, cells = features(machine), machine.cpu.nested, machine.numa.cells
    if not (flags or nested or cells):
        return
    parent = add(root, "cpu", mode="host-passthrough" if flags or nested else None)
    if flags and not nested and kind is XenType.HVM:
        flags = {**flags, **dict.fromkeys(EXTENSIONS, False)}
    if nested and kind is XenType.HVM:
        add(parent, "feature", policy="require", name=site.nested_flag)
    for name, on in flags.items():
        if nested and name == site.nested_flag:
            continue
        add(parent, "feature", policy="force" if on else "disable", name=name)
    numa = add(parent, "numa") if cells else None
    for number, cell in enumerate(cells):
        assert numa is not None
        element = add(numa, "cell", id=number, cpus=cell.cpus, memory=kib(cell.memory), unit="KiB")
        distances = add(element, "distances")
        for other in range(len(cells)):
            far = cell.distances.get(str(other), 10 if other == number else 20)
            add(distances, "sibling", id=other, value=far)


def _clock(root: Element, machine: Machine, kind: XenType) -> None:
    """HVM has a clock chip, the others Xen's own time."""
    if kind is XenType.HVM:
        clock = add(root, "clock", offset="variable", adjustment=0, basis=machine.clock.offset)
    else:
        clock = add(root, "clock", offset="utc", adjustment="reset")
    mode = machine.providers.xen.tsc_mode
    if mode is not None:
        words = {"default": "auto", "always_emulate": "emulate"}
        add(clock, "timer", name="tsc", present=True, mode=words.get(str(mode), str(mode)))
    if kind is XenType.HVM:
        add(clock, "timer", name="hpet", present=machine.clock.hpet)


def _devices(root: Element, machine: Machine, site: Site, kind: XenType) -> None:
    parent = add(root, "devices")
    if machine.providers.libvirt.emulator:
        add(parent, "emulator", machine.providers.libvirt.emulator)
    places = spots(machine, [source.name for source in site.disks], kind)
    for source in site.disks:
        parent.append(disk(machine, source, places[source.name]))
    for number, link in enumerate(site.links):
        parent.append(interface(machine, link, number, kind))
    _consoles(parent, machine, kind)
    _screen(parent, machine, site, kind)
    _host_devices(parent, machine, site)
    add(parent, "memballoon", model="xen")


def disk(machine: Machine, source: DiskSource, place: Spot) -> Element:
    """A device of dom0's is told as one: by the kernel's own backend, without QEMU."""
    spec = spec_of(machine, source.name)
    block = source.kind is SourceKind.BLOCK
    element = Element("disk", {"type": str(source.kind), "device": "cdrom" if place.cdrom else "disk"})
    discard = None if spec.readonly or place.cdrom or spec.discard is Discard.UNMAP else spec.discard
    fixed = spec.readonly or place.cdrom or spec.is_drive
    if block or own_backend(source.format or "", fixed=fixed, cdrom=place.cdrom):
        add(element, "driver", name=KERNELS)
    else:
        add(element, "driver", name="qemu", type=source.format, discard=discard)
    if source.kind is SourceKind.VOLUME:
        add(element, "source", pool=source.pool, volume=source.volume)
    elif source.path:
        add(element, "source", **{"dev" if block else "file": source.path})
    add(element, "target", dev=place.vdev, bus="xen" if place.vdev.startswith("xvd") else "ide")
    if fixed:
        add(element, "readonly")
    return element


def interface(machine: Machine, link: Link, number: int, kind: XenType) -> Element:
    """A card: netfront alone, or an emulated one beside it."""
    how, tuning = vif_of(machine, number), tuning_of(machine, link)
    network = link.kind is LinkKind.NETWORK
    element = Element("interface", {"type": "network" if network else "bridge"})
    add(element, "mac", address=link.mac.lower())
    add(element, "source", **{"network" if network else "bridge": link.source})
    if how.rate:
        add(add(element, "bandwidth"), "outbound", average=rate(how.rate))
    if how.ip:
        add(element, "ip", address=how.ip, family="ipv6" if ":" in how.ip else "ipv4")
    script = how.script or (OPENVSWITCH if link.kind is LinkKind.OVS else None)
    if script:
        add(element, "script", path=script)
    if how.vifname:
        add(element, "target", dev=how.vifname)
    emulated = how.type is VifType.IOEMU or tuning.model is not NicModel.VIRTIO
    if kind is XenType.HVM and tuning.model is not NicModel.VIRTIO:
        add(element, "model", type=tuning.model)
    elif kind is XenType.HVM and not emulated:
        add(element, "model", type="netfront")
    return element


def rate(text: str) -> int:
    """`10Mb/s` in KiB a second, which is what libvirt counts in. Source: xenParseVif, formatnetwork, QoS."""
    amount = text.partition("/")[0]
    bits = amount.endswith("b")
    unit = amount[-2:-1] if amount[-2:-1].isalpha() else ""
    number = int(amount.rstrip("GMKBb"))
    whole = number * {"": 1, "K": KIB, "M": MIB, "G": KIB * MIB}[unit]
    return max(1, whole // (8 if bits else 1) // KIB)


def _consoles(parent: Element, machine: Machine, kind: XenType) -> None:
    if kind is not XenType.HVM:
        add(add(parent, "console", type="pty"), "target", type=XEN, port=0)
        return
    ports = [Serial(), *machine.devices.serial]
    for number, serial in enumerate(ports):
        element = add(parent, "serial", type=serial.type)
        if serial.type is not SerialType.PTY:
            bound = "bind" if serial.type is SerialType.UNIX else None
            add(element, "source", mode=bound, path=serial.path)
        add(element, "target", port=number)
    add(add(parent, "console", type="pty"), "target", type="serial", port=0)


def _screen(parent: Element, machine: Machine, site: Site, kind: XenType) -> None:
    """R9: an address with a password; never a port without one."""
    graphics = machine.devices.graphics
    if graphics.type is not GraphicsType.VNC:
        return
    element = add(
        parent,
        "graphics",
        type="vnc",
        port=graphics.port or -1,
        autoport=graphics.port is None,
        passwd=site.graphics_password,
    )
    add(element, "listen", type="address", address=graphics.listen)
    model = "qxl" if machine.devices.video is Video.QXL else "vga"
    add(add(parent, "video"), "model", type=model if kind is XenType.HVM else XEN)


def _host_devices(parent: Element, machine: Machine, site: Site) -> None:
    raw = machine.providers.xen
    for device in machine.devices.pci:
        for address in site.functions.get(device.address, (device.address,)):
            element = add(parent, "hostdev", mode="subsystem", type="pci", managed=raw.pci_seize)
            add(element, "driver", name=XEN)
            source = add(element, "source", writeFiltering=False if raw.pci_permissive else None)
            pci_address(source, address if address.count(":") == 2 else f"0000:{address}")
    for usb in machine.devices.usb:
        parent.append(usb_device(usb))
