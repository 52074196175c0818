"""The block of VirtualBox → cpu, memory, disks and cards of QEMU (VAG-2): VBoxManage's words, too."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from serai.loaders.vagrantfile.config.keys.virtualbox import place_of
from serai.loaders.vagrantfile.config.model import Plain, text_of
from serai.loaders.vagrantfile.mapping.access import uplink
from serai.loaders.vagrantfile.mapping.disks import name_of
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.loaders.vagrantfile.mapping.networks import MODELS, mac_of
from serai.util.errors import Where

VBOX = "it is VirtualBox's, and the machine runs on QEMU"
LINKED = "every machine's disk is an overlay on its image anyway"
REASONS = {
    "linked_clone": LINKED,
    "linked_clone_snapshot": LINKED,
    "check_guest_additions": "QEMU's guests need no additions: Linux has virtio",
    "auto_nat_dns_proxy": "the uplink's DNS is the host's",
    "default_nic_type": "",
    "destroy_unused_network_interfaces": "serai makes the cards that are stated, no others",
    "functional_vboxsf": "folders are shared by virtiofs or copied",
    "network_adapter": "cards are those of config.vm.network",
    "name": "serai calls machines by their names, and the project's",
}
COMMANDS = {
    "guestproperty": VBOX,
    "setextradata": VBOX,
    "controlvm": VBOX,
    "sharedfolder": "folders are shared by config.vm.synced_folder",
    "storagectl": "serai puts each disk on virtio, or on what `bus` says",
    "closemedium": VBOX,
    "snapshot": "serai snapshot does that",
    "dhcpserver": "serai's networks have a DHCP server of their own",
    "hostonlyif": "serai makes the networks that are stated",
    "natnetwork": VBOX,
    "startvm": VBOX,
    "unregistervm": VBOX,
    "showvminfo": VBOX,
    "list": VBOX,
    "metrics": VBOX,
    "bandwidthctl": VBOX,
}
DISK_MAKERS = ("createhd", "createmedium", "clonehd", "clonemedium")
RESIZERS = ("modifymedium", "modifyhd")


class Media:
    """Files of disks that VBoxManage made, until they are attached."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}


def map_virtualbox(draft: Draft, block: dict[str, Plain], places: dict[str, Where]) -> None:
    """All of a block; unknown keys have no effect for the reason of last resort."""
    media = Media()
    for key, value in block.items():
        where = places.get(key, Where(""))
        if key == "customize":
            for call in listed(value):
                at = places.get(place_of(call), where)
                draft.attempt("virtualbox.customize", at, _call, draft, listed(call), at, media)
        elif key == "memory":
            memory(draft, value, "virtualbox.memory", where)
        elif key == "cpus":
            cpus(draft, value, "virtualbox.cpus", where)
        elif key == "gui":
            gui(draft, value, "virtualbox.gui", where)
        elif key == "default_nic_type":
            _nic_type(draft, value, "virtualbox.default_nic_type", where)
        else:
            draft.dropped(f"virtualbox.{key}", where, REASONS.get(key) or VBOX)


def memory(draft: Draft, value: Plain, key: str, where: Where) -> None:
    """MB, as all of Vagrant's desktop providers count."""
    if (size := number(value)) is None:
        draft.dropped(key, where, f"{value!r} is no number of MB")
    else:
        draft.put(("memory", "size"), mebibytes(size), key, where)


def mebibytes(size: int) -> str:
    return f"{size // 1024}GiB" if size and size % 1024 == 0 else f"{size}MiB"


