"""Devices that come and go while a domain runs: disks, discs, network cards, USB devices of the host.

A disk is known by its serial number, a card by its MAC, a USB device by what it is. What the running domain has
beside those of the spec is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from xml.etree import ElementTree

from serai.providers.disk_serials import serial
from serai.providers.libvirt import events
from serai.providers.libvirt.adopt import nics as adopted
from serai.providers.libvirt.adopt.xml import value
from serai.providers.libvirt.binding import is_gone, library
from serai.providers.libvirt.connect import asking
from serai.providers.libvirt.merge import identity
from serai.providers.libvirt.render import disks as render
from serai.providers.libvirt.render import nics as render_nics
from serai.providers.libvirt.render.devices import usb_device
from serai.providers.libvirt.render.element import Element, add
from serai.providers.libvirt.render.firmware import SEED
from serai.providers.libvirt.resize import NotLive, tree_of
from serai.providers.libvirt.site import DiskSource, Link, Site
from serai.spec.disk import Bus, Disk, DiskDevice
from serai.spec.machine import Machine
from serai.util.drives import letters

RELEASE_BUDGET = 20.0
"""Seconds in which the guest must let go of a device that is taken out."""


def fit_disks(conn: Any, domain: Any, old: Machine, new: Machine, site: Site, named: Collection[str]) -> None:
    """Plug the disks that are new, take out those that are gone, grow those that must be larger, change discs.

    `named`: these alone; the others wait for a restart.
    """
    for name in old.disks:
        if name not in named:
            continue
        if name not in new.disks and (there := _disk(tree_of(domain), name, old.disks[name])) is not None:
            _detach(conn, domain, there, f"disk {name}")
    for source in site.disks:
        spec = new.disks.get(source.name)
        if spec is None or source.name == SEED or source.name not in named:
            continue
        there = _disk(tree_of(domain), source.name, spec)
        if spec.device is DiskDevice.CDROM:
            _change_disc(domain, new, site, source, _drive(tree_of(domain), new, site, source.name))
        elif there is None:
            _plug_disk(domain, new, site, source, spec)
        elif spec.size and not spec.path:
            _grow(domain, new.name, source.name, value(there, "target@dev"), spec.size)


def _disk(root: Element, name: str, spec: Disk) -> Element | None:
    wanted = serial(name, spec)
    return next((each for each in root.iterfind("devices/disk") if each.findtext("serial") == wanted), None)


def _plug_disk(domain: Any, machine: Machine, site: Site, source: DiskSource, spec: Disk) -> None:
    root = tree_of(domain)
    if machine.iothreads > int(root.findtext("iothreads") or 0):
        raise NotLive("it was started with fewer I/O threads")
    if spec.bus is Bus.SCSI and root.find("devices/controller[@type='scsi']") is None:
        controller = Element("controller", {"type": "scsi", "index": "0", "model": "virtio-scsi"})
        if machine.iothreads:
            add(controller, "driver", iothread=1)
        _attach(domain, controller, f"{machine.name}: a SCSI controller")
    target = free_target(root, "vd" if spec.bus is Bus.VIRTIO else "sd")
    _attach(domain, render.disk(machine, site, source, target), f"{machine.name}: disk {source.name}")


def free_target(root: Element, prefix: str) -> str:
    """The first name that no disk of the running domain has: `vdc`."""
    taken = {value(each, "target@dev") for each in root.iterfind("devices/disk")}
    names = (f"{prefix}{letters(number)}" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _grow(domain: Any, who: str, name: str, target: str, size: int) -> None:
    libvirt = library()
    with asking(f"{who}: disk {name} cannot be grown"):
        if domain.blockInfo(target)[0] < size:
            domain.blockResize(target, size, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)


def _drive(root: Element, machine: Machine, site: Site, name: str) -> Element | None:
    """The CD-ROM drive, which has no serial number: known by its place among the others."""
    names = [each.name for each in site.disks if render.spec_of(machine, each).device is DiskDevice.CDROM]
    drives = [each for each in root.iterfind("devices/disk") if each.get("device") == DiskDevice.CDROM]
    return drives[names.index(name)] if len(drives) == len(names) else None


def _change_disc(domain: Any, machine: Machine, site: Site, source: DiskSource, drive: Element | None) -> None:
    libvirt = library()
    if drive is None:
        raise NotLive("it was started with other CD-ROM drives")
    if value(drive, "source@file") == source.path:
        return
    wanted = render.disk(machine, site, source, value(drive, "target@dev"))
    text = ElementTree.tostring(wanted, encoding="unicode")
    with asking(f"{machine.name}: the disc of {source.name} cannot be changed"):
        domain.updateDeviceFlags(text, libvirt.VIR_DOMAIN_AFFECT_LIVE | libvirt.VIR_DOMAIN_DEVICE_MODIFY_FORCE)


def fit_cards(conn: Any, domain: Any, machine: Machine, site: Site, mine: tuple[str, ...]) -> list[str]:
    """Plug the cards that are new and take out those that are gone; `mine` are the MACs it had. Gives the gone."""
    there = {value(each, "mac@address").lower(): each for each in tree_of(domain).iterfind("devices/interface")}
    for link in site.links:
        card = there.get(link.mac.lower())
        if card is not None and not _joins(card, link):
            raise NotLive("an interface is changed when it starts")
    wanted = {link.mac.lower() for link in site.links}
    gone = [mac for mac in mine if mac.lower() not in wanted]
    for mac in gone:
        if mac.lower() in there:
            _detach(conn, domain, there[mac.lower()], f"interface {mac}")
    for link in site.links:
        if link.mac.lower() not in there:
            card = render_nics.interface(machine, site, link)
            _attach(domain, card, f"{machine.name}: an interface on {link.source or link.kind}")
    return gone


def _joins(card: Element, link: Link) -> bool:
    kind = adopted.kind_of(card)
    return kind is link.kind and adopted.link_of(card, link.kind, 0).source == link.source


def fit_usb(conn: Any, domain: Any, old: Machine, new: Machine) -> None:
    there = {identity(each.find("source")): each for each in tree_of(domain).iterfind("devices/hostdev")}
    wanted = {identity(each.find("source")): each for each in map(usb_device, new.devices.usb)}
    before = {identity(each.find("source")) for each in map(usb_device, old.devices.usb)}
    for key in before - wanted.keys():
        if key in there:
            _detach(conn, domain, there[key], "a USB device")
    for key, element in wanted.items():
        if key not in there:
            if tree_of(domain).find("devices/controller[@type='usb']") is None:
                raise NotLive("it was started without a USB controller")
            _attach(domain, element, f"{new.name}: a USB device")


def _attach(domain: Any, element: Element, what: str) -> None:
    """Raises NotLive when no free PCIe port is left for it."""
    libvirt = library()
    text = ElementTree.tostring(element, encoding="unicode")
    with asking(f"{what} cannot be plugged"):
        try:
            domain.attachDeviceFlags(text, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError as error:
            if "No more available PCI slots" in str(error):
                raise NotLive("all its spare PCIe ports are in use") from error
            raise


def _detach(conn: Any, domain: Any, element: Element, what: str) -> None:
    """Ask the guest to let go of it, and wait until it has. Raises NotLive when it does not."""
    libvirt = library()
    alias = value(element, "alias@name")
    text = ElementTree.tostring(element, encoding="unicode")
    seen = (events.Event.DEVICE_REMOVED, events.Event.REMOVAL_FAILED)
    with events.watching(conn, domain.UUIDString(), seen) as stirred:
        with asking(f"{what} cannot be taken out"):
            try:
                domain.detachDeviceFlags(text, libvirt.VIR_DOMAIN_AFFECT_LIVE)
            except libvirt.libvirtError as error:
                if is_gone(error):
                    return
                raise
        left = events.wait(
            conn, domain, lambda each: None if alias in _aliases(each) else True, RELEASE_BUDGET, stirred
        )
    if not left:
        raise NotLive("the guest did not let go of it")


def _aliases(domain: Any) -> Iterator[str]:
    for each in tree_of(domain).iterfind("devices/*/alias"):
        yield each.get("name", "")
