"""What of a machine decides whether a layer fits it: its image, and the hardware that its guest sees."""

from __future__ import annotations

import platform
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from serai.guest.keys import with_keys
from serai.guest.seed import hostname
from serai.guest.tiny import host_lines
from serai.providers.contract import Materials
from serai.spec.base import stated
from serai.spec.disk import DiskFormat
from serai.spec.machine import Machine

NOT_SEEN = (
    *("name", "hostname", "aliases", "provision", "after", "hooks", "env", "networks", "synced_folders"),
    *("keep", "autostart", "primary", "halt_timeout", "ready", "ssh", "user", "warm", "communicator", "container"),
)
"""Keys that say who a machine is, or what serai does with it: no hardware of the guest's."""


def why_not(machine: Machine, materials: Materials) -> str:
    """What of a virtual machine forbids layers: a sentence, or an empty string."""
    image = materials.image
    if image is None or image.disk is None:
        return "it has no image whose disk would change"
    for name, disk in machine.disks.items():
        if disk.path or disk.is_drive:
            return f"disks.{name}: a file of yours is in one machine only"
        if disk.format is not DiskFormat.QCOW2:
            return f"disks.{name}.format: only qcow2 stands on another disk"
        if disk.readonly:
            return f"disks.{name}.readonly: nothing can be kept of it"
    if machine.devices.tpm is not None:
        return "devices.tpm: what it has sealed opens with its own TPM alone"
    if machine.secure_boot:
        return "secure_boot: its keys are in variables of its own"
    return ""


def digest(provider: str, machine: Machine, materials: Materials, root: Path, more: Any = None) -> str:
    """Over image, hardware, login and what `guest` has set up. `more` is the provider's own."""
    assert materials.image is not None
    told = {key: value for key, value in stated(machine).items() if key not in NOT_SEEN}
    told["guest"] = stated(with_keys(machine, root).guest)
    cards = [
        {**stated(card), "address": None, "mac": None, "network": ""}
        for nic in machine.networks
        if (card := nic.private or nic.uplink or nic.public)
    ]
    parts = [provider, materials.image.digest, told, cards, materials.user, processor(), more]
    return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def processor() -> str:
    """What programs that are built for this very processor depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {flags.partition(':')[2].strip()}"


def peers_lines(machine: Machine, materials: Materials) -> str:
    """The lines of /etc/hosts that serai has told the guest."""
    return host_lines(materials.hosts, hostname(machine))
