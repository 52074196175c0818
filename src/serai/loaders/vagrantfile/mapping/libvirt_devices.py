"""The block of vagrant-libvirt → disks, boot order, cards, screen and devices (VAG-3, VAG-9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain, text_of
from serai.loaders.vagrantfile.mapping.access import uplink
from serai.loaders.vagrantfile.mapping.disks import name_of, size
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, calls, listed, number, truth
from serai.loaders.vagrantfile.mapping.engine import add_args, add_xml
from serai.loaders.vagrantfile.mapping.networks import MODELS, mac_of
from serai.util.errors import Where

BUSES = {"virtio": "virtio", "scsi": "scsi", "sata": "sata", "ide": "sata", "nvme": "nvme"}
"""A q35 board has SATA where an older one has IDE."""
CACHES = ("none", "writeback", "writethrough", "directsync", "unsafe")
STORAGE_REASONS = {
    "path": "serai names the file itself, and removes it with the machine: `path` of a disk is one that stays",
    "allow_existing": "a disk of serai's is its machine's alone: `path` uses a file that is there",
    "shareable": "a disk that is written to has one machine",
    "wwn": "the engine says it",
    "address_type": "the engine says where on the bus a disk is",
    "copy_on_read": "the image is on this host already",
    "device": "the disk's name says it",
    "dev": "the guest names its disks itself",
}


def _storage(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        options = Options(draft, f"{key} :file", item, at)
        kind = str(options.take("device") or "")
        disks = draft.data.setdefault("disks", {})
        if kind == "floppy":
            name = name_of(str(item.get("path") or "floppy").rpartition("/")[2].partition(".")[0], disks)
            disk: dict[str, Any] = {"device": "floppy"}
            if path := options.take("path"):
                disk["path"] = str(path)
            options.quiet("type", "bus")
        elif kind == "cdrom":
            stem = re.sub(r"\.iso$", "", str(item.get("path") or "cd").rpartition("/")[2])
            name = name_of(stem, disks)
            disk = {"device": "cdrom"}
            if path := options.take("path"):
                disk["path"] = str(path)
            options.quiet("type")
            bus = BUSES.get(str(options.take("bus") or "sata"))
            if bus == "scsi":
                disk["bus"] = bus
        else:
            name = name_of(kind or f"disk-{len([one for one in disks if one != 'root']) + 1}", disks)
            disk = _disk(options)
        disks[name] = disk
        draft.places[("disks", name)] = at
        options.done(f"disks.{name}", STORAGE_REASONS)


def _disk(options: Options) -> dict[str, Any]:
    """A new disk of 10 GiB, where the block does not say otherwise."""
    stated = options.take("size", "10G")
    disk: dict[str, Any] = {"size": size(stated, "GiB")}
    if disk["size"] is None:
        options.refuse("size", f"{stated!r} is no size")
        disk["size"] = "10GiB"
    if (kind := options.take("type")) and str(kind) in ("qcow2", "raw"):
        if str(kind) == "raw":
            disk["format"] = "raw"
    elif kind:
        options.drop("type", f"serai makes qcow2 and raw, not {kind}")
    bus = options.take("bus")
    if bus and str(bus) in BUSES:
        if BUSES[str(bus)] != "virtio":
            disk["bus"] = BUSES[str(bus)]
    elif bus:
        options.drop("bus", f"serai has no disks on {bus}")
    _driver(options.take, disk)
    if serial := options.take("serial"):
        disk["serial"] = str(serial)[:20]
    if pool := options.take("pool"):
        disk["pool"] = str(pool)
    return disk


def _driver(take: Callable[[str], Plain], disk: dict[str, Any]) -> None:
    """cache, io, discard and detect_zeroes, of the root disk and of others."""
    if (cache := take("cache")) and str(cache) in CACHES:
        disk["cache"] = str(cache)
    if (io := take("io")) and str(io) in ("threads", "native", "io_uring"):
        disk["io"] = str(io)
    if (discard := take("discard")) and str(discard) in ("unmap", "ignore"):
        disk["discard"] = str(discard)
    if (zeroes := take("detect_zeroes")) and str(zeroes) in ("off", "on", "unmap"):
        disk["detect_zeroes"] = str(zeroes)


def _disk_driver(draft: Draft, value: Plain, key: str, where: Where) -> None:
    options = Options(draft, key, value, where)
    root = draft.data.setdefault("disks", {}).setdefault("root", {})
    _driver(options.take, root)
    if kind := options.take("type"):
        root["format"] = str(kind)
    draft.places[("disks", "root")] = where
    options.done("disks.root", STORAGE_REASONS)


def _disk_bus(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if (bus := BUSES.get(str(value))) is None:
        draft.dropped(key, where, f"serai has no disks on {value}")
    else:
        draft.put(("disks", "root", "bus"), bus, key, where)


def _cache(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if str(value) in CACHES:
        draft.put(("disks", "root", "cache"), str(value), key, where)
    else:
        draft.dropped(key, where, "serai finds out which cache the file system can have")


def _root_size(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if text := size(value, "GiB"):
        draft.put(("disks", "root", "size"), text, key, where)
    else:
        draft.dropped(key, where, f"{value!r} is no size")


def _boot(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """hd is the first disk; a cdrom, the first CD-ROM; a network, whichever."""
    order: list[str] = []
    for item, at in calls(draft, value, key, where):
        word = next(iter(item), "") if isinstance(item, dict) else str(item)
        if word == "network":
            order.append("network")
        elif word == "hd":
            order.append("root")
        elif word == "cdrom":
            disks = draft.data.get("disks", {})
            order += [name for name, disk in disks.items() if disk.get("device") == "cdrom"][:1]
        else:
            draft.dropped(f"{key} {word}", at, f"serai does not boot from {word}")
    if order := [*dict.fromkeys(order)]:
        draft.put(("boot", "order"), order, key, where)


def _graphics(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if str(value) in ("vnc", "spice", "none"):
        draft.put(("devices", "graphics", "type"), str(value), key, where)
    else:
        draft.dropped(key, where, f"serai's screens are vnc or spice, not {value}")


VIDEOS = {"virtio": "virtio", "qxl": "qxl", "vga": "vga", "cirrus": "vga", "bochs": "bochs", "none": "none"}


def _video(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if (video := VIDEOS.get(str(value))) is None:
        draft.dropped(key, where, f"QEMU has no card {value} that serai knows")
    else:
        draft.put(("devices", "video"), video, key, where, "" if video == str(value) else f"in place of {value}")


def _sound(draft: Draft, value: Plain, key: str, where: Where) -> None:
    add_xml(draft, f"<devices><sound model='{_word(value)}'/></devices>", key, where)


def _word(value: Plain) -> str:
    return re.sub(r"[^A-Za-z0-9._:-]", "", str(value))


def _hex(value: Plain, width: int) -> str:
    """A number of a PCI address, as `0x06`, "06" or 6."""
    text = str(value).lower()
    return format(int(text.removeprefix("0x"), 16) if isinstance(value, str) else int(value), f"0{width}x")


def _pci(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        options = Options(draft, key, item, at)
        try:
            parts = [_hex(options.take(name) or "0", width) for name, width in PCI_PARTS]
        except ValueError:
            draft.dropped(key, at, f"{item!r} is no PCI address")
            continue
        device = {"address": f"{parts[0]}:{parts[1]}:{parts[2]}.{parts[3]}", "all_functions": False}
        draft.append(("devices", "pci"), device, "", at)
        options.done("devices.pci", {f"guest_{name}": PLACE for name, _ in PCI_PARTS})


PCI_PARTS = (("domain", 4), ("bus", 2), ("slot", 2), ("function", 1))
PLACE = "the engine says where on the bus a device is"


def _usb(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        options = Options(draft, key, item, at)
        ids = {name: stated for name in ("vendor", "product") if (stated := options.take(name)) is not None}
        try:
            device: dict[str, Any] = {name: _hex(stated, 4) for name, stated in ids.items()}
        except ValueError:
            said = ", ".join(f"{name} {stated}" for name, stated in ids.items())
            draft.dropped(key, at, f"{said}: hexadecimal numbers are meant, as 0x1d6b")
            continue
        for name in ("bus", "device"):
            if (stated := options.take(name)) is not None and (count := number(stated)) is not None:
                device[name] = count
        if str(options.take("startupPolicy") or "mandatory") != "mandatory":
            device["optional"] = True
        draft.append(("devices", "usb"), device, "", at)
        options.done("devices.usb")


def _redirdev(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        add_xml(draft, f"<devices><redirdev bus='usb' type='{_word(item.get('type'))}'/></devices>", key, at)


def _smartcard(draft: Draft, value: Plain, key: str, where: Where) -> None:
    kind = f" type='{_word(value['type'])}'" if value.get("type") else " type='spicevmc'"
    add_xml(draft, f"<devices><smartcard mode='{_word(value.get('mode'))}'{kind}/></devices>", key, where)


AGENTS = {"org.qemu.guest_agent.0": "guest_agent"}


def _channels(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for item, at in calls(draft, value, key, where):
        name, kind = str(item.get("target_name") or ""), str(item.get("type"))
        label = f"{key} {name or kind}"
        if truth(item.get("disabled")):
            draft.dropped(label, at, "the file disables it")
        elif name in AGENTS:
            draft.put(("devices", "guest_agent"), True, label, at)
        elif kind == "unix" and name:
            path = item.get("source_path")
            draft.append(
                ("devices", "channels"), {"name": name} | ({"path": str(path)} if path else {}), label, at
            )
        else:
            draft.dropped(label, at, "a machine with a SPICE screen has its channels, and others are virtio ports")


def _serials(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """The first is the console, which serai has anyway."""
    for index, (item, at) in enumerate(calls(draft, value, key, where)):
        kind, source = str(item.get("type") or "pty"), item.get("source") or {}
        if index == 0 and kind == "pty":
            draft.dropped(key, at, "the first serial port is the console: serai console")
        elif kind in ("pty", "file", "unix"):
            path = source.get("path") if isinstance(source, dict) else None
            draft.append(("devices", "serial"), {"type": kind} | ({"path": str(path)} if path else {}), key, at)
        else:
            draft.dropped(key, at, f"serai's serial ports are pty, file and unix, not {kind}")


def _watchdog(draft: Draft, value: Plain, key: str, where: Where) -> None:
    model, action = str(value.get("model")), str(value.get("action") or "reset")
    if model not in ("i6300esb", "itco"):
        draft.dropped(key, where, f"serai's watchdogs are i6300esb and itco, not {model}")
    else:
        draft.put(("devices", "watchdog"), {"model": model, "action": action}, key, where)


def _random(draft: Draft, value: Plain, key: str, where: Where) -> None:
    draft.put(("devices", "rng"), True, key, where)


def _tpm(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """One device, however many keys state it."""
    block = draft.config.providers.get(draft.config.provider, {})
    if str(block.get("tpm_type") or ("emulator" if block.get("tpm_version") else "passthrough")) != "emulator":
        draft.dropped(key, where, "serai's TPMs are emulated: tpm_type emulator")
        return
    tpm = draft.data.setdefault("devices", {}).setdefault("tpm", {})
    if key.endswith("tpm_model"):
        tpm["model"] = str(value).removeprefix("tpm-")
    elif key.endswith("tpm_version"):
        tpm["version"] = str(value)
    draft.places.setdefault(("devices", "tpm"), where)
    draft.told(key, where, "devices.tpm")


def _agent(draft: Draft, value: Plain, key: str, where: Where) -> None:
    draft.put(("devices", "guest_agent"), truth(value), key, where)


def _card(name: str) -> Callable[[Draft, Any, str, Where], None]:
    """What is said of the management card is the uplink's."""

    def act(draft: Draft, value: Plain, key: str, where: Where) -> None:
        if name == "model":
            model = MODELS.get(str(value).lower())
            if model is None:
                draft.dropped(key, where, f"QEMU has no card {value}; virtio is taken")
                return
            found: Any = model
        else:
            found = mac_of(value) if name == "mac" else number(value)
        if found is None:
            draft.dropped(key, where, f"{value!r} is none")
            return
        uplink(draft)[name] = found
        draft.told(key, where, f"networks.uplink.{name}")

    return act


