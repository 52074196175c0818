"""Checks of cards that are to be given to guests, and of those that hardware shares (GPU-3, HW-3)."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, not_applicable, note, passed, warn
from serai.host.checks.vfio import DEVICES, taken
from serai.host.facts.files import FilesOf
from serai.host.facts.host import Facts
from serai.host.facts.pci import AUDIO, Device
from serai.host.wants import Role
from serai.providers import pci_use
from serai.util.units import format_size

TABLE = Table()
GPU = (Role.GPU_PASSTHROUGH,)
MIB = 1 << 20


@TABLE.row(
    "gpu.audio",
    "a card's sound goes with it",
    reads=f"{DEVICES}/*.1/driver",
    worst=Outcome.WARN,
    why="The sound function is in the card's group: the host's driver on it blocks the whole group.",
    next="serai host passthrough ADDRESS takes all functions of the slot",
    source="Linux, Documentation/driver-api/vfio.rst: groups",
    guide=("GPU-3", "PCI-1"),
    roles=GPU,
)
def audio(facts: Facts) -> Finding:
    cards = [each for each in taken(facts) if each.is_display]
    if not cards:
        return not_applicable(DEVICES, "no graphics card is meant for a guest")
    slots = {each.slot for each in cards}
    sound = [each for each in facts.pci.devices.values() if each.kind == AUDIO and each.slot in slots]
    held = [each for each in sound if each.driver not in ("", "vfio-pci")]
    if held:
        return warn(f"{held[0].path}/driver", "it blocks the card's group", held[0].driver)
    return passed(DEVICES, f"{len(sound)} sound functions")


@TABLE.row(
    "gpu.boot-vga",
    "the host keeps its own screen",
    reads=f"{DEVICES}/*/boot_vga",
    worst=Outcome.WARN,
    why="The card that the firmware used shows the host's console; given away, the host is blind.",
    next="a second card for the host, or a serial console",
    reboot="reboot",
    source="Linux, Documentation/ABI/testing/sysfs-bus-pci: boot_vga",
    guide=("GPU-3",),
    roles=GPU,
)
def boot_vga(facts: Facts) -> Finding:
    cards = [each for each in taken(facts) if each.is_display]
    if not cards:
        return not_applicable(DEVICES, "no graphics card is meant for a guest")
    first = [each for each in cards if facts.pci.attribute(each, "boot_vga").text == "1"]
    if first:
        return warn(f"{first[0].path}/boot_vga", "the host's console goes with it", "1")
    return passed(DEVICES, "another card, or none, shows the console")


@TABLE.row(
    "gpu.reset",
    "cards for guests can be reset",
    reads=f"{DEVICES}/*/reset_method",
    worst=Outcome.WARN,
    why="Without a reset of its function a card works for the first guest, and hangs at the second start.",
    next="a vendor's reset module, or a reboot of the host between guests",
    source="Linux, Documentation/ABI/testing/sysfs-bus-pci: reset_method",
    guide=("GPU-3",),
    roles=GPU,
)
def reset(facts: Facts) -> Finding:
    cards = [each for each in taken(facts) if each.is_display]
    if not cards:
        return not_applicable(DEVICES, "no graphics card is meant for a guest")
    for card in cards:
        seen = facts.pci.attribute(card, "reset_method")
        if not seen.there and not facts.source.has(f"{card.path}/reset"):
            return warn(seen, "it cannot be reset")
        if seen.text in ("", "bus"):
            return warn(seen, "only its whole bus can be reset", seen.text or "none")
    return passed(DEVICES, f"{len(cards)} cards")


@TABLE.row(
    "gpu.drm-users",
    "no program has a card open that is meant for a guest",
    reads="/proc/*/fd, /sys/class/drm",
    worst=Outcome.WARN,
    why="The driver of a card that is open does not let go of it: its unbinding waits, maybe for ever.",
    next="stop the program, or serai host passthrough ADDRESS takes the card at the next boot",
    reboot="reboot",
    source="Linux, drivers/gpu/drm: drm_dev_unplug; nvidia: unbinding waits for the last user",
    guide=("GPU-3", "GPU-6"),
    roles=GPU,
)
def drm_users(facts: Facts) -> Finding:
    cards = [each for each in _wanted_cards(facts) if each.driver not in ("", "vfio-pci")]
    if not cards:
        return not_applicable(DEVICES, "no graphics card that is meant for a guest is with the host's driver")
    lines = facts.source.ask("device-users").splitlines()
    opened = [(node, who) for node, _, who in (line.partition(" ") for line in lines)]
    users = pci_use.programs(FilesOf(facts.source), opened)
    for card in cards:
        if held := users.get(card.address):
            return warn("/proc/*/fd", f"{card.driver} cannot let go of {card.address}", held[0].what)
    return passed("/proc/*/fd", f"nobody has {' '.join(each.address for each in cards)} open")


def _wanted_cards(facts: Facts) -> list[Device]:
    """Those that are meant for guests; where the role is asked for, all but the console's."""
    if Role.GPU_PASSTHROUGH not in facts.wants.roles:
        return [each for each in taken(facts) if each.is_display]
    cards = [each for each in facts.pci.devices.values() if each.is_display]
    return [each for each in cards if facts.pci.attribute(each, "boot_vga").text != "1"]


