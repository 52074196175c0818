"""Domains of xl's that others made: found, and described in serai's words from what `xl list -l` says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from serai.providers.contract import Scope
from serai.providers.xen import place
from serai.providers.xen.dom0 import Dom0, dom0
from serai.providers.xen.record import Phase, Record, save
from serai.providers.xen_guest import BRIDGE, CONSOLE
from serai.spec.cpu import Cpu, Pin
from serai.spec.disk import Disk, DiskDevice, DiskFormat
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.spec.network import Nic, NicModel, PublicNic, UplinkNic, UplinkType
from serai.spec.raw import Raw
from serai.spec.xen import AtEnd, Vif, XenRaw, XenType
from serai.util.errors import Code, SeraiError
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


def foreign(host: str | None) -> list[tuple[str, str]]:
    """(name, where) of the domains that are none of serai's. `host`: a dom0; None: this host, where xl is."""
    import shutil

    if host is None and not shutil.which("xl"):
        return []
    there = dom0(host or "")
    known = _serais(there)
    return [
        (str(each["config"]["c_info"]["name"]), f"xl on {there.name}")
        for each in listed(there)
        if each["config"]["c_info"].get("uuid") not in known
    ]


def listed(there: Dom0) -> list[dict[str, Any]]:
    """What `xl list -l` says of every domain but dom0. Raises Code.CORRUPT where that is no such thing."""
    text = there.run("xl list -l").stdout
    try:
        found = msgspec.json.decode(text, type=list[dict[str, Any]])
        return [each for each in found if each.get("domid") and each["config"]["c_info"].get("name")]
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise SeraiError(Code.CORRUPT, f"{there.name}: xl list -l says what serai cannot read: {error}") from error


def _serais(there: Dom0) -> set[str]:
    """UUIDs of the domains of all of serai's projects there."""
    records = f"{place.ROOT}/*/*/{place.RECORD}"
    said = there.run(f'sed -n \'s/^ *"uuid": "\\(.*\\)",*$/\\1/p\' {records} 2>/dev/null; true')
    return set(said.stdout.split())


def described(domain: str, name: str, host: str | None) -> tuple[Machine, tuple[str, ...], str]:
    """The machine, what has no key of its own, and the domain's UUID. Raises Code.INPUT where there is none."""
    there = dom0(host or "")
    known = {str(each["config"]["c_info"]["name"]): each for each in listed(there)}
    if domain not in known:
        names = ", ".join(sorted(known)) or "there are none"
        raise SeraiError(Code.INPUT, f"xl on {there.name} has no domain {domain!r}", hint=names)
    config = known[domain]["config"]
    machine, kept = machine_of(config, name, host)
    return machine, kept, str(config["c_info"]["uuid"])


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


def take(scope: Scope, domain: str, name: str, host: str | None) -> tuple[Machine, tuple[str, ...]]:
    """Make a domain of somebody else's the project's machine `name`: a record is written, the domain left alone.

    Its disks stay their owner's: destroy leaves them.
    """
    machine, kept, uuid = described(domain, name, host)
    there = dom0(host or "")
    place.remember(scope, host or "")
    raw = machine.providers.xen
    boot = there.run("cat /proc/sys/kernel/random/boot_id").stdout.strip()
    record = Record(
        name=name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        domain=domain,
        uuid=uuid,
        phase=Phase.MADE,
        kind=raw.type or XenType.PV,
        applied=machine,
        macs=tuple(str(each.mac).lower() for each in _cards(machine) if each.mac),
        uplink=BRIDGE,
        kernel=bool(raw.kernel) and CONSOLE in (raw.cmdline or ""),
        boot=boot,
        stopped=False,
    )
    save(there, scope, record)
    return machine, kept


def _cards(machine: Machine) -> Iterator[UplinkNic | PublicNic]:
    for nic in machine.networks:
        if card := nic.uplink or nic.public:
            yield card
