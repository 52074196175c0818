"""What containers of an engine can do, and why not the rest, each reason with its way out."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import Capabilities, Feature

KERNEL = "a container runs on the host's kernel: provider qemu or libvirt"
WHY_NOT = {
    Feature.SUSPEND_DISK: "its processes cannot be written to disk (checkpoints are an experiment of the engine): "
    "serai suspend, in memory",
    Feature.SCREENSHOT: "a container has no screen: serai logs",
    Feature.AGENT: "a container needs none: serai exec",
    Feature.UEFI: KERNEL,
    Feature.SECURE_BOOT: KERNEL,
    Feature.TPM: KERNEL,
    Feature.NESTED: "it sees the host's processors: container.devices: /dev/kvm",
    Feature.NINEP: "synced folders are binds: leave type out",
    Feature.VIRTIOFS: "synced folders are binds: leave type out",
    Feature.HOST_DEVICE: "devices of the host are container.devices and container.gpus",
    Feature.WARM: "a container boots nothing: it starts at once",
    Feature.FORK: "the memory of its processes is not copied; provider: qemu",
    Feature.LIVE_FORWARD: "an engine publishes ports when it makes a container: it is made anew",
}
ROOTLESS = (
    "the engine is rootless: macvlan and ipvlan cannot reach the host's cards, ports below 1024 need a sysctl"
)


def capabilities(info: dict[str, Any]) -> Capabilities:
    """`info`: what the engine says of itself (`GET /info`)."""
    notes = []
    missing = dict(WHY_NOT)
    options = info.get("SecurityOptions") or []
    rootless = any("rootless" in option for option in options) or bool(info.get("Rootless"))  # podman's own word
    if rootless:
        notes.append(ROOTLESS)
    if info.get("CgroupVersion") == "1" and rootless:
        notes.append("rootless engines limit nothing with cgroup v1: boot with systemd.unified_cgroup_hierarchy=1")
    for key, what in (
        ("MemoryLimit", "memory.size"),
        ("CpuCfsQuota", "cpu.count"),
        ("PidsLimit", "container.pids"),
    ):
        if info.get(key) is False:
            notes.append(f"the engine cannot limit by {what}: the host's kernel or cgroup has not what it needs")
    return Capabilities(frozenset(Feature) - missing.keys(), missing, tuple(notes))