@TABLE.row(
    "gpu.rebar",
    "cards show all of their memory at once",
    reads=f"{DEVICES}/*/resource*_resize",
    worst=Outcome.NOTE,
    why="Through a window of 256 MiB the processor reaches a card's memory in pieces; some drivers want it whole.",
    next="firmware: above 4G decoding, resizable BAR",
    reboot="reboot",
    when_not="Where the card's driver for the guest is slow or fails with a large BAR.",
    source="Linux, Documentation/ABI/testing/sysfs-bus-pci: resourceN_resize",
    guide=("GPU-3",),
    roles=GPU,
)
def rebar(facts: Facts) -> Finding:
    cards = [each for each in facts.pci.devices.values() if each.is_display]
    seen = 0
    for card in cards:
        for name in facts.source.names(card.path):
            if not (match := re.fullmatch(r"resource(\d)_resize", name)):
                continue
            seen += 1
            able = facts.pci.attribute(card, name)
            most = (1 << int(able.text or "0", 16).bit_length()) // 2
            now = _size(facts.pci.attribute(card, "resource").lines, int(match[1]))
            if 0 < now < most * MIB:
                value = f"{format_size(now)} of {format_size(most * MIB)}"
                return note(able, f"{card.address} shows a part of its memory at a time", value)
    if not seen:
        return not_applicable(DEVICES, "no graphics card has a window that can be resized")
    return passed(DEVICES, f"{seen} windows of full size")


def _size(lines: list[str], number: int) -> int:
    """Bytes of a BAR: `resource` has a line of each, its first and last address, and flags."""
    words = lines[number].split() if number < len(lines) else []
    return int(words[1], 16) - int(words[0], 16) + 1 if len(words) == 3 and int(words[1], 16) else 0


@TABLE.row(
    "sriov.functions",
    "network cards that can be shared by hardware are",
    reads=f"{DEVICES}/*/sriov_{{totalvfs,numvfs}}",
    worst=Outcome.NOTE,
    why="SR-IOV gives each guest a function of the card; until they are made there is one for the host alone.",
    next="serai host tune sriov=ADDRESS:N",
    undo="serai host undo sriov",
    source="Linux, Documentation/PCI/pci-iov-howto.rst",
    guide=("HW-3",),
)
def sriov(facts: Facts) -> Finding:
    able = [each for each in facts.pci.devices.values() if facts.source.has(f"{each.path}/sriov_totalvfs")]
    if not able:
        return not_applicable(DEVICES, "no device has SR-IOV")
    for device in able:
        made = facts.pci.attribute(device, "sriov_numvfs")
        if made.text == "0":
            total = facts.pci.attribute(device, "sriov_totalvfs").text
            return note(made, "no function for guests was made", f"0 of {total}")
    return passed(DEVICES, f"{len(able)} devices have functions for guests")
