"""The block of vagrant-lxc → `container:` and what only LXC has (VAG-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain, text_of
from serai.loaders.vagrantfile.mapping.disks import size
from serai.loaders.vagrantfile.mapping.docker import add
from serai.loaders.vagrantfile.mapping.draft import Draft, listed, number, truth
from serai.util.errors import Where

REASONS = {
    "container_name": "serai names containers by project and machine",
    "fetch_ip_tries": "serai waits until ready.within is over",
    "ssh_ip_addr": "serai gets in by LXC itself, without an address",
    "sudo_wrapper": "serai runs LXC as who called it",
}
STORES = {"dir": "dir", "btrfs": "btrfs", "zfs": "zfs", "lvm": "lvm", "loop": "loop", "best": "best",
          "overlayfs": "overlay", "overlay": "overlay"}  # fmt: skip
"""lxc-create's words for what holds a root filesystem → serai's."""
MEMORY = ("cgroup.memory.limit_in_bytes", "cgroup2.memory.max")
SHARES = ("cgroup.cpu.shares",)
CPUS = ("cgroup.cpuset.cpus", "cgroup2.cpuset.cpus")


def map_lxc(draft: Draft, block: dict[str, Plain], places: Mapping[str, Where]) -> None:
    """All of a block."""
    for key, value in block.items():
        where = places.get(key, Where(""))
        label = f"lxc.{key}"
        if key in REASONS:
            draft.dropped(label, where, REASONS[key])
        elif key == "customize":
            for call in listed(value):
                draft.attempt(label, where, _setting, draft, listed(call), where)
        elif key == "backingstore":
            _storage(draft, str(value), where)
        elif key == "backingstore_option":
            for call in listed(value):
                name, *rest = (text_of(word) for word in listed(call))
                path = ("providers", "lxc", "storage_options", name.lstrip("-"))
                draft.put(path, " ".join(rest), f"{label} {name}", where)
        elif key == "tmpfs_mount_size":
            _tmpfs(draft, value, where)
        elif key == "privileged":
            _privileged(draft, value, where)
        else:
            draft.dropped(label, where, "vagrant-lxc has no such key")


def _setting(draft: Draft, call: list[Plain], where: Where) -> None:
    """`customize KEY, VALUE`: a line of LXC's configuration, or serai's own word for it."""
    key, value = text_of(call[0]).removeprefix("lxc."), text_of(call[1])
    label = f"lxc.customize {key}"
    found: Any
    if key in MEMORY and (found := size(value)):
        draft.put(("container", "memory"), found, label, where)
    elif key in SHARES and (found := number(value)):
        draft.put(("container", "cpu_shares"), found, label, where)
    elif key in CPUS:
        draft.put(("container", "cpuset"), value, label, where)
    elif key in ("utsname", "uts.name"):
        draft.put(("hostname",), value, label, where)
    else:
        add(draft, "config", f"lxc.{key} = {value}")
        draft.told(label, where, "container.config")


def _storage(draft: Draft, text: str, where: Where) -> None:
    if text in STORES:
        draft.put(("providers", "lxc", "storage"), STORES[text], "lxc.backingstore", where)
    else:
        draft.dropped("lxc.backingstore", where, f"LXC keeps containers in no {text}")


def _tmpfs(draft: Draft, value: Plain, where: Where) -> None:
    if value:
        add(draft, "tmpfs", f"/tmp:nodev,nosuid,size={value}")
        draft.told("lxc.tmpfs_mount_size", where, "container.tmpfs")
    else:
        draft.dropped("lxc.tmpfs_mount_size", where, "its /tmp is on its own disk anyway")


def _privileged(draft: Draft, value: Plain, where: Where) -> None:
    if truth(value):
        draft.dropped("lxc.privileged", where, "it is that anyway, where serai runs as root")
    else:
        draft.put(("container", "unprivileged"), True, "lxc.privileged", where)
