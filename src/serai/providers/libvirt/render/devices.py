"""What a machine has beside disks and network cards: folders, ports, a screen, devices of the host, the rest."""

from __future__ import annotations

import posixpath

from serai.providers.libvirt.render.element import Element, add, on_off
from serai.providers.libvirt.render.firmware import pcie
from serai.providers.libvirt.site import Site
from serai.spec.device import Channel, GraphicsType, PciDevice, Serial, SerialType, UsbDevice, Video
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

AGENT = "org.qemu.guest_agent.0"
SPICE_AGENT = "com.redhat.spice.0"
FIRST_SLOT = 0x10
"""Of the 31 that a PCI bus has: libvirt fills them from below."""


def add_folders(parent: Element, site: Site) -> None:
    for folder in site.folders:
        if folder.kind == "virtiofs":
            element = add(parent, "filesystem", type="mount", accessmode="passthrough")
            add(element, "driver", type="virtiofs")
        else:
            # `mapped` keeps a guest from making setuid files where QEMU is root; `squash` makes plain ones.
            access = folder.security or ("mapped" if site.privileged and not folder.readonly else "squash")
            element = add(parent, "filesystem", type="mount", accessmode=access, multidevs="remap")
        add(element, "source", dir=folder.path)
        add(element, "target", dir=folder.tag)
        if folder.readonly:
            add(element, "readonly")


def add_characters(parent: Element, machine: Machine, site: Site) -> None:
    """The console first; what it says is written to a file as well, by virtlogd."""
    console = add(parent, "serial", type="pty")
    if site.console_log:
        add(console, "log", file=site.console_log, append="off")
    _serial_target(console, site, 0)
    for number, serial in enumerate(machine.devices.serial, 1):
        _serial(parent, machine, site, number, serial)
    if machine.devices.guest_agent:
        _channel(parent, Channel(name=AGENT))
    for channel in machine.devices.channels:
        _channel(parent, channel)
    if machine.devices.graphics.type is GraphicsType.SPICE:
        add(add(parent, "channel", type="spicevmc"), "target", type="virtio", name=SPICE_AGENT)


def _serial(parent: Element, machine: Machine, site: Site, number: int, serial: Serial) -> None:
    element = add(parent, "serial", type=serial.type)
    if serial.type is not SerialType.PTY:
        path = serial.path or (f"{site.directory}/serial{number}.{serial.type}" if site.directory else "")
        if not path:
            raise SeraiError(
                Code.INPUT,
                f"{machine.name}: devices.serial[{number - 1}].path: none, and no default there",
                hint="state a path there",
            )
        add(element, "source", mode="bind" if serial.type is SerialType.UNIX else None, path=path)
    _serial_target(element, site, number)


def _serial_target(parent: Element, site: Site, number: int) -> None:
    if site.arch == "x86_64":
        add(add(parent, "target", type="isa-serial", port=number), "model", name="isa-serial")
    elif number == 0:
        add(add(parent, "target", type="system-serial", port=0), "model", name="pl011")
    else:
        add(add(parent, "target", type="pci-serial", port=number), "model", name="pci-serial")


def _channel(parent: Element, channel: Channel) -> None:
    """Without a path, libvirt makes the socket in its own directory of the domain."""
    element = add(parent, "channel", type="unix")
    if channel.path:
        add(element, "source", mode="bind", path=channel.path)
    add(element, "target", type="virtio", name=channel.name)


def add_screen(parent: Element, machine: Machine, site: Site) -> None:
    """Input, TPM, screen and graphics card, in libvirt's order."""
    graphics = machine.devices.graphics
    shown = graphics.type is not GraphicsType.NONE
    if shown:
        add(parent, "input", type="tablet", bus="usb")
        if site.arch != "x86_64":  # x86 boards have a PS/2 keyboard
            add(parent, "input", type="keyboard", bus="usb")
    if machine.devices.tpm:
        tpm = add(parent, "tpm", model=f"tpm-{machine.devices.tpm.model}")
        add(tpm, "backend", type="emulator", version=machine.devices.tpm.version)
    if shown:
        _graphics(parent, machine, site)
    video = machine.devices.video or (Video.VIRTIO if shown else None)
    if video:
        add(add(parent, "video"), "model", type=video)


