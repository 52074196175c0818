"""Cases of tests/render/xen, and a Site of fixed values for each: what the world is beside the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from serai.loaders.yaml import load
from serai.providers.contract import State
from serai.providers.libvirt import site as by_libvirt
from serai.providers.xen.site import Card, DiskFile, Site
from serai.providers.xen_guest import BRIDGE, SEED, kind_of, spec_of, start_of
from serai.spec.machine import Machine

CASES = Path(__file__).parent / "render" / "xen"
HEAD = "project: shop\nnetworks: {back: {}}\nmachines:\n  web:\n"
UUID = "00000000-0000-8000-8000-000000000001"
KERNEL = ("/var/lib/serai/xen/images/tiny/kernel", "/var/lib/serai/xen/images/tiny/initrd")
CMDLINE = "console=ttyS0 quiet"
PLACE = "/var/lib/serai/xen/3f2a/web"
FUNCTIONS = {"01:00": ("0000:01:00.0", "0000:01:00.1"), "0000:02:00.0": ("0000:02:00.0",)}
PASSWORD = "inn-key"


def case_names() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/machine.yaml"))


def machine_of(case: str) -> Machine:
    """As a project file has it."""
    return loaded((CASES / case / "machine.yaml").read_text())


def loaded(body: str) -> Machine:
    """A machine of these keys. Raises SeraiErrors for those that do not fit."""
    text = HEAD + "".join(f"    {line}\n" for line in ["provider: xen", *body.splitlines()])
    return load(Path("/srv/shop/serai.yaml"), text=text, environ={}).machines["web"]


def site_of(machine: Machine) -> Site:
    image = KERNEL if machine.image == "tiny" else ("", "")
    kind = kind_of(machine, kernel=bool(image[0]))
    return Site(
        name="shop_web",
        uuid=UUID,
        kind=kind,
        start=start_of(machine, kind, kernel=image[0], ramdisk=image[1], cmdline=CMDLINE if image[0] else ""),
        disks=tuple(_disk(machine, name) for name in disk_names(machine)),
        cards=tuple(cards_of(machine)),
        functions=FUNCTIONS,
        graphics_password=PASSWORD,
    )


def disk_names(machine: Machine) -> list[str]:
    return ["root", *(name for name in machine.disks if name != "root"), SEED]


def _disk(machine: Machine, name: str) -> DiskFile:
    disk = spec_of(machine, name)
    if name == SEED:
        return DiskFile(name=name, path=f"{PLACE}/seed.iso", format="raw")
    if disk.is_drive:
        return DiskFile(name=name, path=disk.path or "", format="raw", made=False)
    path = disk.path or f"{PLACE}/disks/{name}.{disk.format}"
    return DiskFile(name=name, path=path, format=str(disk.format), made=not disk.path)


def cards_of(machine: Machine) -> list[Card]:
    found = []
    stated = next((index for index, nic in enumerate(machine.networks) if nic.uplink), -1)
    up = machine.networks[stated].uplink if stated >= 0 else None
    found.append(Card(mac=(up and up.mac) or mac(0), bridge=(up and up.network_name) or BRIDGE, index=stated))
    for index, nic in enumerate(machine.networks):
        if nic.private:
            found.append(Card(mac=nic.private.mac or mac(len(found)), bridge="serai-back", index=index, mtu=1450))
        elif nic.public:
            found.append(Card(mac=nic.public.mac or mac(len(found)), bridge=nic.public.bridge or "", index=index))
    return found


def mac(number: int) -> str:
    return f"52:54:00:00:00:{number:02x}"


def libvirt_site_of(machine: Machine) -> by_libvirt.Site:
    """The same world, as libvirt's provider knows it."""
    own = site_of(machine)
    kinds = by_libvirt.SourceKind
    disks = [
        by_libvirt.DiskSource(
            name=each.name,
            kind=kinds.BLOCK if each.path.startswith("/dev/") else kinds.FILE,
            format=each.format,
            path=each.path,
        )
        for each in own.disks
    ]
    links = []
    for card in own.cards:
        public = machine.networks[card.index].public if card.index >= 0 else None
        kind = by_libvirt.LinkKind.OVS if public and public.ovs else by_libvirt.LinkKind.BRIDGE
        links.append(by_libvirt.Link(kind=kind, mac=card.mac, source=card.bridge, index=card.index, mtu=card.mtu))
    kernel = by_libvirt.Kernel(*KERNEL, CMDLINE) if machine.image == "tiny" else None
    return by_libvirt.Site(
        able=by_libvirt.Able(),
        kind="xen",
        arch="x86_64",
        nested_flag="svm",
        name=own.name,
        uuid=own.uuid,
        metadata="",
        disks=tuple(disks),
        links=tuple(links),
        kernel=kernel,
        functions=own.functions,
        graphics_password=own.graphics_password,
    )


def state_of(driver: Any, name: str = "web") -> State:
    seen = driver.observe().get(name)
    return seen.state if seen else State.ABSENT


def left(root: Path) -> list[str]:
    """What lies in dom0's directories."""
    found = [*(root / "lib").rglob("*"), *(root / "auto").glob("*"), *(root / "log").glob("*")]
    return [str(each.relative_to(root)) for each in found]
