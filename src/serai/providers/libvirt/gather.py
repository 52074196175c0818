"""Looks at libvirt, the host and the record, and gives the Site that rendering needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from serai.providers.contract import Image, Materials, Scope
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import bases, engine, links, record, volumes
from serai.providers.libvirt.connect import is_remote, is_session, is_test, log_is_ours
from serai.providers.libvirt.record import Record
from serai.providers.libvirt.site import DiskSource, Folder, Kernel, Site
from serai.providers.screen_password import password_of
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

LOGS = "/var/log/libvirt/qemu"
"""Where virtlogd may write on every distribution, SELinux included."""


def boots_by_uefi(machine: Machine, image: Image | None, arch: str) -> bool:
    """What was asked for, else the image's preference; a kernel that QEMU loads itself needs no firmware."""
    if machine.firmware:
        return machine.firmware is Firmware.UEFI
    if image and image.kernel:
        return False
    if image and image.firmware:
        return image.firmware[0] == "uefi"
    return arch == "aarch64"


def domain_name(conn: Any, scope: Scope, machine: str) -> str:
    """`PROJECT_MACHINE`; with the project's id where another domain has that name."""
    uuid = machine_uuid(scope.project_id, machine)
    plain = f"{scope.project}_{machine}"
    for domain in conn.listAllDomains():
        if domain.UUIDString() == uuid:
            return str(domain.name())
        if domain.name() == plain:
            plain = f"{scope.project}-{scope.project_id}_{machine}"
    return plain


def site_for(conn: Any, scope: Scope, machine: Machine, state: Record, materials: Materials) -> Site:
    """The Site of a machine whose volumes are made and whose networks are there."""
    image = materials.image
    return site(
        conn,
        scope,
        machine,
        state,
        materials,
        disks=volumes.sources(conn, scope, state, machine, image),
        kernel=kernel_for(conn, scope, machine, materials),
    )


def site(
    conn: Any,
    scope: Scope,
    machine: Machine,
    state: Record,
    materials: Materials,
    *,
    disks: tuple[DiskSource, ...],
    kernel: Kernel | None,
) -> Site:
    """The same from values that are known."""
    uri = conn.getURI()
    arch = engine.arch_of(machine, materials.image)
    kind = engine.kind_for(conn, machine, arch)
    session = is_session(uri)
    return Site(
        able=engine.able_for(conn, machine, kind, arch),
        kind=kind,
        arch=arch,
        name=state.domain,
        uuid=state.uuid,
        metadata=record.encode(state),
        disks=disks,
        links=links.links_of(conn, scope, machine, materials.networks),
        folders=folders_of(scope, machine, uri),
        kernel=kernel,
        uefi=boots_by_uefi(machine, materials.image, arch),
        nested_flag=nested_flag(conn) if machine.cpu.nested else "",
        console_log=state.console_log,
        directory=str(scope.home / "libvirt" / machine.name) if session else "",
        privileged=not session,
        forwards=state.forwards,
        functions=functions_of(machine, uri),
        root=str(scope.root),
        graphics_password=password_of(scope, machine),
    )


def kernel_for(conn: Any, scope: Scope, machine: Machine, materials: Materials) -> Kernel | None:
    """The image's kernel as the daemon's host has it."""
    image = materials.image
    if image is None or image.kernel is None:
        return None
    pool = volumes.file_pool(conn, scope, machine, materials)
    named = bases.names(image.digest, image.format)
    paths = {part: _path(pool, named[part]) for part in (bases.KERNEL, bases.INITRD)}
    return Kernel(
        kernel=paths[bases.KERNEL],
        initrd=paths[bases.INITRD] if image.initrd else "",
        cmdline=cmdline_for(conn, machine, image),
    )


def cmdline_for(conn: Any, machine: Machine, image: Image) -> str:
    """The image's own. Under TCG on a busy host the kernel's check of its timer fails, and it panics: it is told
    not to check, which it knows by itself under KVM. Source: linux, kernel-parameters, no_timer_check."""
    arch = engine.arch_of(machine, image)
    emulated = arch == "x86_64" and engine.kind_for(conn, machine, arch) == engine.TCG
    return f"{image.cmdline} no_timer_check" if emulated else image.cmdline


def _path(pool: Any, name: str) -> str:
    volume = bases.lookup(pool, name)
    return str(volume.path()) if volume is not None else ""


def console_log(conn: Any, scope: Scope, machine: Machine, state: Record, materials: Materials) -> str:
    """The file that virtlogd writes the console to.

    Where we may read what root writes, libvirt's own directory of logs. Else it lies in the pool, which gives
    files to whoever may use libvirt: `serai logs` then asks for it there.
    """
    uri = conn.getURI()
    if is_test(uri):
        return ""
    if is_session(uri):
        return str(scope.home / "libvirt" / machine.name / "serial.log")
    if log_is_ours(uri):
        return f"{LOGS}/{state.domain}-console.log"
    from serai.providers.libvirt.pools import target_of

    place = target_of(volumes.file_pool(conn, scope, machine, materials))
    return f"{place}/{volumes.volume_name(scope, machine.name, 'console', 'log')}"


def folders_of(scope: Scope, machine: Machine, uri: str) -> tuple[Folder, ...]:
    """Directories that are shared live. Raises Code.UNSUPPORTED where the daemon is on another host."""
    shared = [folder for folder in machine.synced_folders if folder.is_device]
    if shared and is_remote(uri):
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: synced_folders: {shared[0].source} is on this host, and the machine runs on another",
            hint="type: rsync",
        )
    places = {each.tag: (scope.root / expanduser(each.source)).resolve() for each in shared}
    return tuple(
        Folder(each.tag, str(places[each.tag]), each.readonly, str(each.type), str(each.security or ""))
        for each in shared
    )


def functions_of(machine: Machine, uri: str) -> dict[str, tuple[str, ...]]:
    """PCI address as stated -> the functions that are given, the first one first (PCI-1)."""
    found = {}
    for device in machine.devices.pci:
        address = device.address if device.address.count(":") == 2 else f"0000:{device.address}"
        slot, _, function = address.partition(".")
        mine = [f"{slot}.{function or '0'}"]
        if device.all_functions and not is_remote(uri):
            there = sorted(path.name for path in Path("/sys/bus/pci/devices").glob(f"{slot}.*"))
            mine = there or mine
        found[device.address] = tuple(mine)
    return found


def nested_flag(conn: Any) -> str:
    """`vmx` or `svm`, as the processor of the daemon's host has it."""
    if is_remote(conn.getURI()):
        from xml.etree import ElementTree

        tree = ElementTree.fromstring(conn.getCapabilities())
        vendor = tree.findtext("host/cpu/vendor", "")
        return {"Intel": "vmx", "AMD": "svm", "Hygon": "svm"}.get(vendor, "")
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            words = line.split()
            return "svm" if "svm" in words else "vmx" if "vmx" in words else ""
    return ""
