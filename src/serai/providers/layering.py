"""What of a machine decides whether a layer fits it: its image, and the hardware that its guest sees."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from serai.guest.keys import with_keys
from serai.guest.seed import hostname
from serai.guest.tiny import host_lines
from serai.providers.contract import Materials
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.disk import DiskFormat
from serai.spec.machine import Machine
from serai.util.digest import sha256

NOT_SEEN = (
    *("name", "hostname", "aliases", "provision", "after", "hooks", "env", "networks", "synced_folders"),
    *("keep", "autostart", "primary", "halt_timeout", "ready", "ssh", "user", "warm", "communicator", "container"),
)
"""Keys that say who a machine is, or what serai does with it: no hardware of the guest's."""


NOT_SEEN_IN_CONTAINERS = (
    "name",
    "domainname",
    "restart",
    "stop_timeout",
    "stop_signal",
    "health",
    "pull",
    "login",
)
"""Keys of `container` that say how it is called and looked after."""


def of_container(provider: str, machine: Machine, image: str, root: Path, more: Any = None) -> str:
    """Over image, process and login of a container, and what it is given from outside; `image`: its digest."""
    told = {key: value for key, value in stated(machine).items() if key not in NOT_SEEN}
    box = stated(machine).get("container", {})
    told["container"] = {key: value for key, value in box.items() if key not in NOT_SEEN_IN_CONTAINERS}
    told["user"] = machine.user
    parts = [provider, image, told, processor(), more]
    return sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def why_no_container(machine: Machine) -> str:
    """What of a container forbids layers: a sentence, or an empty string."""
    box = machine.container or Container()
    if box.read_only:
        return "container.read_only: what a block makes is in no file of it"
    if box.job:
        return "container.job: it ends when its work is done"
    if box.volumes_from:
        return "container.volumes_from: what is written to volumes is in no layer"
    for volume in box.volumes:
        if volume.kind is not VolumeType.TMPFS and not volume.read_only:
            return f"container.volumes: what is written to {volume.target} is in no layer"
    return ""


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
    return f"{os.uname().machine} {flags.partition(':')[2].strip()}"


def peers_lines(machine: Machine, materials: Materials) -> str:
    """The lines of /etc/hosts that serai has told the guest."""
    return host_lines(materials.hosts, hostname(machine))
