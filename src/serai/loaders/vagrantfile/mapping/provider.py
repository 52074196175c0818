"""Which of serai's providers stands for what the file says, and whose block counts (VAG-1, VAG-2, VAG-3)."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import MachineConfig
from serai.loaders.vagrantfile.mapping.desktops import NAMES
from serai.loaders.vagrantfile.mapping.draft import NOBODY, Draft
from serai.loaders.vagrantfile.mapping.host import Host

DESKTOPS = ("virtualbox", *NAMES)
"""Providers whose machines run on QEMU as well: libvirt's where it answers, else without."""
OWN = ("libvirt", "qemu", "fake", "podman")
"""Names that Vagrant has no block for, or whose block counts for others, too: podman's containers are docker's."""
KINDS = {
    "lxd": "a container engine",
    "incus": "a container engine",
    "managed": "a host that is there already",
    "xenserver": "a server of its own",
    "vsphere": "a server of its own",
    "vmware_esxi": "a server of its own",
}
"""What others stand for; those that are not named are clouds."""


def choose(config: MachineConfig, wanted: str | None, host: Host) -> str:
    """serai's provider: the one that is wanted, else libvirt where a system's answers, else qemu."""
    local = "libvirt" if host.libvirt else "qemu"
    if wanted:
        return local if wanted in DESKTOPS and wanted != "qemu" else wanted
    if config.provider == "libvirt" or config.provider in DESKTOPS or not config.declared:
        remote = config.providers.get("libvirt", {}) if config.provider == "libvirt" else {}
        return "libvirt" if any(remote.get(key) for key in ("uri", "host", "connect_via_ssh")) else local
    return config.provider


def told(draft: Draft) -> None:
    """Blocks that do not count, one note each."""
    config = draft.config
    for name in config.declared:
        if name == config.provider:
            continue
        places = config.provider_places.get(name, {})
        where = min(places.values(), key=lambda place: place.line) if places else None
        draft.dropped(f"provider {name}", where or NOBODY, f"the block of {config.provider} counts")


def elsewhere(draft: Draft) -> None:
    """A block of what this version cannot run: named, so that `up` refuses it with the reason."""
    name = draft.config.provider
    what = KINDS.get(name, "a cloud")
    for key, where in draft.config.provider_places.get(name, {}).items():
        draft.dropped(f"{name}.{key}", where, f"{name} is {what}, which this version does not drive")
