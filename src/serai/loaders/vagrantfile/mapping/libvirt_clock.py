"""The block of vagrant-libvirt → the clock, and Hyper-V's enlightenments."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.mapping.draft import Draft, calls, number, truth
from serai.spec.clock import HyperV
from serai.util.errors import Where

HYPERV = tuple(name for name in HyperV.__struct_fields__ if name != "spinlocks")


def hyperv(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        name, on = str(item.get("name")), truth(item.get("state"))
        label = f"{key} {name}"
        if name == "spinlocks" and on:
            draft.put(("hyperv", name), max(4095, number(item.get("retries")) or 8191), label, at)
        elif name == "spinlocks":
            draft.put(("hyperv", name), None, label, at)
        elif name in HYPERV:
            draft.put(("hyperv", name), on, label, at)
        else:
            draft.dropped(label, at, "serai's `hyperv` has no such enlightenment")


def clock(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if str(value) in ("utc", "localtime"):
        draft.put(("clock", "offset"), str(value), key, where)
    else:
        draft.dropped(key, where, "serai's clocks are utc or localtime: the guest's time zone is `guest.timezone`")


def timers(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        name = str(item.get("name"))
        label = f"{key} {name}"
        present = item.get("present")
        if name in ("rtc", "pit") and item.get("tickpolicy") in ("delay", "catchup", "discard"):
            draft.put(("clock", name), str(item["tickpolicy"]), label, at)
        elif name in ("hpet", "kvmclock") and present is not None:
            draft.put(("clock", name), truth(present), label, at)
        else:
            draft.dropped(label, at, "serai's clocks have rtc, pit, hpet and kvmclock")
