"""A machine of Xen as libvirt's Xen driver would be told it: no connection is opened."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Materials, Scope
from serai.providers.identity import mac_address, machine_uuid
from serai.providers.libvirt import volumes
from serai.providers.libvirt.render.domain import domain
from serai.providers.libvirt.site import Able, DiskSource, Kernel, Link, LinkKind, Site, SourceKind
from serai.providers.xen_guest import BRIDGE, SEED, extension, uplink_of
from serai.spec.machine import Machine
from serai.spec.network import UplinkType

PLACE = "/var/lib/libvirt/images"
"""Directory of libvirt's pool `default` of a system. Source: Debian, libvirt-daemon-system."""
HIDDEN = "***"


def xen_preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """The XML, with the names and places that libvirt's own machines have, for processors like this host's."""
    image = materials.image
    kernel = None
    if image is not None and image.kernel is not None:
        kernel = Kernel(f"{PLACE}/{image.kernel.name}", f"{PLACE}/{image.initrd.name}" if image.initrd else "")
        kernel = Kernel(kernel.kernel, kernel.initrd, image.cmdline)
    site = Site(
        able=Able(),
        kind="xen",
        arch="x86_64",
        name=f"{scope.project}_{machine.name}",
        uuid=machine_uuid(scope.project_id, machine.name),
        metadata="",
        disks=_disks(scope, machine, materials),
        links=_links(scope, machine),
        kernel=kernel,
        nested_flag=extension(Path("/proc/cpuinfo").read_text()),
        graphics_password=HIDDEN,
    )
    return domain(machine, site)


def _disks(scope: Scope, machine: Machine, materials: Materials) -> tuple[DiskSource, ...]:
    found = []
    for name, disk in volumes.specs(machine, materials.image).items():
        path = disk.path or ""
        if volumes.is_made(disk):
            path = f"{PLACE}/{volumes.volume_name(scope, machine.name, name, str(disk.format))}"
        kind = SourceKind.BLOCK if path.startswith("/dev/") else SourceKind.FILE
        form = "raw" if disk.is_drive else str(disk.format)
        found.append(DiskSource(name=name, kind=kind, format=form, path=path))
    if materials.image and materials.image.seed != "none":
        path = f"{PLACE}/{volumes.volume_name(scope, machine.name, SEED, 'iso')}"
        found.append(DiskSource(name=SEED, kind=SourceKind.FILE, format="raw", path=path))
    return tuple(found)


def _links(scope: Scope, machine: Machine) -> tuple[Link, ...]:
    """Bridges, as xl has them; a private network is libvirt's own."""
    found = []
    index, uplink = uplink_of(machine)
    if uplink.type is not UplinkType.NONE:
        mac = uplink.mac or mac_address(scope.project_id, machine.name, 0)
        found.append(Link(kind=LinkKind.BRIDGE, mac=mac, source=uplink.network_name or BRIDGE, index=index))
    number = 0
    for index, nic in enumerate(machine.networks):
        stated = nic.private or nic.public
        if stated is None:
            continue
        number += 1
        mac = stated.mac or mac_address(scope.project_id, machine.name, number)
        if nic.private:
            source = f"serai-{scope.project_id}-{nic.private.network}"
            found.append(Link(kind=LinkKind.NETWORK, mac=mac, source=source, index=index))
        elif nic.public:
            kind = LinkKind.OVS if nic.public.ovs else LinkKind.BRIDGE
            found.append(Link(kind=kind, mac=mac, source=nic.public.bridge or BRIDGE, index=index))
    return tuple(found)
