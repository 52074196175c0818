"""Machine + Site -> xl.cfg: pure. Source of keys: xl.cfg(5), xl-disk-, xl-network-, xl-pci-configuration(5).

Keys are written so that libvirt's converter of such files reads the same from them: `bios` where `firmware` would
do, `cmdline` and no `extra`.
"""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.xen import cfg
from serai.providers.xen.site import Card, DiskFile, Site
from serai.providers.xen_guest import KERNELS, OPENVSWITCH, features, own_backend, spec_of, spots, vif_of
from serai.spec.clock import Offset
from serai.spec.device import GraphicsType, Serial, SerialType, Video
from serai.spec.disk import Cache, Discard
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.network import NicModel, NicTuning
from serai.spec.xen import AtEnd, VifType, XenType
from serai.util import cpuset
from serai.util.units import MIB

NETWORK = "network"
LETTERS = {"disk": "c", "cdrom": "d", NETWORK: "n"}
"""What HVM's firmware starts from, by the letters that it knows."""
PAIRS = Iterator[tuple[str, cfg.Value]]


def text(machine: Machine, site: Site) -> str:
    """The whole file. Raises Code.INPUT for a value that xl cannot be told."""
    return cfg.text(pairs(machine, site))


def pairs(machine: Machine, site: Site) -> dict[str, cfg.Value]:
    """The same as keys and values; those of `providers.xen.config` win."""
    found: dict[str, cfg.Value] = {}
    for part in (_identity, _start, _processors, _memory, _platform, _devices, _screen, _end):
        found.update(part(machine, site))
    return found | machine.providers.xen.config


