"""Cases of tests/render/libvirt, and a Site of fixed values for each: what the world is beside the machine."""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.loaders.yaml import load
from serai.providers.contract import Forward
from serai.providers.libvirt import check_nics
from serai.providers.libvirt.render.disks import spec_of
from serai.providers.libvirt.site import Able, DiskSource, Folder, Kernel, Link, LinkKind, Site, SourceKind
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import Nic

CASES = Path(__file__).parent / "render" / "libvirt"
HEAD = """\
project: shop
networks: {back: {portgroups: {voice: {default: true}}}}
pools: {fast: /srv/fast}
machines:
  web:
"""
ON_BACK = """
<domain type='test'><name>{name}</name><memory>65536</memory><os><type>hvm</type></os>
<devices><interface type='network'><source network='serai-t1-back'/></interface></devices></domain>
"""
"""A domain of libvirt's test driver on the network `back` of a test's project."""
UUID = "00000000-0000-8000-8000-000000000001"


def case_names() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/machine.yaml"))


def machine_of(case: str) -> Machine:
    """As a project file has it."""
    return loaded((CASES / case / "machine.yaml").read_text())


def loaded(body: str) -> Machine:
    """A machine of these keys. Raises SeraiErrors for those that do not fit."""
    text = HEAD + "".join(f"    {line}\n" for line in ["provider: libvirt", *body.splitlines()])
    return load(Path("/srv/shop/serai.yaml"), text=text, environ={}).machines["web"]


def site_of(machine: Machine) -> Site:
    raw = machine.providers.libvirt
    privileged = raw.uri != "qemu:///session"
    arch = "aarch64" if machine.arch == "arm64" else "x86_64"
    folders = [each for each in machine.synced_folders if each.type is not FolderType.RSYNC]
    return Site(
        able=Able(),
        kind="kvm" if raw.accel == "kvm" else "qemu",
        arch=arch,
        name="shop_web",
        uuid=UUID,
        metadata='{"name":"web"}',
        disks=tuple(disk_of(machine, name) for name in disk_names(machine)),
        links=tuple(links_of(machine, privileged)),
        folders=tuple(Folder(each.tag, "/srv/shop", each.readonly, str(each.type)) for each in folders),
        kernel=Kernel("/boot/vmlinuz", "/boot/initrd", "console=ttyS0") if machine.image == "tiny" else None,
        uefi=machine.firmware == "uefi",
        nested_flag="svm",
        console_log="/var/log/shop_web.log",
        directory="/var/lib/serai/web",
        privileged=privileged,
        forwards=tuple(forwards_of(machine)),
        functions={"01:00": ("0000:01:00.0", "0000:01:00.1"), "0000:02:00.0": ("0000:02:00.0",)},
        root="/srv/shop",
        graphics_password="inn-key",
    )


def disk_names(machine: Machine) -> list[str]:
    return ["root", *(name for name in machine.disks if name != "root"), "seed"]


def disk_of(machine: Machine, name: str) -> DiskSource:
    disk = spec_of(machine, DiskSource(name=name, kind=SourceKind.FILE, format="raw"))
    kind = SourceKind.BLOCK if (disk.path or "").startswith("/dev/") else SourceKind.FILE
    path = f"/srv/shop/{disk.path or f'{name}.{disk.format}'}"
    if disk.is_drive and not disk.path:
        path = ""
    if kind is SourceKind.BLOCK:
        path = str(disk.path)
    if disk.pool:
        return DiskSource(name=name, kind=SourceKind.VOLUME, format=str(disk.format), pool=disk.pool, volume=name)
    return DiskSource(name=name, kind=kind, format=str(disk.format), path=path, made=not disk.path)


def links_of(machine: Machine, privileged: bool) -> list[Link]:
    uplink = check_nics.uplink_kind(machine, privileged)
    stated = next((index for index, nic in enumerate(machine.networks) if nic.uplink), -1)
    links = []
    if uplink:
        nic = machine.networks[stated].uplink if stated >= 0 else None
        name = (nic.network_name if nic else None) or "default"
        source = name if uplink is LinkKind.NETWORK else ""
        links.append(Link(kind=uplink, mac=(nic.mac if nic else None) or mac(0), source=source, index=stated))
    for index, each in enumerate(machine.networks):
        if each.private or each.public:
            links.append(link_of(each, index, mac(len(links))))
    return links


def link_of(nic: Nic, index: int, address: str) -> Link:
    stated = nic.private or nic.public
    assert stated
    address = stated.mac or address
    if nic.private:
        kind, source = LinkKind.NETWORK, f"serai-3f2a-{nic.private.network}"
        group = nic.private.portgroup or ""
        return Link(kind=kind, mac=address, source=source, index=index, portgroup=group, mtu=1400)
    assert nic.public
    public = nic.public
    source = public.dev or public.tap or public.network_name or public.bridge or "br0"
    kind = check_nics.public_kind(public)
    mode, group = str(public.mode), public.portgroup or ""
    return Link(kind=kind, mac=address, source=source, index=index, mode=mode, portgroup=group)


def mac(number: int) -> str:
    return f"52:54:00:00:00:{number:02x}"


def forwards_of(machine: Machine) -> list[Forward]:
    found = [nic.forwarded_port for nic in machine.networks if nic.forwarded_port]
    return [Forward(each.guest, each.host, str(each.protocol), each.host_ip) for each in found]


def of_test_driver(site: Site) -> Site:
    return msgspec.structs.replace(site, kind="test")
