"""Hosts of virtual machines: QEMU alone, or with libvirt."""

from __future__ import annotations

from serai.host.changes.libvirt_network import StartNetwork
from serai.host.changes.service import Service
from serai.host.changes.user import GROUP, line
from serai.host.facts.host import Facts
from serai.host.setup.asked import Asked, installed, membership, nobody
from serai.host.setup.offer import family_of
from serai.host.tunings.tuning import Planned

MODULAR = ("virtqemud", "virtnetworkd", "virtnodedevd", "virtstoraged", "virtsecretd", "virtnwfilterd")
"""One daemon for each driver. Source: libvirt, daemons."""
DATA = ("/etc/libvirt/qemu/*.xml", "/var/lib/libvirt/images", "/var/lib/libvirt/qemu/save")
"""Where machines of a person are, that the packages take with them."""


def qemu(facts: Facts, asked: Asked) -> Planned:
    family = family_of(facts.system)
    notes: tuple[str, ...] = ()
    has_group = bool(line(facts.source.reach, GROUP, "kvm"))  # udev's package makes it
    groups = ("kvm",) if family == "debian" and has_group else ()  # elsewhere /dev/kvm is open to all
    if family == "rhel":
        notes = ("RHEL's QEMU is /usr/libexec/qemu-kvm, for guests of this host's own kind of processor",)
    elif groups:
        notes = nobody(facts, asked, "may open /dev/kvm")
    return Planned(changes=(installed(facts, "qemu"), *membership(facts, asked, *groups)), notes=notes)


def libvirt(facts: Facts, asked: Asked) -> Planned:
    if is_modular(facts):
        daemons = [Service(unit=f"{name}.socket", process=name, start=(name, "-d")) for name in MODULAR]
        note = "each driver of libvirt has a daemon of its own here, started when it is asked for"
    else:
        daemons = [
            Service(unit="virtlogd.socket", process="virtlogd", start=("virtlogd", "-d")),
            Service(unit="libvirtd.service", process="libvirtd", start=("libvirtd", "-d")),
        ]
        note = "one daemon, libvirtd, serves all drivers of libvirt here"
    packages = installed(facts, "qemu", "libvirt", data=DATA)
    changes = (packages, *daemons, StartNetwork(), *membership(facts, asked, "libvirt"))
    return Planned(changes=changes, notes=(note, *nobody(facts, asked, "may use qemu:///system")))


def is_modular(facts: Facts) -> bool:
    """Whether libvirt has one daemon for each driver: as it is set up, else as the distribution does it."""
    if facts.services.enabled("libvirtd.service") or facts.source.has("/run/libvirt/libvirtd.pid"):
        return False
    return family_of(facts.system) in ("fedora", "rhel", "suse")
