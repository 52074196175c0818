"""Every PCI device of a host by IOMMU group: who has it, who blocks it, whether a guest can have it (GPU-3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from serai.host.facts.files import FilesOf
from serai.host.facts.host import Facts
from serai.host.facts.pci import Device
from serai.host.facts.pci_names import Names, names
from serai.host.facts.source import Unknown
from serai.providers import pci_disks, pci_links, pci_use, vfio
from serai.providers.pci_use import Need, Use, Uses


class Verdict(StrEnum):
    GIVEN = "given"
    """vfio-pci has it."""
    CAN = "can be given"
    AFTER = "can after"
    """Something has to be ended first, or --force given."""
    CANNOT = "cannot"
    STAYS = "stays"
    """A bridge: it carries the others."""


class Sriov(msgspec.Struct, frozen=True):
    """Virtual functions of a card: how many it can have, has, and which they are."""

    total: int
    made: int
    functions: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One device. `name` and `kind_name` are empty where no list of names is; `why` says the verdict's reasons."""

    address: str
    behind: str
    """What it hangs on: a bridge's address, or a root bus, `pci0000:00`."""
    name: str = ""
    vendor_name: str = ""
    kind: str
    kind_name: str = ""
    ids: str
    driver: str
    group: str
    node: int
    """NUMA node; -1: the firmware does not say."""
    reset: tuple[str, ...] = ()
    boot_vga: bool = False
    sriov: Sriov | None = None
    function_of: str = ""
    """Of a virtual function: the device that it is a part of."""
    uses: tuple[Use, ...] = ()
    blocks: bool = False
    """Its driver keeps the rest of its group from guests."""
    blocks_others: bool = False
    """There are devices of other slots in its group, that it does so to."""
    verdict: Verdict
    why: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """An IOMMU group: `type` is how the host's own DMA goes; `reserved` are ranges that the firmware keeps."""

    number: str
    type: str
    reserved: tuple[str, ...]
    devices: tuple[str, ...]


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """`obstacles` stand in the way of all devices: no groups, no VFIO. `unknown`: what nobody told."""

    devices: tuple[Listed, ...]
    groups: tuple[Group, ...]
    obstacles: tuple[tuple[str, str], ...] = ()
    """(why, way out)."""
    unknown: tuple[str, ...] = ()

    def device(self, address: str) -> Listed | None:
        return next((each for each in self.devices if each.address == address), None)

    def together(self, address: str) -> list[Listed]:
        """The functions that go with a device: all of its slot, or a virtual function alone."""
        slot = [each for each in self.devices if each.address.partition(".")[0] == address.partition(".")[0]]
        virtual = {each.address for each in slot if each.function_of}
        names = vfio.together([each.address for each in slot], address, virtual.__contains__)
        return [each for each in slot if each.address in names]


def inventory(facts: Facts) -> Inventory:
    """Reads the host. Raises Unknown for a tree without /sys."""
    devices = facts.pci.devices
    used, unknown = _uses(facts)
    obstacles = _obstacles(facts)
    pairs = {(each.vendor, each.product) for each in devices.values()}
    known = names(facts.source, pairs, {each.kind for each in devices.values()})
    groups = tuple(
        Group(
            number=number,
            type=facts.pci.of_group(number, "type").text,
            reserved=tuple(vfio.held_by_firmware(facts.pci.of_group(number, "reserved_regions").text)),
            devices=tuple(each.address for each in facts.pci.members(number)),
        )
        for number in facts.pci.groups
    )
    plain = [_listed(facts, device, known, tuple(used.get(device.address, ()))) for device in devices.values()]
    found = Inventory(devices=tuple(plain), groups=groups, obstacles=obstacles, unknown=unknown)
    return msgspec.structs.replace(found, devices=tuple(_judged(found, each) for each in plain))


def _uses(facts: Facts) -> tuple[Uses, tuple[str, ...]]:
    """What the host does with each device, and what could not be read of that."""
    files = FilesOf(facts.source)
    found: Uses = {}
    unknown: list[str] = []
    readers: tuple[Callable[[], Uses], ...] = (
        lambda: pci_disks.uses(files, _zpool(facts)),
        lambda: pci_links.uses(files),
        lambda: pci_use.screens(files),
        lambda: pci_use.boards(files),
        lambda: pci_use.programs(files, _opened(facts)),
    )
    for reader in readers:
        try:
            more = reader()
        except Unknown as error:
            unknown.append(f"{error.read}: {error.why}")
            continue
        for address, each in more.items():
            found.setdefault(address, []).extend(each)
    return found, tuple(unknown)


def _zpool(facts: Facts) -> list[str] | None:
    """Devices that pools are on; None: nobody says."""
    try:
        said = facts.source.run("zpool", "list", "-vHP") if facts.source.program("zpool") else None
    except Unknown:
        return None
    lines = said.lines if said else []
    return [word for line in lines for word in line.split()[:1] if word.startswith("/dev/")] if said else None


def _opened(facts: Facts) -> list[tuple[str, str]]:
    """(node, who) of cards and groups that are open. In a tree nothing runs."""
    if not facts.source.live:
        return []
    lines = facts.source.ask("device-users").splitlines()
    return [(node, who) for node, _, who in (line.partition(" ") for line in lines)]


