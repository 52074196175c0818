"""`config.vm.disk`, `config.vm.cloud_init`, the plugin disksize → `disks:` and `guest:`."""

from __future__ import annotations

import re
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, Plain
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, truth

REASONS = {
    "disk_ext": "serai makes qcow2 files",
    "provider_config": "it is for another provider's disks",
    "type": "the kind of disk says it",
}
DRIVES = {"dvd": "cdrom", "floppy": "floppy"}
UNITS = {"": "", "B": "", "K": "KiB", "M": "MiB", "G": "GiB", "T": "TiB"}


def size(value: Plain, unit: str = "") -> str | None:
    """`10GB` in serai's words. Vagrant's and QEMU's units are powers of 1024; a bare number is in `unit`."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)(?:I?B)?\s*", str(value).upper())
    if isinstance(value, bool) or found is None:
        return None
    word = UNITS[found[2]] or unit
    if word in ("", "B"):
        return f"{int(float(found[1]))}B"
    return f"{found[1]}{word}"


def name_of(text: str, taken: dict[str, Any]) -> str:
    """A name that a disk can have, not one that is there already."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:50] or "disk"
    name, number = base, 1
    while name in taken or name == "root":
        number += 1
        name = f"{base}-{number}"
    return name


def map_disks(draft: Draft) -> None:
    """`config.vm.disk`, and the size that the plugin disksize gives the first disk."""
    if stated := draft.stated("disksize", "size"):
        if draft.contained:
            draft.dropped("disksize.size", stated[1], "a container's root grows with the host's disk")
        elif text := size(stated[0]):
            draft.put(("disks", "root", "size"), text, "disksize.size", stated[1])
        else:
            draft.dropped("disksize.size", stated[1], f"{stated[0]!r} is no size")
    for entry in draft.config.disks:
        if draft.contained:
            draft.dropped(f"disk {entry.id}", entry.where, "a container has no disks: `volumes` hold data")
            continue
        draft.attempt(f"disk {entry.id}", entry.where, _disk, draft, entry)


def _disk(draft: Draft, entry: Entry) -> None:
    options = Options.of(draft, f"disk {entry.id or entry.type}", entry)
    named = str(options.take("name") or entry.id or entry.type)
    disks = draft.data.setdefault("disks", {})
    path, stated = options.take("file"), options.take("size")
    if truth(options.take("primary")):
        name, disk = "root", disks.setdefault("root", {})
    else:
        name = name_of(named, disks)
        disk = disks.setdefault(name, {})
    if entry.type in DRIVES:
        disk["device"] = DRIVES[entry.type]
    if path:
        disk["path"] = str(path)
    elif stated is not None and (text := size(stated)):
        disk["size"] = text
    elif stated is not None:
        options.drop("size", f"{stated!r} is no size")
    draft.places[("disks", name)] = entry.where
    options.done(f"disks.{name}", REASONS)


def map_cloud_init(draft: Draft) -> None:
    """User data, beside serai's own (cloud-init reads several parts)."""
    for entry in draft.config.cloud_inits:
        if draft.contained:
            draft.dropped("cloud_init", entry.where, "no cloud-init runs in a container: a provisioner does that")
            continue
        options = Options.of(draft, "cloud_init", entry)
        part = {key: str(value) for key in ("inline", "path") if (value := options.take(key))}
        kind = str(options.take("content_type") or "text/cloud-config")
        if kind != "text/cloud-config":
            part["content_type"] = kind
        options.quiet("type")
        if name := options.take("content_disposition_filename"):
            part["filename"] = str(name)
        if "inline" not in part and "path" not in part:
            draft.dropped("cloud_init", entry.where, "it holds nothing: neither inline nor path")
            continue
        draft.append(("guest", "user_data"), part, "", entry.where)
        options.done("guest.user_data")
