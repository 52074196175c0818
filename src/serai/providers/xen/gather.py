"""What the Site of a machine is: its disks, cards, kernel and devices as its dom0 has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from serai.providers.card_address import card_address
from serai.providers.contract import Image, Materials, Scope
from serai.providers.identity import mac_address
from serai.providers.xen import place
from serai.providers.xen.record import Record
from serai.providers.xen.site import Card, DiskFile, Site
from serai.providers.xen_guest import BRIDGE, SEED, kind_of, start_of, uplink_of
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Network, UplinkType
from serai.util.paths import expanduser

if TYPE_CHECKING:
    from serai.guest.seed import SeedNic

ROOT = "root"
DISK, KERNEL, INITRD = "disk", "kernel", "initrd"


def specs(machine: Machine, image: Image | None) -> dict[str, Disk]:
    """The machine's disks by name, the image's own first, even when the spec does not name it."""
    disks = dict(machine.disks)
    if (image and image.disk) or ROOT in disks:
        return {ROOT: disks.pop(ROOT, Disk()), **disks}
    return disks


def is_made(disk: Disk) -> bool:
    """Whether serai makes it: a drive holds a medium of the user's, or none."""
    return not disk.path and not disk.is_drive


def own_path(scope: Scope, machine: Machine, disk: Disk) -> str:
    """A user's own file or device on dom0; relative to the project where that is this host."""
    if not disk.path:
        return ""
    if place.host_of(machine) or disk.path.startswith("/"):
        return disk.path
    return str((scope.root / expanduser(disk.path)).resolve())


def image_directory(digest: str) -> str:
    """What is pushed to a dom0 once for each digest."""
    return f"{place.images()}/{digest.rpartition(':')[2][:16] or 'none'}"


def image_part(machine: Machine, image: Image, part: str) -> str:
    """An image's disk, kernel or initrd as dom0 has it: the store's own file where that is this host."""
    file = {DISK: image.disk, KERNEL: image.kernel, INITRD: image.initrd}[part]
    if file is None:
        return ""
    if not place.host_of(machine):
        return str(file)
    return f"{image_directory(image.digest)}/{part}{'.' + image.format if part == DISK else ''}"


def disk_file(scope: Scope, machine: Machine, name: str, disk: Disk) -> str:
    """Where serai makes a disk that is in no volume group."""
    return f"{place.directory(scope, machine.name)}/disks/{name}.{disk.format}"


def disks(scope: Scope, machine: Machine, record: Record, image: Image | None) -> tuple[DiskFile, ...]:
    """In the order of the spec, the image's first and the seed last."""
    found = []
    for name, disk in specs(machine, image).items():
        if is_made(disk):
            path = record.made.get(name) or disk_file(scope, machine, name, disk)
            form = "raw" if path.startswith("/dev/") else str(disk.format)
            found.append(DiskFile(name=name, path=path, format=form))
        else:
            form = "raw" if disk.is_drive else str(disk.format)
            found.append(DiskFile(name=name, path=own_path(scope, machine, disk), format=form, made=False))
    if image and image.seed != "none":
        path = f"{place.directory(scope, machine.name)}/{place.SEED}"
        found.append(DiskFile(name=SEED, path=path, format="raw"))
    return tuple(found)


def cards(scope: Scope, machine: Machine, networks: dict[str, Network]) -> tuple[Card, ...]:
    """The uplink first, then private and public ones as the file has them. Numbers of MACs count cards."""
    index, uplink = uplink_of(machine)
    found = []
    if uplink.type is not UplinkType.NONE:
        mac = uplink.mac or mac_address(scope.project_id, machine.name, 0)
        found.append(Card(mac=mac, bridge=uplink.network_name or BRIDGE, index=index))
    number = 0
    for index, nic in enumerate(machine.networks):
        stated = nic.private or nic.public
        if stated is None:
            continue
        number += 1
        mac = stated.mac or mac_address(scope.project_id, machine.name, number)
        if nic.private:
            network = networks.get(nic.private.network, Network())
            bridge = bridge_of(scope, nic.private.network, network)
            found.append(Card(mac=mac, bridge=bridge, index=index, mtu=network.mtu))
        elif nic.public:
            found.append(Card(mac=mac, bridge=nic.public.bridge or BRIDGE, index=index))
    return tuple(found)


def bridge_of(scope: Scope, name: str, network: Network) -> str:
    return network.external or network.bridge or place.bridge_of(scope, name)


def seed_cards(scope: Scope, machine: Machine, materials: Materials) -> list[SeedNic]:
    """What the seed tells the guest of its cards."""
    from serai.guest.seed import SeedNic

    found = []
    for card in cards(scope, machine, materials.networks):
        nic = machine.networks[card.index] if card.index >= 0 else None
        address = gateway = ipv6 = mtu = None
        if nic and nic.private:
            address, ipv6, mtu = card_address(nic.private, materials.addresses), nic.private.ipv6, nic.private.mtu
        elif nic and nic.public:
            address, gateway, mtu = nic.public.address, nic.public.gateway, nic.public.mtu
        found.append(
            SeedNic(
                mac=card.mac,
                dhcp=not address,
                address=address or None,
                mtu=mtu or card.mtu,
                gateway=gateway,
                ipv6=ipv6,
            )
        )
    return found


def functions(machine: Machine, there: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """PCI address as stated -> what is given. `there`: slot -> the functions that dom0 has in it (PCI-1)."""
    found = {}
    for device in machine.devices.pci:
        address = device.address if device.address.count(":") == 2 else f"0000:{device.address}"
        slot, _, function = address.partition(".")
        mine = (f"{slot}.{function or '0'}",)
        found[device.address] = (there.get(slot) or mine) if device.all_functions else mine
    return found


def slots(machine: Machine) -> list[str]:
    """`0000:01:00` of each PCI device that is given."""
    whole = (
        each.address if each.address.count(":") == 2 else f"0000:{each.address}" for each in machine.devices.pci
    )
    return [address.partition(".")[0] for address in whole]


def site_of(
    scope: Scope,
    machine: Machine,
    record: Record,
    networks: dict[str, Network],
    *,
    pci: dict[str, tuple[str, ...]] | None = None,
    password: str = "",
) -> Site:
    image = record.image
    kind = kind_of(machine, kernel=bool(image and image.kernel))
    start = start_of(
        machine,
        kind,
        kernel=image_part(machine, image, KERNEL) if image else "",
        ramdisk=image_part(machine, image, INITRD) if image else "",
        cmdline=image.cmdline if image else "",
    )
    return Site(
        name=record.domain,
        uuid=record.uuid,
        kind=kind,
        start=start,
        disks=disks(scope, machine, record, image),
        cards=cards(scope, machine, networks),
        functions=functions(machine, pci or {}),
        graphics_password=password,
    )