def _obstacles(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What keeps every device from guests."""
    files = FilesOf(facts.source)
    if not facts.pci.groups:
        return (vfio.why_no_groups(files),)
    found = []
    try:
        if lost := vfio.why_no_vfio(files):
            found.append(lost)
        remapped = vfio.remaps_interrupts(files.text("/proc/interrupts"), files.text("/proc/cpuinfo"))
        if remapped is False and files.text(vfio.UNSAFE) != "Y":
            why = "interrupts are not remapped: VFIO refuses to attach devices"
            found.append((why, "firmware setup: interrupt remapping, x2APIC; serai explain iommu.intremap"))
    except Unknown:
        return tuple(found)
    return tuple(found)


def _listed(facts: Facts, device: Device, known: Names, used: tuple[Use, ...]) -> Listed:
    def said(name: str) -> str:
        return facts.pci.attribute(device, name).text

    return Listed(
        address=device.address,
        behind=_behind(facts, device),
        name=known.products.get((device.vendor, device.product), ""),
        vendor_name=known.vendors.get(device.vendor, ""),
        kind=device.kind,
        kind_name=known.classes.get(device.kind, ""),
        ids=device.ids,
        driver=device.driver,
        group=device.group,
        node=device.node,
        reset=tuple(said("reset_method").split()),
        boot_vga=said("boot_vga") == "1",
        sriov=_sriov(facts, device),
        function_of=facts.source.link(f"{device.path}/physfn"),
        uses=used,
        blocks=vfio.blocks(device.kind, device.driver),
        verdict=Verdict.CAN,
    )


def _sriov(facts: Facts, device: Device) -> Sriov | None:
    total = facts.pci.attribute(device, "sriov_totalvfs").text
    if total in ("", "0"):
        return None
    links = [name for name in facts.source.names(device.path) if name.startswith("virtfn")]
    links.sort(key=lambda name: int(name.removeprefix("virtfn")))
    made = facts.pci.attribute(device, "sriov_numvfs").text
    return Sriov(int(total), int(made or 0), tuple(facts.source.link(f"{device.path}/{each}") for each in links))


def _behind(facts: Facts, device: Device) -> str:
    parts = facts.source.reach.target(device.path).split("/")
    return parts[-2] if len(parts) > 1 and ":" in parts[-2] else ""


def _judged(found: Inventory, device: Listed) -> Listed:
    """With its verdict, that of the slot and the group that go with it."""
    if device.kind in vfio.BRIDGES or (device.kind.startswith("06") and not device.driver):
        return msgspec.structs.replace(device, verdict=Verdict.STAYS)
    strange = [each for each in found.devices if each.group == device.group and _apart(each, device)]
    device = msgspec.structs.replace(device, blocks_others=bool(device.blocks and device.group and strange))
    reasons = against(found, found.together(device.address))
    why = tuple(dict.fromkeys(each.why for each in reasons))
    never = [each for each in reasons if each.bar is Bar.NEVER]
    ways = tuple(dict.fromkeys(each.way for each in never or reasons if each.way))
    verdict = Verdict.CAN
    if device.driver == vfio.VFIO:
        verdict = Verdict.GIVEN
    elif reasons:
        verdict = Verdict.CANNOT if never else Verdict.AFTER
    return msgspec.structs.replace(device, verdict=verdict, why=why, next=ways)


def _apart(one: Listed, other: Listed) -> bool:
    """Whether they are in different slots, and no bridge."""
    return one.address.partition(".")[0] != other.address.partition(".")[0] and one.kind not in vfio.BRIDGES


class Bar(StrEnum):
    """What a reason asks for."""

    NEVER = "never"
    FIRST = "first"
    FORCE = "force"
    REBOOT = "reboot"


class Reason(msgspec.Struct, frozen=True):
    """Why a device cannot be given as it is, and the way out; empty where there is none."""

    bar: Bar
    why: str
    way: str = ""


BARS = {Need.VITAL: Bar.NEVER, Need.CONTACT: Bar.FORCE, Need.FIRST: Bar.FIRST, Need.OPEN: Bar.REBOOT}


def against(found: Inventory, given: Sequence[Listed]) -> list[Reason]:
    """All that speaks against giving these devices away together, the worst first."""
    reasons = [Reason(Bar.NEVER, why, way) for why, way in found.obstacles]
    own = {each.address for each in given}
    for device in given:
        if not device.group and found.groups:
            reasons.append(Reason(Bar.NEVER, f"{device.address} is in no IOMMU group"))
        if device.sriov and device.sriov.made:
            why = f"{device.sriov.made} virtual functions of it are made"
            reasons.append(Reason(Bar.FIRST, why, f"serai host tune sriov={device.address}:0"))
        for use in device.uses:
            way = f"serai host passthrough {given[0].address} --force" if use.need is Need.CONTACT else use.way
            reasons.append(Reason(BARS[use.need], use.what, way))
    for number in dict.fromkeys(each.group for each in given if each.group):
        group = next(each for each in found.groups if each.number == number)
        if group.reserved:
            why = f"the firmware keeps {group.reserved[0]} of group {number} for itself (RMRR)"
            reasons.append(Reason(Bar.NEVER, why))
        strangers = [found.device(address) for address in group.devices if address not in own]
        reasons += [_neighbour(given[0], other) for other in strangers if other and other.blocks]
    return sorted(reasons, key=lambda each: list(Bar).index(each.bar))


def _neighbour(device: Listed, other: Listed) -> Reason:
    """A device that blocks the group: it has to go along, and may not be able to."""
    why = f"{other.address} in group {other.group} is used by {other.driver}"
    if needed := next((use for use in other.uses if use.need is Need.VITAL), None):
        return Reason(Bar.NEVER, f"{why}: {needed.what}", "another slot of the board")
    contact = next((use for use in other.uses if use.need is Need.CONTACT), None)
    forced = any(use.need is Need.CONTACT for each in (device, other) for use in each.uses)
    way = f"serai host passthrough {device.address} {other.address}{' --force' if forced else ''}"
    return Reason(Bar.FIRST, f"{why}: {contact.what}" if contact else why, way)