def cpus(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if (count := number(value)) is None:
        draft.dropped(key, where, f"{value!r} is no number")
    else:
        draft.put(("cpu", "count"), count, key, where)


def gui(draft: Draft, value: Plain, key: str, where: Where) -> None:
    if truth(value):
        draft.put(("devices", "graphics", "type"), "vnc", key, where, "a VNC socket: no window opens by itself")
    else:
        draft.dropped(key, where, "there is no window anyway")


def _call(draft: Draft, call: list[Plain], where: Where, media: Media) -> None:
    """One call of VBoxManage: words, or an event and words."""
    if len(call) == 2 and isinstance(call[1], list):
        call = call[1]
    words = [text_of(word) for word in call]
    command = words[0] if words else ""
    label = f"virtualbox.customize {' '.join(words[:1])}"
    if command == "modifyvm":
        _modify(draft, words[2:], where)
    elif command in DISK_MAKERS:
        _made(draft, words[1:], where, media)
    elif command in RESIZERS:
        _resized(draft, words[1:], where)
    elif command == "storageattach":
        _attached(draft, words[1:], where, media)
    elif command in COMMANDS:
        draft.dropped(f"{label} {' '.join(words[2:4])}".rstrip(), where, COMMANDS[command])
    else:
        draft.dropped(label, where, f"{VBOX}: serai knows no such call of VBoxManage")


def flags(words: list[str]) -> dict[str, str]:
    """`--name value` and `--name=value`; a switch without a value is "on"."""
    found: dict[str, str] = {}
    name = ""
    for word in words:
        if re.match(r"--?[a-z]", word):
            name, _, value = word.lstrip("-").partition("=")
            found[name] = value or "on"
        elif name:
            found[name] = word
    return found


def _modify(draft: Draft, words: list[str], where: Where) -> None:
    for flag, value in flags(words).items():
        key = f"virtualbox.customize modifyvm --{flag}"
        if flag == "memory":
            memory(draft, value, key, where)
        elif flag == "cpus":
            cpus(draft, value, key, where)
        elif flag == "nested-hw-virt":
            draft.put(("cpu", "nested"), truth(value), key, where)
        elif found := re.fullmatch(r"(nictype|macaddress|nicpromisc)([0-9]+)", flag):
            _nic(draft, found[1], int(found[2]), value, key, where)
        elif flag in ("firmware",):
            _firmware(draft, value, key, where)
        elif flag in ("rtcuseutc", "rtc-use-utc"):
            draft.put(("clock", "offset"), "utc" if truth(value) else "localtime", key, where)
        elif flag in ("hpet",):
            draft.put(("clock", "hpet"), truth(value), key, where)
        elif re.fullmatch(r"boot[1-4]", flag):
            draft.dropped(key, where, "it boots from its disks, in their order: `boot` says another")
        elif flag in ("tpm-type",) and value != "none":
            draft.put(("devices", "tpm", "version"), value if value in ("1.2", "2.0") else "2.0", key, where)
        else:
            draft.dropped(key, where, _why(flag))


WHY = {
    "name": "serai calls machines by their names, and the project's",
    "groups": "serai's machines are grouped by their project",
    "description": "it is a word for VirtualBox's window",
    "vram": "serai's machines have a screen only where `devices.graphics` says so",
    "vrde": "devices.graphics: vnc is a screen over the network",
    "cpuexecutioncap": "QEMU's guests take what the host's scheduler gives",
    "pae": "QEMU's processors have it",
    "hwvirtex": "KVM is what serai takes where it is",
    "nestedpaging": "KVM is what serai takes where it is",
    "ioapic": "QEMU's boards have one",
    "acpi": "QEMU's boards have it",
    "natdnshostresolver1": "the uplink's DNS is the host's",
    "natdnsproxy1": "the uplink's DNS is the host's",
    "ostype": "QEMU asks for no kind of system",
    "audio": "serai's machines have no sound",
    "paravirtprovider": "KVM's own is what Linux wants; `hyperv: true` for Windows",
}


def _why(flag: str) -> str:
    if flag in WHY:
        return WHY[flag]
    for start, because in (
        ("audio", WHY["audio"]),
        ("usb", "`devices.usb` says which of the host's devices the guest gets"),
        ("uart", "the first serial port is the console: serai console"),
        ("nic", "cards are those of config.vm.network"),
        ("nat", "the uplink is QEMU's own or libvirt's"),
        ("cableconnected", "cables are plugged in"),
        ("hostonlyadapter", "cards are those of config.vm.network"),
        ("bridgeadapter", "cards are those of config.vm.network"),
        ("intnet", "cards are those of config.vm.network"),
        ("vrde", WHY["vrde"]),
    ):
        if flag.startswith(start):
            return because
    return VBOX


def _nic(draft: Draft, kind: str, slot: int, value: str, key: str, where: Where) -> None:
    """The n-th card; the first is the uplink."""
    if kind == "nicpromisc":
        draft.dropped(key, where, "QEMU's guests see all of the frames on their networks anyway")
        return
    cards = [inner for entry in draft.data.get("networks", []) for name, inner in entry.items() if name in CARDS]
    card = uplink(draft) if slot == 1 else cards[slot - 2] if slot - 2 < len(cards) else None
    if card is None:
        draft.dropped(key, where, f"there is no card {slot}")
    elif kind == "macaddress":
        if mac := mac_of(value):
            card["mac"] = mac
            draft.told(key, where, f"card {slot}: mac")
        else:
            draft.dropped(key, where, "the engine chooses one")
    else:
        _model(draft, card, value, key, where)


CARDS = ("private", "public")


def _model(draft: Draft, card: dict[str, Any], value: Plain, key: str, where: Where) -> None:
    model = MODELS.get(str(value).lower())
    if model is None:
        draft.dropped(key, where, f"QEMU has no card {value}; virtio is taken")
    else:
        if model != "virtio":
            card["model"] = model
        draft.told(key, where, f"networks: model {model}")


def _nic_type(draft: Draft, value: Plain, key: str, where: Where) -> None:
    for entry in draft.data.get("networks", []):
        for name, inner in entry.items():
            if name in CARDS:
                _model(draft, inner, value, key, where)
    _model(draft, uplink(draft), value, key, where)


def _firmware(draft: Draft, value: str, key: str, where: Where) -> None:
    draft.put(("firmware",), "uefi" if value.lower().startswith("efi") else "bios", key, where)


def _file(text: str) -> str:
    return PurePosixPath(text.replace("\\", "/")).name


def with_suffix(path: str, kind: str) -> str:
    """The file that VirtualBox makes: one without a suffix gets that of its format. Source: VBoxManage(1)."""
    return path if PurePosixPath(_file(path)).suffix else f"{path}.{(kind or 'vdi').lower()}"


def _made(draft: Draft, words: list[str], where: Where, media: Media) -> None:
    """A new file of a disk: its size in MB."""
    if words and words[0] in ("disk", "dvd", "floppy"):
        words = words[1:]
    options = flags(words)
    path = options.get("filename", "")
    size = number(options.get("size", "")) or 0
    disk: dict[str, Any] = {"size": mebibytes(size)} if size else {}
    if "sizebyte" in options and (count := number(options["sizebyte"])):
        disk = {"size": f"{count}B"}
    media.made[path] = media.made[with_suffix(path, options.get("format", ""))] = disk
    draft.told(f"virtualbox.customize createmedium {_file(path)}", where, "disks", "when it is attached")


def _resized(draft: Draft, words: list[str], where: Where) -> None:
    options = flags(words)
    key = "virtualbox.customize modifymedium --resize"
    if size := number(options.get("resize", "")):
        draft.put(("disks", "root", "size"), mebibytes(size), key, where)
    else:
        draft.dropped("virtualbox.customize modifymedium", where, VBOX)


def _attached(draft: Draft, words: list[str], where: Where, media: Media) -> None:
    options = flags(words[1:] if words and not words[0].startswith("-") else words)
    path, kind = options.get("medium", ""), options.get("type", "hdd")
    key = f"virtualbox.customize storageattach {_file(path)}"
    if path in ("", "none", "emptydrive", "additions"):
        draft.dropped(key, where, "there is nothing in that drive")
        return
    disks = draft.data.setdefault("disks", {})
    if kind in ("dvddrive", "fdd"):
        device = "cdrom" if kind == "dvddrive" else "floppy"
        name = name_of(PurePosixPath(_file(path)).stem or device, disks)
        disks[name] = {"device": device, "path": path}
    else:
        made = media.made.get(path)
        name = name_of(PurePosixPath(_file(path)).stem or "disk", disks)
        disks[name] = dict(made) if made else {"path": path}
    draft.places[("disks", name)] = where
    draft.told(key, where, f"disks.{name}")