def _graphics(parent: Element, machine: Machine, site: Site) -> None:
    """R9: a socket that only its owner can open, or an address with a password; never a port without one."""
    graphics = machine.devices.graphics
    if graphics.listen is None:
        add(add(parent, "graphics", type=graphics.type), "listen", type="socket")
        return
    if not site.graphics_password:
        raise SeraiError(
            Code.INPUT,
            f"{machine.name}: devices.graphics.listen: a port needs a password",
            hint="state password_file beside it",
        )
    element = add(
        parent,
        "graphics",
        type=graphics.type,
        port=graphics.port,
        autoport=graphics.port is None,
        passwd=site.graphics_password,
    )
    add(element, "listen", type="address", address=graphics.listen)


def add_host_devices(parent: Element, machine: Machine, site: Site) -> None:
    for slot, device in enumerate(machine.devices.pci, 1):
        _pci(parent, machine, site, slot, device)
    for usb in machine.devices.usb:
        parent.append(usb_device(usb))
    for mdev in machine.devices.mdev:
        element = add(parent, "hostdev", mode="subsystem", type="mdev", model="vfio-pci")
        add(add(element, "source"), "address", uuid=mdev.uuid)


def _pci(parent: Element, machine: Machine, site: Site, slot: int, device: PciDevice) -> None:
    """PCI-1: all functions stay together in one slot of the guest, counted from 0, as drivers want them.

    The slot is behind root port `slot`; on a board that has none, on the bus itself, far from what libvirt fills.
    """
    functions = site.functions.get(device.address) or (_whole(device.address),)
    bus, place = (slot, 0) if pcie(machine, site.arch) else (0, FIRST_SLOT + slot)
    for number, address in enumerate(functions):
        element = add(parent, "hostdev", mode="subsystem", type="pci", managed=True)
        add(element, "driver", name="vfio")
        pci_address(add(element, "source"), address)
        if device.rom and number == 0:
            add(element, "rom", file=posixpath.join(site.root, device.rom))
        first = number == 0 and len(functions) > 1
        pci_address(element, f"0000:{bus:02x}:{place:02x}.{number}", "pci", multifunction="on" if first else None)


def pci_address(parent: Element, text: str, kind: str | None = None, **more: object) -> None:
    """`0000:01:00.0` in its parts."""
    domain, bus, rest = text.split(":")
    slot, _, function = rest.partition(".")
    parts = {"domain": domain, "bus": bus, "slot": slot, "function": function}
    add(parent, "address", type=kind, **{name: f"0x{part}" for name, part in parts.items()}, **more)


def _whole(address: str) -> str:
    """`01:00` -> `0000:01:00.0`."""
    address = address if address.count(":") == 2 else f"0000:{address}"
    return address if "." in address else f"{address}.0"


def usb_device(usb: UsbDevice) -> Element:
    """One <hostdev> of USB, as it is defined and as it is attached."""
    element = Element("hostdev", {"mode": "subsystem", "type": "usb", "managed": "yes"})
    source = add(element, "source", startupPolicy="optional" if usb.optional else None)
    if usb.vendor and usb.product:
        add(source, "vendor", id=_hex(usb.vendor))
        add(source, "product", id=_hex(usb.product))
    if usb.bus and usb.device:
        add(source, "address", bus=usb.bus, device=usb.device)
    return element


def _hex(text: str) -> str:
    return f"0x{text.lower().removeprefix('0x')}"


def add_others(parent: Element, machine: Machine) -> None:
    """Watchdog, balloon, random numbers and vsock, in libvirt's order."""
    devices, memory = machine.devices, machine.memory
    if devices.watchdog:
        add(parent, "watchdog", model=devices.watchdog.model, action=devices.watchdog.action)
    if memory.balloon:
        # Reporting is of no use where pages cannot be given back: huge ones, and those that a device holds.
        reporting = memory.free_page_reporting and not memory.hugepages and not devices.pci and not devices.mdev
        add(
            parent,
            "memballoon",
            model="virtio",
            autodeflate=on_off(memory.deflate_on_oom),
            freePageReporting=on_off(reporting),
        )
    else:
        add(parent, "memballoon", model="none")
    if devices.rng:
        add(add(parent, "rng", model="virtio"), "backend", "/dev/urandom", model="random")
    if devices.vsock:
        cid = devices.vsock.cid
        add(add(parent, "vsock", model="virtio"), "cid", auto=cid is None, address=cid)
