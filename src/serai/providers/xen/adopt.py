"""Domains that others made, by xl or by libvirt, in serai's words: from what xl says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from serai.providers.contract import Scope
from serai.providers.xen import place
from serai.providers.xen.dom0 import dom0
from serai.providers.xen.inventory import Found, config_of, find
from serai.providers.xen.place import host_of
from serai.providers.xen.record import Phase, Record, save
from serai.providers.xen.render import pins
from serai.providers.xen_guest import BRIDGE, CONSOLE, uri_of_host
from serai.spec.cpu import Cpu, Pin
from serai.spec.disk import Disk, DiskDevice, DiskFormat
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import Nic, NicModel, PublicNic, UplinkNic, UplinkType
from serai.spec.raw import Raw
from serai.spec.xen import AtEnd, Via, Vif, XenRaw, XenType
from serai.util.units import KIB

WEIGHT = 256
"""Of a domain that states none. Source: xl.cfg(5), cpu_weight."""
READ = (
    *("c_info", "b_info", "disks", "nics"),
    *("on_poweroff", "on_reboot", "on_watchdog", "on_crash", "on_soft_reset"),
)
"""Parts of a domain's configuration that serai has keys for, or that say nothing of the machine."""
NAMES = {"vfbs": "vfb", "vkbs": "vkb", "pcidevs": "pci", "usbdevs": "usbdev", "usbctrls": "usbctrl"}
"""Other parts -> their key of xl.cfg."""


def described(domain: str, name: str, where: str | None) -> tuple[Machine, tuple[str, ...], Found]:
    """The machine, what has no key of its own, and the domain. Raises Code.INPUT where there is none."""
    there, found = find(domain, where)
    machine, kept = machine_of(config_of(there, found), name, there.host or None)
    if found.via is Via.LIBVIRT:
        machine, lost = _by_libvirt(machine, there.host)
        kept = (*kept, *lost)
    return machine, kept, found


def _by_libvirt(machine: Machine, host: str) -> tuple[Machine, tuple[str, ...]]:
    """One of libvirt's, without what a domain that libvirt makes of a file of xl's does not have (check.py)."""
    raw = machine.providers.xen
    told = {"weight": raw.weight, "cap": raw.cap, "cpupool": raw.cpupool}
    lost = [f"providers.xen.{key}: {value}" for key, value in told.items() if value is not None]
    own = msgspec.structs.replace(
        raw, via=Via.LIBVIRT, host=None, uri=uri_of_host(host), weight=None, cap=None, cpupool=None
    )
    machine = msgspec.structs.replace(machine, providers=Raw(xen=own))
    if isinstance(places := pins(machine), list):
        lost.append(f"cpu.pin: {', '.join(places)}")
        machine = msgspec.structs.replace(machine, cpu=msgspec.structs.replace(machine.cpu, pin=Pin()))
    return machine, tuple(lost)


def machine_of(config: dict[str, Any], name: str, host: str | None = None) -> tuple[Machine, tuple[str, ...]]:
    """A domain's configuration in serai's words, and what of it has none. Pure."""
    about, build = config["c_info"], config.get("b_info", {})
    kind = XenType(about["type"])
    own = build.get(f"type.{kind}") or build
    raw = XenRaw(
        host=host,
        type=kind,
        **_start(build, own),
        **_ends(config),
        **_share(build),
        hap=_flag(about.get("hap")),
        cpupool=about.get("pool_name") if about.get("pool_name") not in (None, "Pool-0") else None,
        vifs=dict(_vifs(config)),
    )
    machine = Machine(
        name=name,
        provider="xen",
        cpu=_cpu(build, own),
        memory=_memory(build),
        disks=dict(_disks(config)),
        networks=list(_nics(config)),
        firmware=Firmware.UEFI if own.get("bios") == "ovmf" else None,
        providers=Raw(xen=raw),
    )
    others = {NAMES.get(key, key): value for key, value in config.items() if key not in READ and value}
    left = [f"{key}: {len(value)} of them" for key, value in others.items()]
    return machine, tuple(left)


def _flag(value: Any) -> bool | None:
    """libxl's words for a switch: `True`, `False`, `<default>`."""
    return {"True": True, "False": False, True: True, False: False}.get(value)


