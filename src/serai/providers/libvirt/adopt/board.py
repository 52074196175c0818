"""<os>, <features> and <clock> -> firmware, boot, clock, Hyper-V and what hides the hypervisor."""

from __future__ import annotations

from typing import Any

from serai.providers.libvirt.adopt.xml import Element, is_on, number, value
from serai.providers.libvirt.site import Kernel
from serai.spec.clock import Clock, HyperV, Offset, TickPolicy
from serai.spec.device import Boot, Gpu
from serai.spec.image import Firmware

OS_BOOT = {"hd": "disk", "cdrom": "cdrom", "network": "network"}


def firmware_of(root: Element) -> dict[str, Any]:
    """`firmware` and `secure_boot`, as fields of the Machine."""
    if not is_uefi(root):
        return {}
    features = {each.get("name"): each.get("enabled") for each in root.iterfind("os/firmware/feature")}
    secure = features.get("secure-boot") == "yes" or is_on(root, "os/loader@secure")
    return {"firmware": Firmware.UEFI, "secure_boot": True if secure else None}


def is_uefi(root: Element) -> bool:
    return value(root, "os@firmware") == "efi" or value(root, "os/loader@type") == "pflash"


def machine_type(root: Element) -> str:
    """Without its version: `pc-q35-7.2` is `q35`. libvirt keeps the version that the guest knows."""
    name = value(root, "os/type@machine")
    if "q35" in name or name.split("-")[0] == "virt" or not name:
        return "q35"
    return "pc" if name.startswith("pc-") else name


def kernel_of(root: Element) -> Kernel | None:
    path = root.findtext("os/kernel")
    if not path:
        return None
    return Kernel(kernel=path, initrd=root.findtext("os/initrd") or "", cmdline=root.findtext("os/cmdline") or "")


def boot_of(root: Element, disks: dict[str, Element], seed: str) -> Boot:
    """By each device's own place, else by <os>'s kinds; the order that rendering takes by itself is not stated."""
    order: dict[int, str] = {}
    for name, element in disks.items():
        if (place := number(element, "boot@order")) is not None:
            order[place] = name
    for element in root.iterfind("devices/interface"):
        if (place := number(element, "boot@order")) is not None:
            order[place] = "network"
    names = [order[place] for place in sorted(order)] or _by_kind(root, disks)
    usual = [] if root.find("os/kernel") is not None else [name for name in disks if name != seed]
    return Boot(order=[] if names == usual else names, menu=bool(is_on(root, "os/bootmenu@enable")))


def _by_kind(root: Element, disks: dict[str, Element]) -> list[str]:
    names = []
    for each in root.iterfind("os/boot"):
        kind = OS_BOOT.get(each.get("dev", ""), "")
        if kind == "network":
            names.append(kind)
        names += [name for name, disk in disks.items() if disk.get("device", "disk") == kind and name not in names]
    return names


def clock_of(root: Element) -> Clock:
    """A timer that is not there is as libvirt has it then: rtc and pit delay, hpet and kvmclock are there."""
    timers = {each.get("name"): each for each in root.iterfind("clock/timer")}
    policies = {name: timer.get("tickpolicy") for name, timer in timers.items()}
    present = {name: timer.get("present") != "no" for name, timer in timers.items()}
    offset = value(root, "clock@offset")
    if value(root, "os/type@arch") not in ("x86_64", "i686", ""):
        return Clock(offset=Offset(offset) if offset in set(Offset) else Offset.UTC)
    return Clock(
        offset=Offset(offset) if offset in set(Offset) else Offset.UTC,
        rtc=_policy(policies.get("rtc")),
        pit=_policy(policies.get("pit")),
        hpet=present.get("hpet", True),
        kvmclock=present.get("kvmclock", True),
    )


def _policy(word: str | None) -> TickPolicy:
    return TickPolicy(word) if word in set(TickPolicy) else TickPolicy.DELAY


def hyperv_of(root: Element) -> HyperV | None:
    there = root.find("features/hyperv")
    if there is None:
        return None
    states = {tag: value(there, f"{tag}@state") == "on" for tag in HyperV.__struct_fields__}
    if not any(states.values()):
        return None
    words: dict[str, Any] = {**states, "spinlocks": None}
    if states["spinlocks"]:
        words["spinlocks"] = number(there, "spinlocks@retries") or 8191
    return HyperV(**words)


def gpu_of(root: Element) -> Gpu:
    if value(root, "features/kvm/hidden@state") != "on":
        return Gpu()
    vendor = value(root, "features/hyperv/vendor_id@value")
    return Gpu(hide_hypervisor=True, vendor_id=vendor) if vendor else Gpu(hide_hypervisor=True)