def mib(size: int) -> int:
    """Bytes in MiB, xl's unit; rounded up."""
    return -(-size // MIB)


def _identity(machine: Machine, site: Site) -> PAIRS:
    yield "name", site.name
    yield "uuid", site.uuid
    yield "type", str(site.kind)


def _start(machine: Machine, site: Site) -> PAIRS:
    start = site.start
    for key, value in (("kernel", start.kernel), ("ramdisk", start.ramdisk), ("bootloader", start.bootloader)):
        if value:
            yield key, value
    if start.arguments:
        yield "bootloader_args", list(start.arguments)
    if start.cmdline:
        yield "cmdline", start.cmdline
    if machine.providers.xen.pvshim:
        yield "pvshim", 1
    if site.kind is not XenType.HVM:
        return
    if machine.firmware is Firmware.UEFI:
        yield "bios", "ovmf"
    if order := boot_order(machine):
        yield "boot", order


def boot_order(machine: Machine) -> str:
    """Letters; empty: as xl does it, disks and then CD-ROMs."""
    found = []
    for name in machine.boot.order:
        letter = LETTERS[NETWORK if name == NETWORK else str(spec_of(machine, name).device)]
        if letter not in found:
            found.append(letter)
    return "".join(found)


def _processors(machine: Machine, site: Site) -> PAIRS:
    cpu, raw = machine.cpu, machine.providers.xen
    yield "vcpus", cpu.total
    if cpu.max and cpu.max > cpu.total:
        yield "maxvcpus", cpu.max
    if places := pins(machine):
        yield "cpus", places
    if raw.cpus_soft:
        yield "cpus_soft", raw.cpus_soft
    for key, value in (("pool", raw.cpupool), ("cpu_weight", raw.weight), ("cap", raw.cap)):
        if value is not None:
            yield key, value
    if site.kind is not XenType.PV:
        if raw.hap is not None or cpu.nested:
            yield "hap", int(raw.hap is not False)
        if cpu.nested:
            yield "nestedhvm", 1
    if flags := features(machine):
        yield "cpuid", ",".join(["host", *(f"{name}={int(on)}" for name, on in flags.items())])
    if raw.nomigrate:
        yield "nomigrate", 1


def pins(machine: Machine) -> str | list[str]:
    """CPUs of the host for all virtual CPUs, or for each in turn; empty: any (CPU-2)."""
    pin, most = machine.cpu.pin, max(machine.cpu.total, machine.cpu.max or 0)
    one_on_one = cpuset.numbers(pin.cpus) if pin.cpus else ()
    places = {number: str(place) for number, place in enumerate(one_on_one[:most])}
    places |= {int(number): place for number, place in pin.each.items()}
    if not places:
        return ""
    found = [places.get(number, "all") for number in range(most)]
    return found[0] if len(set(found)) == 1 else found


def _memory(machine: Machine, site: Site) -> PAIRS:
    yield "memory", mib(machine.memory.size)
    if machine.memory.max and machine.memory.max > machine.memory.size:
        yield "maxmem", mib(machine.memory.max)
    if machine.numa.cells:
        yield "vnuma", [_cell(machine, number) for number in range(len(machine.numa.cells))]


def _cell(machine: Machine, number: int) -> list[str]:
    """Distances are all stated, or those of Linux: 10 to itself, 20 to the others."""
    cell = machine.numa.cells[number]
    places = cpuset.numbers(cell.host_nodes) if cell.host_nodes else (0,)
    others = range(len(machine.numa.cells))
    far = [str(cell.distances.get(str(other), 10 if other == number else 20)) for other in others]
    return [f"pnode={places[0]}", f"size={mib(cell.memory)}", f"vcpus={cell.cpus}", f"vdistances={','.join(far)}"]


def _platform(machine: Machine, site: Site) -> PAIRS:
    raw = machine.providers.xen
    if raw.tsc_mode is not None:
        yield "tsc_mode", str(raw.tsc_mode)
    if site.kind is XenType.PV:
        return
    if raw.timer_mode is not None:
        yield "timer_mode", str(raw.timer_mode)
    if site.kind is not XenType.HVM:
        return
    yield "hpet", int(machine.clock.hpet)
    if machine.clock.offset is Offset.LOCALTIME:
        yield "localtime", 1
    if machine.hyperv is not None:
        yield "viridian", 1


def _devices(machine: Machine, site: Site) -> PAIRS:
    places = spots(machine, [disk.name for disk in site.disks], site.kind)
    yield "disk", [_disk(machine, disk, places[disk.name].vdev, places[disk.name].cdrom) for disk in site.disks]
    yield "vif", [_vif(machine, site, number, card) for number, card in enumerate(site.cards)]
    if devices := list(_pci(machine, site)):
        yield "pci", devices
    if usb := [cfg.spec("usbdev", {"hostbus": each.bus, "hostaddr": each.device}) for each in machine.devices.usb]:
        yield "usbdev", usb


def _disk(machine: Machine, disk: DiskFile, vdev: str, cdrom: bool) -> str:
    spec = spec_of(machine, disk.name)
    fixed = spec.readonly or cdrom or spec.is_drive
    words: dict[str, str | bool | None] = {
        "backendtype": KERNELS if own_backend(disk.format, fixed=fixed, cdrom=cdrom) else None,
        "format": disk.format,
        "vdev": vdev,
        "access": "ro" if fixed else "rw",
        "devtype": "cdrom" if cdrom else None,
        "no-discard": spec.discard is Discard.IGNORE and not fixed,
        "direct-io-safe": spec.cache in (Cache.NONE, Cache.DIRECTSYNC),
    }
    return cfg.spec(f"disks.{disk.name}", words, ("target", disk.path))


def tuning_of(machine: Machine, card: Card) -> NicTuning:
    """What the spec says of a card; nothing of an uplink that it does not state."""
    if card.index < 0:
        return NicTuning()
    nic = machine.networks[card.index]
    return nic.private or nic.public or nic.uplink or NicTuning()


def _vif(machine: Machine, site: Site, number: int, card: Card) -> str:
    how, tuning = vif_of(machine, number), tuning_of(machine, card)
    emulated = site.kind is XenType.HVM
    model = None if tuning.model is NicModel.VIRTIO else str(tuning.model)
    kind = how.type or (VifType.VIF if emulated and model is None else None)
    public = machine.networks[card.index].public if card.index >= 0 else None
    return cfg.spec(
        f"networks: card {number}",
        {
            "mac": card.mac.lower(),
            "bridge": card.bridge or None,
            "script": how.script or (OPENVSWITCH if public and public.ovs else None),
            "ip": how.ip,
            "gatewaydev": how.gatewaydev,
            "vifname": how.vifname,
            "type": str(kind) if kind and emulated else None,
            "model": model if emulated else None,
            "rate": how.rate,
            "mtu": tuning.mtu or card.mtu,
            "trusted": how.trusted is True,
            "untrusted": how.trusted is False,
        },
    )


def _pci(machine: Machine, site: Site) -> Iterator[str]:
    raw = machine.providers.xen
    for device in machine.devices.pci:
        for address in site.functions.get(device.address, (device.address,)):
            how = {
                "permissive": raw.pci_permissive,
                "seize": raw.pci_seize,
                "power_mgmt": raw.pci_power_management,
            }
            words = [address, *(f"{key}=1" for key, on in how.items() if on)]
            yield ",".join(words)


def _screen(machine: Machine, site: Site) -> PAIRS:
    """Serial ports, and VNC: in HVM a graphics card's, else the paravirtual one (R9: never without a password)."""
    graphics, video = machine.devices.graphics, machine.devices.video
    shown = graphics.type is GraphicsType.VNC
    if site.kind is XenType.HVM:
        ports = ["pty", *(_port(serial) for serial in machine.devices.serial)]
        yield "serial", ports if len(ports) > 1 else ports[0]
        if shown:
            yield "vnc", 1
            yield "vnclisten", graphics.listen or ""
            yield "vncpasswd", site.graphics_password
            if graphics.port:
                yield "vncdisplay", graphics.port - 5900
            yield "vncunused", int(graphics.port is None)
            yield "vga", {None: "stdvga", Video.VGA: "stdvga", Video.QXL: "qxl"}.get(video, "stdvga")
        else:
            yield "vnc", 0
            yield "vga", {Video.VGA: "stdvga", Video.QXL: "qxl"}.get(video, "none") if video else "none"
    elif shown:
        words = {"vnc": 1, "vnclisten": graphics.listen, "vncpasswd": site.graphics_password}
        words["vncunused"] = int(graphics.port is None)
        if graphics.port:
            words["vncdisplay"] = graphics.port - 5900
        yield "vfb", [cfg.spec("devices.graphics", words)]


def _port(serial: Serial) -> str:
    if serial.type is SerialType.PTY:
        return "pty"
    return f"unix:{serial.path},server,nowait" if serial.type is SerialType.UNIX else f"file:{serial.path}"


def _end(machine: Machine, site: Site) -> PAIRS:
    raw = machine.providers.xen
    yield "on_poweroff", str(raw.on_poweroff)
    yield "on_reboot", str(raw.on_reboot)
    yield "on_crash", str(raw.on_crash)
    if raw.on_watchdog is not None:
        yield "on_watchdog", str(raw.on_watchdog)


def ends_by_itself(machine: Machine) -> bool:
    """Whether a domain that has powered off is gone, and not kept or made anew."""
    return machine.providers.xen.on_poweroff in (AtEnd.DESTROY, AtEnd.COREDUMP_DESTROY)