def _start(build: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Since 4.10 these are of every kind, before they were PV's alone."""
    found = {key: build.get(key) or own.get(key) for key in ("kernel", "ramdisk", "cmdline", "bootloader")}
    args = build.get("bootloader_args") or own.get("bootloader_args") or []
    if found["bootloader"]:  # what it found is no choice of anybody's
        found["kernel"] = found["ramdisk"] = None
    return {key: value for key, value in found.items() if value} | ({"bootloader_args": args} if args else {})


def _ends(config: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for key in ("on_poweroff", "on_reboot", "on_crash"):
        if word := config.get(key):
            found[key] = AtEnd(str(word).replace("_", "-"))
    return found


def _share(build: dict[str, Any]) -> dict[str, Any]:
    told = build.get("sched_params") or {}
    weight, cap = told.get("weight"), told.get("cap")
    return {
        "weight": weight if weight and weight not in (WEIGHT, -1) else None,
        "cap": cap if cap and cap > 0 else None,
    }


def _cpu(build: dict[str, Any], own: dict[str, Any]) -> Cpu:
    most = int(build.get("max_vcpus", 1))
    now = len(build.get("avail_vcpus") or range(most))
    nested = _flag(build.get("nested_hvm")) or _flag(own.get("nested_hvm")) or False
    places = build.get("vcpu_hard_affinity") or []
    each = {str(number): _cpus(place) for number, place in enumerate(places) if place}
    return Cpu(count=now, max=most if most > now else None, nested=nested, pin=Pin(each=each))


def _cpus(place: list[int]) -> str:
    from serai.util.cpuset import ranges

    return ranges(tuple(place))


def _memory(build: dict[str, Any]) -> Memory:
    size, most = int(build.get("target_memkb", 0)) * KIB, int(build.get("max_memkb", 0)) * KIB
    size = size or most
    return Memory(size=size, max=most if most > size else None)


def _disks(config: dict[str, Any]) -> Iterator[tuple[str, Disk]]:
    """By the guest's own names; the first one is its root."""
    for number, each in enumerate(config.get("disks") or []):
        cdrom = bool(each.get("is_cdrom"))
        form = DiskFormat.QCOW2 if each.get("format") == "qcow2" else DiskFormat.RAW
        name = "root" if number == 0 and not cdrom else str(each["vdev"])
        yield (
            name,
            Disk(
                path=each.get("pdev_path") or None,
                format=form,
                device=DiskDevice.CDROM if cdrom else DiskDevice.DISK,
                readonly=not cdrom and not each.get("readwrite", 1),
            ),
        )


def _nics(config: dict[str, Any]) -> Iterator[Nic]:
    """The first card is the uplink; one without any has none."""
    known = config.get("nics") or []
    if not known:
        yield Nic(uplink=UplinkNic(type=UplinkType.NONE))
    for number, each in enumerate(known):
        model = each.get("model")
        shown = {"e1000": NicModel.E1000, "rtl8139": NicModel.RTL8139}
        emulated = shown.get(model, NicModel.VIRTIO) if each.get("nictype") == "vif_ioemu" else NicModel.VIRTIO
        bridge = each.get("bridge") or BRIDGE
        if number == 0:
            name = None if bridge == BRIDGE else bridge
            yield Nic(uplink=UplinkNic(mac=each.get("mac"), network_name=name, model=emulated))
        else:
            yield Nic(public=PublicNic(mac=each.get("mac"), bridge=bridge, model=emulated))


def _vifs(config: dict[str, Any]) -> Iterator[tuple[str, Vif]]:
    for number, each in enumerate(config.get("nics") or []):
        script = str(each.get("script") or "").rpartition("/")[2]
        found = Vif(
            script=script if script not in ("", "vif-bridge") else None,
            ip=each.get("ip"),
            gatewaydev=each.get("gatewaydev"),
            vifname=each.get("ifname"),
        )
        if found != Vif():
            yield str(number), found


def take(scope: Scope, domain: str, name: str, where: str | None) -> tuple[Machine, tuple[str, ...]]:
    """Make a domain of somebody else's the project's machine `name`: a record is written, the domain left alone.

    Its disks stay their owner's: destroy leaves them.
    """
    machine, kept, found = described(domain, name, where)
    there = dom0(host_of(machine))
    place.remember(scope, there.host)
    raw = machine.providers.xen
    boot = there.run("cat /proc/sys/kernel/random/boot_id").stdout.strip()
    record = Record(
        name=name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        domain=domain,
        via=raw.via,
        uuid=found.uuid,
        phase=Phase.MADE,
        kind=raw.type or XenType.PV,
        applied=machine,
        macs=tuple(str(each.mac).lower() for each in _cards(machine) if each.mac),
        uplink=BRIDGE,
        kernel=bool(raw.kernel) and CONSOLE in (raw.cmdline or ""),
        boot=boot,
        stopped=found.config is None,
    )
    save(there, scope, record)
    return machine, kept


def _cards(machine: Machine) -> Iterator[UplinkNic | PublicNic]:
    for nic in machine.networks:
        if card := nic.uplink or nic.public:
            yield card
