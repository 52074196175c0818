"""What Xen refuses in a spec, whoever drives it: each key with the reason and the way out. Pure (XEN-1, XEN-2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from serai.providers.kinds import not_a_container
from serai.providers.xen_guest import CDROMS, has_firmware, is_cdrom, kind_of
from serai.spec.base import stated
from serai.spec.device import GraphicsType, SerialType, Video
from serai.spec.disk import DiskDevice, DiskFormat
from serai.spec.machine import Machine
from serai.spec.network import NicModel, UplinkType
from serai.spec.xen import XenType
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

OTHER = "provider: qemu or libvirt"
NO_QEMU = "a guest of Xen has no virtio devices of QEMU's"
SAME_CPU = "a guest of Xen has the host's processor"
XENS_MEMORY = "a guest's memory is Xen's own, and no process's on dom0"
NETBACK = "a card is served by dom0's netback"
BLKBACK = "a disk is served by dom0's blkback, or by QEMU as Xen's backend"
LEAVE = "leave it out"

KEYS: dict[str, tuple[str, str]] = {
    "secure_boot": ("Xen's OVMF has no keys", OTHER),
    "boot.menu": ("Xen's firmware has no such switch", LEAVE),
    "cpu.migratable": ("Xen levels processors by itself", "providers.xen.nomigrate shows an invariant TSC"),
    "cpu.sockets": ("Xen lays out processors by itself", "cpu.count"),
    "cpu.dies": ("Xen lays out processors by itself", "cpu.count"),
    "cpu.clusters": ("Xen lays out processors by itself", "cpu.count"),
    "cpu.cores": ("Xen lays out processors by itself", "cpu.count"),
    "cpu.threads": ("Xen lays out processors by itself", "cpu.count"),
    "cpu.cache": (SAME_CPU, LEAVE),
    "cpu.dedicated": ("that hint is KVM's", LEAVE),
    "cpu.pmu": ("vpmu= is an argument of Xen's own command line", LEAVE),
    "cpu.pin.emulator": ("a device model runs in dom0, whose processors it has", LEAVE),
    "cpu.pin.iothreads": ("backends run in dom0, whose processors they have", LEAVE),
    "cpu.pin.scheduler": ("virtual CPUs are Xen's, and no threads of dom0's", "providers.xen.weight and cap"),
    "cpu.pin.priority": ("virtual CPUs are Xen's, and no threads of dom0's", "providers.xen.weight and cap"),
    "memory.slots": ("it grows by its balloon up to memory.max", LEAVE),
    "memory.balloon": ("every guest of Xen has a balloon", LEAVE),
    "memory.free_page_reporting": (NO_QEMU, LEAVE),
    "memory.deflate_on_oom": (NO_QEMU, LEAVE),
    "memory.hugepages": (XENS_MEMORY, LEAVE),
    "memory.source": (XENS_MEMORY, LEAVE),
    "memory.shared": (XENS_MEMORY, LEAVE),
    "memory.locked": (XENS_MEMORY + ": nothing of it is swapped", LEAVE),
    "memory.hard_limit": (XENS_MEMORY, LEAVE),
    "memory.merge": (XENS_MEMORY, LEAVE),
    "memory.prealloc": (XENS_MEMORY + ": all of it is there at start", LEAVE),
    "memory.prealloc_threads": (XENS_MEMORY, LEAVE),
    "numa.host_nodes": ("memory comes from the nodes of its CPUs", "cpu.pin, or numa.cells with host_nodes"),
    "numa.policy": ("memory comes from the nodes of its CPUs", "cpu.pin, or numa.cells with host_nodes"),
    "numa.cells.policy": ("memory of a cell comes from its one node", LEAVE),
    "clock.rtc": ("those ticks are Xen's", "providers.xen.timer_mode"),
    "clock.pit": ("those ticks are Xen's", "providers.xen.timer_mode"),
    "clock.kvmclock": ("a guest of Xen has Xen's clock", LEAVE),
    "gpu.hide_hypervisor": ("KVM is not there to be hidden", LEAVE),
    "gpu.vendor_id": ("KVM is not there to be hidden", LEAVE),
    "disks.io": (BLKBACK, LEAVE),
    "disks.bus": ("its disks are Xen's own: xvda, xvdb, …", LEAVE),
    "disks.detect_zeroes": (BLKBACK, LEAVE),
    "disks.queues": (BLKBACK, LEAVE),
    "disks.iothreads": (BLKBACK, LEAVE),
    "disks.serial": ("a disk of Xen's has no serial number", "the guest finds it by its name, xvdb"),
    "networks.queues": (NETBACK, LEAVE),
    "networks.vhost": (NETBACK, LEAVE),
    "networks.rx_queue_size": (NETBACK, LEAVE),
    "networks.tx_queue_size": (NETBACK, LEAVE),
    "networks.filter": ("nwfilters are libvirt's", "providers.xen.vif.ip makes vif-bridge filter"),
    "networks.mac_spoofing": ("that filter is libvirt's", "providers.xen.vif.ip makes vif-bridge filter"),
    "networks.trust_guest_rx_filters": ("that is for macvtap", LEAVE),
    "networks.forwarded_port": ("a guest is on dom0's network", "its own address is the way to its ports"),
    "networks.dev": ("Xen joins bridges, and no macvtap", "bridge:"),
    "networks.mode": ("Xen joins bridges, and no macvtap", "bridge:"),
    "networks.tap": ("dom0 makes the device itself", "bridge:, and providers.xen.vifs names it"),
    "devices.mdev": ("mediated devices are KVM's", "devices.pci"),
    "devices.tpm": ("a vTPM of Xen's is a domain of its own", OTHER),
    "devices.vsock": (NO_QEMU, LEAVE),
    "devices.watchdog": ("Xen's watchdog is set by the guest (xen_wdt)", "providers.xen.on_watchdog"),
    "devices.channels": (NO_QEMU, LEAVE),
    "warm": ("Xen cannot start many from one memory", LEAVE),
    "fork": ("Xen cannot start many from one memory", LEAVE),
    "synced_folders.security": ("that is for 9p", LEAVE),
}
"""Key -> why Xen has none, and what does it instead. Keys of any card are below `networks`."""
HYPERV = ("Xen has one switch for all of them", "hyperv: {}")


def check(machine: Machine) -> list[SeraiError]:
    """Every refusal that does not depend on who drives Xen."""
    found = [*not_a_container(machine), *_keys(machine), *_values(machine), *_nics(machine)]
    return [*found, *_kinds(machine), *_devices(machine)]


def refuse(machine: Machine, key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{machine.name}: {key}: {why}", hint=way_out)


def _keys(machine: Machine) -> Iterator[SeraiError]:
    for key, plain in dict.fromkeys(_stated(stated(machine))):
        if plain in KEYS:
            yield refuse(machine, key, *KEYS[plain])
        elif plain.startswith("hyperv."):
            yield refuse(machine, key, *HYPERV)


def _stated(data: dict[str, Any], above: str = "", plain: str = "") -> Iterator[tuple[str, str]]:
    """(`networks[0].private.queues`, `networks.queues`): as the file has it, and as the table does."""
    for name, value in data.items():
        key, word = f"{above}{name}", f"{plain}{name}"
        yield key, word
        if name == "networks" and not above:
            for index, entry in enumerate(value):
                for kind, nic in entry.items():
                    yield f"{key}[{index}].{kind}", f"{word}.{kind}"
                    yield from _stated(nic, f"{key}[{index}].{kind}.", f"{word}.")
        elif name == "disks" and not above:
            for label, disk in value.items():
                yield from _stated(disk, f"{key}.{label}.", f"{word}.")
        elif name in ("provision", "providers", "hooks", "guest", "container"):
            continue
        elif isinstance(value, dict):
            yield from _stated(value, f"{key}.", f"{word}.")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _stated(item, f"{key}[{index}].", f"{word}.")


def _values(machine: Machine) -> Iterator[SeraiError]:
    """Keys that Xen knows, of which it has not all values."""
    if machine.arch and machine.arch != host_arch():
        yield refuse(machine, "arch", "a guest runs on dom0's processor", "provider: qemu emulates others")
    if machine.cpu.model not in ("auto", "host", "host-passthrough"):
        way = "cpu.features hides flags, or forces them"
        yield refuse(machine, "cpu.model", f"{SAME_CPU}, and no {machine.cpu.model}", way)
    if machine.iothreads > 1:
        yield refuse(machine, "iothreads", BLKBACK, LEAVE)
    for name, disk in machine.disks.items():
        if disk.device is DiskDevice.FLOPPY:
            yield refuse(machine, f"disks.{name}.device", "Xen has no floppy drives", "device: cdrom")
        if disk.cache not in ("auto", "none", "directsync"):
            why = f"Xen's backends have no {disk.cache}"
            yield refuse(machine, f"disks.{name}.cache", why, "none lets QEMU as a backend use O_DIRECT")
    if machine.boot.order:
        known = {*machine.disks, "root", "network"}
        for name in machine.boot.order:
            if name not in known:
                yield refuse(
                    machine, "boot.order", f"there is no disk {name}", "disks by name, and network", Code.INPUT
                )


def _nics(machine: Machine) -> Iterator[SeraiError]:
    for index, nic in enumerate(machine.networks):
        key = f"networks[{index}]"
        if nic.uplink and nic.uplink.type in (UplinkType.USER, UplinkType.PASST):
            yield refuse(
                machine, f"{key}.uplink.type", f"{nic.uplink.type} is QEMU's", "leave it out: a bridge of dom0's"
            )
        card = nic.private or nic.public or nic.uplink
        if card is not None and card.model is NicModel.E1000E:
            yield refuse(machine, f"{key}.model", "Xen's device model has no e1000e", "model: e1000")


def _kinds(machine: Machine) -> Iterator[SeraiError]:
    """What only one kind of guest has."""
    raw = machine.providers.xen
    kind = kind_of(machine, kernel=not has_firmware(machine))
    if machine.cpu.nested and raw.type is XenType.PV:
        why = "a PV guest runs without the processor's virtualization extensions, and cannot pass them on"
        yield refuse(machine, "cpu.nested", why, "providers.xen: {type: hvm} or pvh")
    if machine.cpu.nested and raw.hap is False:
        yield refuse(machine, "providers.xen.hap", "nested virtualization needs it", "leave it out", Code.INPUT)
    if machine.firmware is not None and raw.type in (XenType.PV, XenType.PVH):
        yield refuse(machine, "firmware", f"a {raw.type} guest has none", "providers.xen: {type: hvm}")
    hvm_only = {
        "boot.order": bool(machine.boot.order),
        "hyperv": machine.hyperv is not None,
        "clock.offset": machine.clock.offset != "utc",
        "clock.hpet": machine.clock.hpet,
        "devices.serial": bool(machine.devices.serial),
        "devices.video": machine.devices.video is not None,
        "providers.xen.pci_power_management": raw.pci_power_management,
    }
    if raw.type in (XenType.PV, XenType.PVH):
        for key, on in hvm_only.items():
            if on:
                yield refuse(machine, key, f"a {raw.type} guest has no board", "providers.xen: {type: hvm}")
    pv_only = {"bootloader": raw.bootloader, "pvshim": raw.pvshim}
    for key, value in pv_only.items():
        if value and kind is XenType.HVM:
            yield refuse(machine, f"providers.xen.{key}", "HVM starts by its firmware", "type: pv or pvh")
    if raw.pvshim and raw.type is XenType.PV:
        yield refuse(machine, "providers.xen.pvshim", "the shim is a PVH guest", "type: pvh")
    if raw.ramdisk and not raw.kernel:
        yield refuse(
            machine, "providers.xen.ramdisk", "it is of a kernel, and none is stated", "kernel", Code.INPUT
        )
    if raw.kernel and raw.bootloader:
        yield refuse(machine, "providers.xen.bootloader", "the kernel is known", "state one of both", Code.INPUT)
    yield from _cells(machine, kind)
    if kind is XenType.HVM and sum(is_cdrom(machine, name) for name in machine.disks) >= len(CDROMS):
        yield refuse(machine, "disks", f"HVM has {len(CDROMS)} drives, and the seed is in one", "fewer of them")


def _cells(machine: Machine, kind: XenType) -> Iterator[SeraiError]:
    cells = machine.numa.cells
    if cells and kind is XenType.PV:
        yield refuse(machine, "numa.cells", "a PV guest sees no nodes", "providers.xen: {type: pvh}")
    for index, cell in enumerate(cells):
        if cell.host_nodes and not cell.host_nodes.isdecimal():
            why = f"a cell is on one node, not on {cell.host_nodes}"
            yield refuse(machine, f"numa.cells[{index}].host_nodes", why, "one number")


def _devices(machine: Machine) -> Iterator[SeraiError]:
    devices, graphics = machine.devices, machine.devices.graphics
    for name, disk in machine.disks.items():
        if disk.readonly and disk.format is not DiskFormat.RAW and disk.device is DiskDevice.DISK:
            why = "QEMU, which serves that format, opens no disk for Xen that cannot be written to"
            yield refuse(machine, f"disks.{name}.readonly", why, "format: raw")
    if graphics.type is GraphicsType.SPICE:
        yield refuse(machine, "devices.graphics.type", "Xen shows a screen by VNC", "type: vnc")
    if graphics.type is GraphicsType.VNC and not (graphics.listen and graphics.password_file):
        why = "Xen's VNC is a port, and a port needs a password"
        yield refuse(machine, "devices.graphics.listen", why, "state listen and password_file", Code.INPUT)
    if graphics.port and not 5900 <= graphics.port <= 6899:
        yield refuse(
            machine, "devices.graphics.port", "VNC's displays are from 5900 on", "5900 to 6899", Code.INPUT
        )
    if devices.video not in (None, Video.VGA, Video.QXL, Video.NONE):
        yield refuse(machine, "devices.video", f"Xen's device model has no {devices.video}", "vga, qxl or none")
    for index, serial in enumerate(devices.serial):
        if serial.type is not SerialType.PTY and not serial.path:
            yield refuse(
                machine, f"devices.serial[{index}].path", "none is stated", "state one on dom0", Code.INPUT
            )
    for index, usb in enumerate(devices.usb):
        if usb.vendor or usb.product or usb.optional or not (usb.bus and usb.device):
            key = "vendor" if usb.vendor else "product" if usb.product else "optional" if usb.optional else "bus"
            why = "Xen finds a USB device by its place alone"
            yield refuse(machine, f"devices.usb[{index}].{key}", why, "bus and device (lsusb shows them)")
    for index, pci in enumerate(devices.pci):
        if pci.rom:
            yield refuse(machine, f"devices.pci[{index}].rom", "Xen takes the device's own", LEAVE)
