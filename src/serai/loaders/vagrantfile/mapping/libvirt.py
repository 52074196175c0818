"""The block of vagrant-libvirt → processors, memory, firmware and engine (VAG-3). Devices: libvirt_devices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.mapping.disks import size as size_of
from serai.loaders.vagrantfile.mapping.draft import NO_WORD, Draft, calls, listed, number, truth
from serai.loaders.vagrantfile.mapping.engine import add_args, add_xml
from serai.loaders.vagrantfile.mapping.libvirt_clock import clock, hyperv, timers
from serai.loaders.vagrantfile.mapping.libvirt_devices import DEVICES
from serai.loaders.vagrantfile.mapping.libvirt_reasons import REASONS
from serai.loaders.vagrantfile.mapping.virtualbox import mebibytes
from serai.util.errors import Where

Map = Callable[[Draft, Any, str, Where], None]

ARCHES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def map_libvirt(draft: Draft, block: dict[str, Plain], places: dict[str, Where]) -> None:
    """Each key of the block, once."""
    _uri(draft, block, places)
    for key, value in block.items():
        where = places.get(key, Where(""))
        label = f"libvirt.{key}"
        if key in URI_KEYS:
            continue
        if act := KEYS.get(key) or DEVICES.get(key):
            draft.attempt(label, where, act, draft, value, label, where)
        else:
            for at in dict.fromkeys(at for _, at in calls(draft, value, label, where)) or [where]:
                draft.dropped(label, at, REASONS.get(key, NO_WORD))


URI_KEYS = ("uri", "host", "connect_via_ssh", "username", "id_ssh_key_file", "port", "socket", "qemu_use_session")


def _uri(draft: Draft, block: dict[str, Plain], places: dict[str, Where]) -> None:
    """Where the libvirtd is: stated as a whole, or in parts, as vagrant-libvirt puts them together."""
    stated = [key for key in URI_KEYS if key in block]
    if not stated:
        return
    uri = str(block.get("uri") or "")
    session = truth(block.get("qemu_use_session"))
    where = places.get(stated[0], Where(""))
    if not uri and (truth(block.get("connect_via_ssh")) or block.get("host")):
        user = f"{block['username']}@" if block.get("username") else ""
        port = f":{block['port']}" if block.get("port") else ""
        uri = f"qemu+ssh://{user}{block.get('host') or 'localhost'}{port}/{'session' if session else 'system'}"
        key_file = block.get("id_ssh_key_file")
        uri += f"?keyfile={key_file}" if key_file else ""
    elif not uri and session:
        uri = "qemu:///session"
    elif not uri and block.get("socket"):
        uri = f"qemu+unix:///system?socket={block['socket']}"
    for key in stated:
        if uri and draft.provider == "libvirt":
            draft.put(("providers", "libvirt", "uri"), uri, f"libvirt.{key}", places.get(key, where))
        elif uri:
            draft.dropped(
                f"libvirt.{key}", places.get(key, where), "the machine runs on QEMU itself, without libvirt"
            )
        else:
            draft.dropped(f"libvirt.{key}", places.get(key, where), "it states what is so anyway")


def _cpus(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if (count := number(value)) is None:
        draft.dropped(key, where, f"{value!r} is no number")
    else:
        draft.put(("cpu", "count"), count, key, where)


def _memory(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """MB; libvirt reads 2G and the like, too."""
    if (size := number(value)) is not None:
        text: str | None = mebibytes(size)
    else:
        text = size_of(value, "MiB")
    if text is None:
        draft.dropped(key, where, f"{value!r} is no size")
    elif not draft.get("numa", "cells"):
        draft.put(("memory", "size"), text, key, where)
    else:
        draft.dropped(key, where, "numa_nodes say how much it is")


def _cpu_mode(draft: Draft, value: Plain, key: str, where: Where) -> None:
    word = str(value)
    if word == "custom":
        if not draft.config.providers.get(draft.config.provider, {}).get("cpu_model"):
            draft.put(("cpu", "model"), "qemu64", key, where, "as libvirt's custom without a model")
        else:
            draft.told(key, where, "cpu.model")
    else:
        names = {"host-passthrough": "host", "maximum": "max"}
        draft.put(("cpu", "model"), names.get(word, word), key, where)


def _cpu_model(draft: Draft, value: Plain, key: str, where: Where) -> None:
    block = draft.config.providers.get(draft.config.provider, {})
    if str(block.get("cpu_mode") or "") in ("host-model", "host-passthrough", "maximum") or not value:
        draft.dropped(key, where, "it counts only with cpu_mode custom")
    else:
        draft.put(("cpu", "model"), str(value), key, where)


POLICIES = {"force": True, "require": True, "optional": True, "disable": False, "forbid": False}


def _features(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        policy = str(item.get("policy"))
        if policy in POLICIES:
            draft.put(("cpu", "features", str(item["name"])), POLICIES[policy], key, at)
        else:
            draft.dropped(f"{key} {item.get('name')}", at, f"there is no policy {policy}")


def _topology(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for name in ("sockets", "cores", "threads"):
        if (count := number(value.get(name))) is not None:
            draft.put(("cpu", name), count, key, where)


def _affinity(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for cpu, cpus in dict(value).items():
        draft.put(("cpu", "pin", "each", str(cpu)), str(cpus), key, where)


def _cpuset(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """libvirt: CPUs that all of the virtual ones may run on."""
    block = draft.config.providers.get(draft.config.provider, {})
    for cpu in range(number(block.get("cpus")) or 1):
        draft.put(("cpu", "pin", "each", str(cpu)), str(value), key if cpu == 0 else "", where)
    draft.notes[:] = [note for note in draft.notes if note.key]


def _numa(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """Memory in MB; the sum is the machine's."""
    cells, total = [], 0
    for item in listed(value):
        cell = {"cpus": str(item.get("cpus"))}
        if (size := number(item.get("memory"))) is not None:
            cell["memory"] = mebibytes(size)
            total += size
        cells.append(cell)
        if str(item.get("memAccess") or "") == "shared":
            draft.put(("memory", "shared"), True, f"{key} memAccess", where)
    draft.put(("numa", "cells"), cells, key, where)
    draft.put(("memory", "size"), mebibytes(total), key, where, "the sum of the nodes")


