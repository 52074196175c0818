"""What other tools call a key: a person who comes from them is told serai's own word for it."""

from __future__ import annotations

from collections.abc import Collection

from serai.util.errors import did_you_mean

WORDS: dict[str, tuple[str, ...]] = {
    "box": ("image",),
    "backend": ("provider",),
    "hypervisor": ("provider",),
    "ram": ("memory",),
    "vcpus": ("cpus",),
    "dest": ("destination", "target"),
    "dst": ("destination", "target"),
    "src": ("source",),
    "depends_on": ("after",),
    "requires": ("after",),
    "environment": ("env",),
    "for_each": ("each",),
    "forward": ("forwarded_port", "networks"),
    "ip": ("address",),
    "port": ("forwarded_port", "networks"),
    "ports": ("forwarded_port", "networks"),
    "replicas": ("count",),
    "scale": ("count",),
    "script": ("inline", "shell", "provision"),
    "scripts": ("provision",),
    "servers": ("machines",),
    "services": ("machines",),
    "shared_folders": ("synced_folders",),
    "triggers": ("hooks",),
    "vms": ("machines",),
    "volumes": ("disks",),
}
"""Vagrant's, Compose's and Terraform's words -> serai's, the first that fits the place."""

TUNING: dict[str, tuple[str, ...]] = {
    "affinity": ("pin",),
    "allocation": ("prealloc", "preallocation"),
    "backingstore": ("image",),
    "cdrom": ("disks", "device"),
    "cmds": ("provision",),
    "cpu_feature": ("cpu", "features"),
    "cpu_mode": ("cpu", "model"),
    "cpu_model": ("cpu", "model"),
    "cpuaffinity": ("cpu", "pin"),
    "cpuflags": ("cpu", "features"),
    "cpumodel": ("cpu", "model"),
    "cpupinning": ("cpu", "pin"),
    "cpuset": ("pin", "cpu"),
    "cputopology": ("cpu",),
    "cputune": ("cpu", "pin"),
    "disk_bus": ("disks", "bus"),
    "diskinterface": ("disks", "bus"),
    "emulator_path": ("emulator", "binary"),
    "emulatorpin": ("emulator", "pin", "cpu"),
    "enlightenments": ("hyperv",),
    "filesystem": ("synced_folders",),
    "filesystems": ("synced_folders",),
    "filterref": ("filter",),
    "flags": ("features",),
    "graphics_type": ("graphics", "devices"),
    "hidden": ("hide_hypervisor", "gpu"),
    "hostdev": ("pci", "devices"),
    "hostdevs": ("pci", "devices"),
    "iface": ("dev",),
    "interface": ("dev", "networks"),
    "interfaces": ("networks",),
    "iothreadpin": ("iothreads", "pin", "cpu"),
    "loader": ("firmware",),
    "machine_type": ("machine",),
    "mdevs": ("mdev",),
    "memballoon": ("balloon", "memory"),
    "memballoon_enabled": ("balloon", "memory"),
    "memory_backing": ("hugepages", "memory"),
    "memorybacking": ("hugepages", "memory"),
    "memtune": ("hard_limit", "memory"),
    "netmask": ("address", "subnet"),
    "nets": ("networks",),
    "nic": ("networks",),
    "nics": ("networks",),
    "nosharepages": ("merge",),
    "numa_nodes": ("numa",),
    "numatune": ("numa",),
    "numcpus": ("cpus",),
    "nvram": ("firmware",),
    "ovs_bridge": ("bridge",),
    "page_size": ("size",),
    "parent": ("dev",),
    "pcidevices": ("pci", "devices"),
    "physical_device": ("dev",),
    "pinning": ("pin", "cpu"),
    "port_group": ("portgroup",),
    "qemuargs": ("args",),
    "qemucommandline": ("args",),
    "random": ("rng", "devices"),
    "ring_size": ("rx_queue_size",),
    "secureboot": ("secure_boot",),
    "sharedfolders": ("synced_folders",),
    "smp": ("cpus",),
    "storage": ("disks",),
    "storage_pool": ("pool",),
    "storage_pool_name": ("pool",),
    "timers": ("clock",),
    "topology": ("cpu", "cores"),
    "uefi": ("firmware",),
    "vcpupin": ("pin", "cpu"),
    "vcpusched": ("scheduler", "pin", "cpu"),
    "video_type": ("video", "devices"),
    "volume_cache": ("cache",),
    "vga": ("video", "devices"),
}
"""Words of vagrant-libvirt, virt-install, kcli and the domain XML -> serai's, the first that fits the place."""

FOREIGN = ("libvirt__", "libvirt_")
"""What vagrant-libvirt puts before the options of a network."""


def meant(word: str, known: Collection[str]) -> str:
    """`did you mean 'image'?` for a word that is not among `known`, or an empty string."""
    low = word.lower().replace("-", "_")
    for prefix in FOREIGN:
        low = low.removeprefix(prefix)
    ours = (
        low
        if low in known
        else next((key for key in (*WORDS.get(low, ()), *TUNING.get(low, ())) if key in known), "")
    )
    return f"did you mean {ours!r}?" if ours else did_you_mean(word, list(known))
