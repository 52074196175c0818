"""What a domain has beside disks and network cards -> Devices and shared folders."""

from __future__ import annotations

from serai.providers.libvirt.adopt.xml import Element, number, value
from serai.providers.libvirt.render.devices import AGENT
from serai.providers.libvirt.site import Folder
from serai.spec.device import (
    Channel,
    Devices,
    Graphics,
    GraphicsType,
    Mdev,
    PciDevice,
    Serial,
    SerialType,
    Tpm,
    TpmModel,
    UsbDevice,
    Video,
    Vsock,
    Watchdog,
    WatchdogAction,
    WatchdogModel,
)


def devices_of(root: Element) -> Devices:
    """Those that the spec has words for."""
    channels = [
        Channel(name=value(each, "target@name"), path=value(each, "source@path") or None)
        for each in root.iterfind("devices/channel")
        if each.get("type") == "unix" and value(each, "target@type") == "virtio"
    ]
    graphics = _graphics(root)
    return Devices(
        pci=_pci(root),
        usb=_usb(root),
        mdev=[
            Mdev(uuid=value(each, "source/address@uuid"))
            for each in root.iterfind("devices/hostdev")
            if each.get("type") == "mdev"
        ],
        tpm=_tpm(root),
        rng=root.find("devices/rng") is not None,
        vsock=_vsock(root),
        watchdog=_watchdog(root),
        serial=_serial(root),
        channels=[each for each in channels if each.name != AGENT],
        guest_agent=any(each.name == AGENT for each in channels),
        graphics=graphics,
        video=_video(root, graphics),
    )


def _pci(root: Element) -> list[PciDevice]:
    """Functions of one slot are one device, `all_functions`; the ROM is of the first."""
    slots: dict[str, list[Element]] = {}
    for each in root.iterfind("devices/hostdev"):
        if each.get("type") == "pci":
            slots.setdefault(_slot(each), []).append(each)
    found = []
    for slot, functions in slots.items():
        whole = len(functions) > 1
        address = slot if whole else f"{slot}.{number(functions[0], 'source/address@function') or 0:x}"
        rom = value(functions[0], "rom@file") or None
        found.append(PciDevice(address=address, all_functions=whole, rom=rom))
    return found


def _slot(element: Element) -> str:
    parts = [number(element, f"source/address@{name}") or 0 for name in ("domain", "bus", "slot")]
    return f"{parts[0]:04x}:{parts[1]:02x}:{parts[2]:02x}"


def functions_of(root: Element) -> dict[str, tuple[str, ...]]:
    """PCI address, as `devices_of` states it -> all its functions in the domain's order."""
    found: dict[str, list[str]] = {}
    for each in root.iterfind("devices/hostdev"):
        if each.get("type") == "pci":
            function = number(each, "source/address@function") or 0
            found.setdefault(_slot(each), []).append(f"{_slot(each)}.{function:x}")
    return {(slot if len(all_) > 1 else all_[0]): tuple(all_) for slot, all_ in found.items()}


def _usb(root: Element) -> list[UsbDevice]:
    found = []
    for each in root.iterfind("devices/hostdev"):
        if each.get("type") == "usb":
            found.append(
                UsbDevice(
                    vendor=value(each, "source/vendor@id").removeprefix("0x") or None,
                    product=value(each, "source/product@id").removeprefix("0x") or None,
                    bus=number(each, "source/address@bus"),
                    device=number(each, "source/address@device"),
                    optional=value(each, "source@startupPolicy") == "optional",
                )
            )
    return found


def _tpm(root: Element) -> Tpm | None:
    there = root.find("devices/tpm")
    if there is None or value(there, "backend@type") != "emulator":
        return None
    model = TpmModel.TIS if there.get("model") == "tpm-tis" else TpmModel.CRB
    return Tpm(version=value(there, "backend@version") or "2.0", model=model)


def _vsock(root: Element) -> Vsock | None:
    there = root.find("devices/vsock")
    if there is None:
        return None
    return Vsock(cid=None if value(there, "cid@auto") == "yes" else number(there, "cid@address"))


def _watchdog(root: Element) -> Watchdog | None:
    """The one of the board (itco) is there of itself, and says nothing."""
    for each in root.iterfind("devices/watchdog"):
        model, action = each.get("model"), each.get("action") or "reset"
        if model in set(WatchdogModel) and action in set(WatchdogAction):
            return Watchdog(model=WatchdogModel(model), action=WatchdogAction(action))
    return None


def _serial(root: Element) -> list[Serial]:
    """After the first, which is the console."""
    found = []
    for each in root.findall("devices/serial")[1:]:
        if each.get("type") in set(SerialType):
            found.append(Serial(type=SerialType(each.get("type", "")), path=value(each, "source@path") or None))
    return found


def _graphics(root: Element) -> Graphics:
    """A screen on a socket. One on a port has its password in the domain, and stays there as XML (R9)."""
    for each in root.iterfind("devices/graphics"):
        known = each.get("type") in (GraphicsType.VNC, GraphicsType.SPICE)
        if known and (value(each, "listen@type") == "socket" or each.get("socket")):
            return Graphics(type=GraphicsType(each.get("type", "")))
    return Graphics()


def _video(root: Element, graphics: Graphics) -> Video | None:
    """virtio is what rendering adds to a screen by itself."""
    model = value(root, "devices/video/model@type")
    if model == Video.VIRTIO and graphics.type is not GraphicsType.NONE:
        return None
    return Video(model) if model in set(Video) else None


def folders_of(root: Element) -> tuple[Folder, ...]:
    """Shares, for the Site; a tag says nothing of where the guest has it."""
    return tuple(
        Folder(
            tag=value(each, "target@dir"),
            path=value(each, "source@dir"),
            readonly=each.find("readonly") is not None,
            kind="virtiofs" if value(each, "driver@type") == "virtiofs" else "9p",
        )
        for each in root.iterfind("devices/filesystem")
    )