def _memorybacking(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        name = str(item.get("name"))
        label = f"{key} {name}"
        if name == "hugepages":
            draft.put(("memory", "hugepages"), {}, label, at)
        elif name == "nosharepages":
            draft.put(("memory", "merge"), False, label, at)
        elif name == "locked":
            draft.put(("memory", "locked"), True, label, at)
        elif name == "source":
            draft.put(("memory", "source"), str(item.get("type")), label, at)
        elif name == "access":
            draft.put(("memory", "shared"), str(item.get("mode")) == "shared", label, at)
        elif name == "allocation":
            draft.put(("memory", "prealloc"), str(item.get("mode")) == "immediate", label, at)
        elif name == "discard":
            draft.dropped(label, at, "the memory goes with the process")
        else:
            draft.dropped(label, at, NO_WORD)


def _memtune(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """KiB."""
    for kind, item in dict(value).items():
        amount = number(item.get("value")) if isinstance(item, dict) else number(item)
        if kind == "hard_limit" and amount:
            draft.put(("memory", "hard_limit"), f"{amount}KiB", f"{key} {kind}", where)
        elif amount:
            add_xml(draft, f"<memtune><{kind} unit='KiB'>{amount}</{kind}></memtune>", f"{key} {kind}", where)


def _balloon(draft: Draft, value: Plain, key: str, where: Where) -> None:
    on = truth(value) if key.endswith("enabled") else str(value) != "none"
    draft.put(("memory", "balloon"), on, key, where)


def _loader(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """A path of OVMF: serai finds the firmware itself."""
    path = str(value).lower()
    if not re.search(r"ovmf|efi|aavmf|edk2", path):
        draft.dropped(key, where, "serai takes SeaBIOS or OVMF, and this is neither")
        return
    draft.put(("firmware",), "uefi", key, where, "serai finds OVMF itself")
    if re.search(r"secboot|secure|\.ms\.", path):
        draft.put(("secure_boot",), True, key, where)


def _arch(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if (arch := ARCHES.get(str(value))) is None:
        draft.dropped(key, where, f"serai runs amd64 and arm64, not {value}")
    else:
        draft.put(("arch",), arch, key, where)


def _machine(draft: Draft, value: Plain, key: str, where: Where) -> None:
    draft.put(("providers", draft.raw(), "machine"), str(value), key, where)


def _emulator(draft: Draft, value: Plain, key: str, where: Where) -> None:
    name = "emulator" if draft.provider == "libvirt" else "binary"
    draft.put(("providers", draft.raw(), name), str(value), key, where)


def _driver(draft: Draft, value: Plain, key: str, where: Where) -> None:
    word = str(value)
    if word == "kvm":
        draft.dropped(key, where, "KVM is what serai takes where it works")
    elif word == "qemu":
        draft.put(("providers", draft.raw(), "accel"), "tcg", key, where)
    else:
        draft.dropped(key, where, f"serai drives QEMU through libvirt, not {word}")


def _kernel(flag: str, element: str) -> Map:
    """Direct boot of a kernel."""

    def act(draft: Draft, value: Plain, key: str, where: Where) -> None:
        if not value:
            return
        if draft.provider == "libvirt":
            add_xml(draft, f"<{element}>{escape(str(value))}</{element}>", key, where, at="./os")
        else:
            add_args(draft, [flag, str(value)], key, where)

    return act


def escape(text: str) -> str:
    from xml.sax.saxutils import escape as escaped

    return escaped(text, {"'": "&apos;", '"': "&quot;"})


def _shares(draft: Draft, value: Plain, key: str, where: Where) -> None:
    add_xml(draft, f"<cputune><shares>{escape(str(value))}</shares></cputune>", key, where)


USUAL = ("acpi", "apic", "pae")


def _domain_features(draft: Draft, value: Plain, key: str, where: Where) -> None:
    more = [str(item) for item in listed(value) if str(item) not in USUAL]
    for name in more:
        add_xml(draft, f"<features><{escape(name)}/></features>", f"{key} {name}", where)
    if not more:
        draft.dropped(key, where, "QEMU's boards have these anyway")


def _nodeset(draft: Draft, value: Plain, key: str, where: Where) -> None:
    draft.put(("numa", "host_nodes"), str(value), key, where)


def _pool(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if draft.provider == "libvirt":
        draft.put(("providers", "libvirt", "pool"), str(value), key, where)
    else:
        draft.dropped(key, where, "the machine runs on QEMU itself: its disks are in its own directory")


def _only_libvirt(name: str, convert: Callable[[Any], Any]) -> Map:
    def act(draft: Draft, value: Plain, key: str, where: Where) -> None:
        if draft.provider == "libvirt":
            draft.put(("providers", "libvirt", name), convert(value), key, where)
        else:
            draft.dropped(key, where, "the machine runs on QEMU itself, without libvirt")

    return act


def _description(draft: Draft, value: Plain, key: str, where: Where) -> None:
    add_xml(draft, f"<description>{escape(str(value))}</description>", key, where)


def _sev(draft: Draft, value: Plain, key: str, where: Where) -> None:
    given = {"cbitpos": 47, "reducedPhysBits": 1, "policy": "0x0003"} | {
        k: v for k, v in value.items() if k != "type"
    }
    inner = "".join(f"<{name}>{escape(str(item))}</{name}>" for name, item in given.items())
    add_xml(draft, f"<launchSecurity type='sev'>{inner}</launchSecurity>", key, where)


BLOCKS = {"bios": "bios", "system": "system", "base board": "baseBoard", "chassis": "chassis"}


def _sysinfo(draft: Draft, value: Plain, key: str, where: Where) -> None:
    parts = []
    for name, entries in dict(value).items():
        if name in ("oem strings", "oemStrings"):
            inner = "".join(f"<entry>{escape(str(item))}</entry>" for item in listed(entries))
            parts.append(f"<oemStrings>{inner}</oemStrings>")
        elif name in BLOCKS:
            inner = "".join(f"<entry name='{escape(str(k))}'>{escape(str(v))}</entry>" for k, v in entries.items())
            parts.append(f"<{BLOCKS[name]}>{inner}</{BLOCKS[name]}>")
    if parts:
        add_xml(draft, f"<sysinfo type='smbios'>{''.join(parts)}</sysinfo>", key, where)
        if draft.provider == "libvirt":
            add_xml(draft, "<smbios mode='sysinfo'/>", key, where, at="./os")


def _put(*path: str, convert: Callable[[Any], Any] = str) -> Map:
    def act(draft: Draft, value: Plain, key: str, where: Where) -> None:
        draft.put(path, convert(value), key, where)

    return act


KEYS: dict[str, Map] = {
    "driver": _driver,
    "cpus": _cpus,
    "memory": _memory,
    "cpu_mode": _cpu_mode,
    "cpu_model": _cpu_model,
    "cpu_feature": _features,
    "cputopology": _topology,
    "cpuaffinitiy": _affinity,
    "cpuaffinity": _affinity,
    "cpuset": _cpuset,
    "nested": _put("cpu", "nested", convert=truth),
    "kvm_hidden": _put("gpu", "hide_hypervisor", convert=truth),
    "numa_nodes": _numa,
    "nodeset": _nodeset,
    "shares": _shares,
    "memorybacking": _memorybacking,
    "memtune": _memtune,
    "memballoon_enabled": _balloon,
    "memballoon_model": _balloon,
    "loader": _loader,
    "machine_type": _machine,
    "machine_arch": _arch,
    "emulator_path": _emulator,
    "kernel": _kernel("-kernel", "kernel"),
    "initrd": _kernel("-initrd", "initrd"),
    "cmd_line": _kernel("-append", "cmdline"),
    "dtb": _kernel("-dtb", "dtb"),
    "features": _domain_features,
    "hyperv_feature": hyperv,
    "clock_offset": clock,
    "clock_timer": timers,
    "storage_pool_name": _pool,
    "title": _only_libvirt("title", str),
    "description": _description,
    "autostart": _only_libvirt("autostart", truth),
    "launchsecurity": _sev,
    "sysinfo": _sysinfo,
}
"""Keys of the block -> what makes them the spec's."""