def _nic_model(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """Of every card that does not state its own."""
    model = MODELS.get(str(value).lower())
    if model is None:
        draft.dropped(key, where, f"QEMU has no card {value}; virtio is taken")
        return
    uplink(draft)
    for entry in draft.data["networks"]:
        for name, inner in entry.items():
            if name != "forwarded_port" and model != "virtio":
                inner.setdefault("model", model)
    draft.told(key, where, f"networks: model {model}")


def _args(draft: Draft, value: Plain, key: str, where: Where) -> None:
    add_args(draft, [text_of(item.get("value")) for item in listed(value)], key, where)


def _env(draft: Draft, value: Plain, key: str, where: Where) -> None:
    entries = "".join(f"<qemu:env name='{_word(name)}' value='{_quoted(item)}'/>" for name, item in value.items())
    add_xml(draft, f"<qemu:commandline>{entries}</qemu:commandline>", key, where)


def _quoted(value: Plain) -> str:
    from xml.sax.saxutils import escape

    return escape(text_of(value), {"'": "&apos;"})


DEVICES: dict[str, Callable[[Draft, Any, str, Where], None]] = {
    "storage": _storage,
    "disk_driver": _disk_driver,
    "disk_bus": _disk_bus,
    "volume_cache": _cache,
    "machine_virtual_size": _root_size,
    "boot": _boot,
    "graphics_type": _graphics,
    "video_type": _video,
    "sound_type": _sound,
    "pci": _pci,
    "usb": _usb,
    "redirdev": _redirdev,
    "smartcard": _smartcard,
    "channel": _channels,
    "serial": _serials,
    "watchdog": _watchdog,
    "random": _random,
    "tpm_model": _tpm,
    "tpm_type": _tpm,
    "tpm_version": _tpm,
    "qemu_use_agent": _agent,
    "management_network_mac": _card("mac"),
    "management_network_mtu": _card("mtu"),
    "management_network_model_type": _card("model"),
    "nic_model_type": _nic_model,
    "qemuargs": _args,
    "qemuenv": _env,
}
"""Keys of the block -> what makes them the spec's."""
