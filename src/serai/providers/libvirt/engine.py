"""What runs the guests behind a URI: its versions, what it can do, and whether by KVM (HW-1)."""

from __future__ import annotations

import os
import platform
from functools import cache
from typing import Any
from xml.etree import ElementTree

from serai.providers.contract import Image
from serai.providers.libvirt.able import able
from serai.providers.libvirt.binding import failure, library
from serai.providers.libvirt.connect import is_remote, is_session, is_test, opened
from serai.providers.libvirt.render.firmware import board
from serai.providers.libvirt.site import Able
from serai.providers.probe import Accel, accelerator
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

ARCHES = {"amd64": "x86_64", "arm64": "aarch64"}
KVM, TCG, TEST = "kvm", "qemu", "test"


def arch_of(machine: Machine, image: Image | None = None) -> str:
    """The machine's architecture in libvirt's words: stated, else the image's, else the host's."""
    stated = str(machine.arch) if machine.arch else image.arch if image else ""
    return ARCHES.get(stated, stated) or platform.machine()


def kind_for(conn: Any, machine: Machine, arch: str) -> str:
    """The domain's type. Raises Code.REFUSED when KVM was demanded and no guest runs in it."""
    uri = conn.getURI()
    if is_test(uri):
        return TEST
    wanted = machine.providers.libvirt.accel
    if wanted == "tcg":
        return TCG
    best = accel_for(uri, arch, machine.providers.libvirt.emulator or "")
    if wanted == "kvm" and best.name != "kvm":
        raise SeraiError(
            Code.REFUSED,
            f"{machine.name}: providers.libvirt.accel is kvm, but {best.note}",
            hint="accel: auto takes what works",
        )
    return KVM if best.name == "kvm" else TCG


@cache
def accel_for(uri: str, arch: str, emulator: str = "") -> Accel:
    """KVM where a probe guest ran in it; on another host, or where /dev/kvm is not ours, what libvirt says."""
    if arch != host_arch(uri):
        return Accel("tcg", f"{arch} guests run under TCG, many times slower: the host is {host_arch(uri)}")
    mine = is_session(uri) or os.geteuid() == 0 or os.access("/dev/kvm", os.R_OK | os.W_OK)
    if not is_remote(uri) and mine:
        return accelerator(emulator or binary_for(uri, arch))
    try:
        capabilities_xml(uri, KVM, arch, emulator)
    except SeraiError as error:
        return Accel("tcg", f"guests run under TCG, many times slower: {error.message} (serai explain HW-1)")
    return Accel("kvm")


@cache
def capabilities_xml(uri: str, kind: str, arch: str, emulator: str = "", machine_type: str = "") -> str:
    """libvirt's domain capabilities. Raises Code.UNSUPPORTED or Code.FAILED in libvirt's words."""
    libvirt = library()
    try:
        return str(opened(uri).getDomainCapabilities(emulator or None, arch, machine_type or None, kind))
    except libvirt.libvirtError as error:
        raise failure(error, f"libvirt at {uri}: {arch} guests of type {kind}") from error


def binary_for(uri: str, arch: str) -> str:
    """The emulator that libvirt takes for an architecture."""
    return ElementTree.fromstring(capabilities_xml(uri, TCG, arch)).findtext("path", "")


@cache
def host_arch(uri: str) -> str:
    """Architecture of the daemon's host."""
    return ElementTree.fromstring(opened(uri).getCapabilities()).findtext("host/cpu/arch", platform.machine())


def able_for(conn: Any, machine: Machine, kind: str, arch: str) -> Able:
    """What libvirt and its emulator can do for the machine's type: a pc has no Secure Boot, and fewer CPUs."""
    uri, emulator = conn.getURI(), machine.providers.libvirt.emulator or ""
    xml = "" if kind == TEST else capabilities_xml(uri, kind, arch, emulator, board(machine, arch))
    return able(xml, libvirt=conn.getLibVersion(), qemu=0 if kind == TEST else conn.getVersion())


@cache
def qemu_user(uri: str) -> tuple[int, int]:
    """Numbers of the user and the group that guests run as; (0, 0) where libvirt does not say.

    Source: formatcaps, <secmodel> dac, <baselabel>: `+64055:+108`.
    """
    tree = ElementTree.fromstring(opened(uri).getCapabilities())
    for model in tree.iterfind("host/secmodel"):
        if model.findtext("model") == "dac":
            label = model.findtext("baselabel", "")
            user, _, group = label.partition(":")
            if user.startswith("+") and group.startswith("+"):
                return int(user[1:]), int(group[1:])
    return 0, 0
