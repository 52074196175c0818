"""Disks behind PCI devices that the host uses: mounted, swapped to, part of LVM, md or ZFS (PCI-1, GPU-3)."""

from __future__ import annotations

import re

from serai.providers.host_files import Files, last
from serai.providers.pci_use import Need, Use, Uses, address_in

BLOCKS = "/sys/class/block"
SYSTEM = re.compile(r"/$|/(boot|efi|usr|var|home|nix|etc|opt|sysroot)(/|$)")
"""Places that a host does not run without."""
NO_DISK = ("proc", "sysfs", "tmpfs", "devtmpfs", "cgroup2")
"""File systems that stand on no disk, and are many."""


def uses(files: Files, zpool: list[str] | None = None) -> Uses:
    """`zpool`: block devices that pools of ZFS are on; None: nobody could be asked."""
    disks = _Disks(files)
    found: Uses = {}
    for name, use in [*disks.mounted(), *disks.swaps(), *disks.held(), *_pools(files, disks, zpool)]:
        for owner in disks.owners(name):
            if use not in found.setdefault(owner, []):
                found[owner].append(use)
    return found


class _Disks:
    """Block devices and what each stands on."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.names = files.names(BLOCKS)
        self._numbers = {files.text(f"{BLOCKS}/{name}/dev"): name for name in self.names}
        mapped = {files.text(f"{BLOCKS}/{name}/dm/name"): name for name in self.names if name.startswith("dm-")}
        self._mapped = {key: name for key, name in mapped.items() if key}

    def owners(self, name: str, depth: int = 8) -> set[str]:
        """Addresses of the controllers that a block device needs, through LVM, md and NVMe's paths."""
        below = self.files.names(f"{BLOCKS}/{name}/slaves")
        if below and depth:
            return {owner for each in below for owner in self.owners(each, depth - 1)}
        path = self.files.target(f"{BLOCKS}/{name}")
        if owner := address_in(path):
            return {owner}
        if subsystem := re.search(r"nvme-subsystem/([^/]+)", path):
            place = f"/sys/devices/virtual/nvme-subsystem/{subsystem[1]}"
            links = (self.files.target(f"{place}/{each}") for each in self.files.names(place))
            return {owner for link in links if (owner := address_in(link))}
        return set()

    def block(self, source: str) -> str:
        """The name below /sys/class/block of `/dev/mapper/vg-root`, `/dev/sda1`; empty: none."""
        name = source.removeprefix("/dev/")
        if name.startswith("mapper/"):
            return self._mapped.get(name.removeprefix("mapper/"), "")
        plain = name.replace("/", "!")
        return plain if plain in self.names else ""

    def mounted(self) -> list[tuple[str, Use]]:
        """Source: proc_pid_mountinfo(5): fields 3 and 5, and after the dash the kind and the source."""
        found = []
        lines = self.files.text("/proc/self/mountinfo").splitlines()
        for left, _, rest in (line.partition(" - ") for line in lines):
            fields, (kind, _, more) = left.split(), rest.partition(" ")
            name = self._numbers.get(fields[2]) or self.block(more.partition(" ")[0])
            if name and kind not in NO_DISK:
                found.append((name, _mount(_plain(fields[4]), name)))
        if not lines:
            for words in (line.split() for line in self.files.text("/proc/mounts").splitlines()):
                if len(words) > 1 and (name := self.block(words[0])):
                    found.append((name, _mount(_plain(words[1]), name)))
        return found

    def swaps(self) -> list[tuple[str, Use]]:
        lines = self.files.text("/proc/swaps").splitlines()[1:]
        names = [(line.split()[0], self.block(line.split()[0])) for line in lines if line.strip()]
        return [
            (name, Use(Need.FIRST, f"the host swaps to {name}", f"swapoff {path}")) for path, name in names if name
        ]

    def held(self) -> list[tuple[str, Use]]:
        """Block devices that others are made of: device mapper, md, bcache."""
        found = []
        for name in self.names:
            for holder in self.files.names(f"{BLOCKS}/{name}/holders"):
                mapped = self.files.text(f"{BLOCKS}/{holder}/dm/name") or holder
                found.append((name, Use(Need.VITAL, f"{name} is part of {mapped}")))
        return found


def _mount(where: str, name: str) -> Use:
    what = f"{where} is mounted from {name}"
    return Use(Need.VITAL, what) if SYSTEM.match(where) else Use(Need.FIRST, what, f"umount {where}")


def _pools(files: Files, disks: _Disks, zpool: list[str] | None) -> list[tuple[str, Use]]:
    """Disks in pools; where pools are imported and nobody says from where, every disk may be in one."""
    if zpool is not None:
        named = [(disks.block(path), path) for path in zpool]
        return [(name, Use(Need.VITAL, f"{name} is in a pool of ZFS")) for name, _ in named if name]
    kept = "/proc/spl/kstat/zfs"
    imported = [each for each in files.names(kept) if files.has(f"{kept}/{each}/state")]
    if not imported:
        return []
    why = f"a pool of ZFS ({last(imported[0])}) may be on it: zpool does not say"
    return [(name, Use(Need.VITAL, why)) for name in disks.names]


def _plain(text: str) -> str:
    """Blanks are written in octal there."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
