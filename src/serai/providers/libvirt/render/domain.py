"""Machine + Site -> the XML of a domain, in the order of elements that libvirt itself writes."""

from __future__ import annotations

from xml.etree import ElementTree

from serai.providers.libvirt import edits
from serai.providers.libvirt.record import NAMESPACE
from serai.providers.libvirt.render import cpu, devices, disks, features, firmware, memory, nics, ports
from serai.providers.libvirt.render.element import QEMU, Element, add, text_of
from serai.providers.libvirt.site import Site
from serai.spec.machine import Machine


def domain(machine: Machine, site: Site) -> str:
    """The XML to define. Raises SeraiError for an edit that fits nowhere."""
    root = tree(machine, site)
    edits.apply(root, machine.providers.libvirt.xml, machine.name)
    return text_of(root)


def tree(machine: Machine, site: Site) -> Element:
    """The same before the edits of `providers.libvirt.xml`."""
    if site.kind == "xen":
        from serai.providers.libvirt.render.xen import xen_tree

        return xen_tree(machine, site)
    root = ElementTree.Element("domain", {"type": site.kind})
    _identity(root, machine, site)
    memory.add_memory(root, machine, site)
    cpu.add_processors(root, machine)
    memory.add_policy(root, machine)
    firmware.add_os(root, machine, site)
    features.add_features(root, machine, site)
    cpu.add_cpu(root, machine, site)
    features.add_clock(root, machine, site)
    _life(root)
    _devices(root, machine, site)
    _arguments(root, machine)
    return root


def _identity(root: Element, machine: Machine, site: Site) -> None:
    """The generation's id is the machine's own: libvirt takes a new one when it goes back to a snapshot."""
    add(root, "name", site.name)
    add(root, "uuid", site.uuid)
    if site.arch == "x86_64":
        add(root, "genid", site.uuid)
    if machine.providers.libvirt.title:
        add(root, "title", machine.providers.libvirt.title)
    if site.metadata:
        add(add(root, "metadata"), f"{{{NAMESPACE}}}machine", site.metadata)


def _life(root: Element) -> None:
    add(root, "on_poweroff", "destroy")
    add(root, "on_reboot", "restart")
    add(root, "on_crash", "destroy")


def _devices(root: Element, machine: Machine, site: Site) -> None:
    parent = add(root, "devices")
    if machine.providers.libvirt.emulator:
        add(parent, "emulator", machine.providers.libvirt.emulator)
    boot = firmware.boot_order(machine, site)
    disks.add_disks(parent, machine, site, boot)
    controllers = len(parent)
    devices.add_folders(parent, site)
    nics.add_nics(parent, machine, site, boot)
    devices.add_characters(parent, machine, site)
    devices.add_screen(parent, machine, site)
    devices.add_host_devices(parent, machine, site)
    devices.add_others(parent, machine)
    for number, controller in enumerate(list(ports.controllers(parent, machine, site))):
        parent.insert(controllers + number, controller)


def _arguments(root: Element, machine: Machine) -> None:
    if machine.providers.libvirt.args:
        commandline = add(root, f"{{{QEMU}}}commandline")
        for value in machine.providers.libvirt.args:
            add(commandline, f"{{{QEMU}}}arg", value=value)
