"""What containers of LXC can do on this host, and why not."""

from __future__ import annotations

from serai.providers.contract import Capabilities, Feature

WHY_NOT = {
    Feature.SUSPEND_DISK: "its memory would have to be written by CRIU; `serai suspend` freezes it",
    Feature.SCREENSHOT: "a container has no screen; `serai console` shows its console",
    Feature.AGENT: "none is needed: `serai exec` runs in it without a network",
    Feature.UEFI: "a container boots nothing; provider: qemu or libvirt",
    Feature.SECURE_BOOT: "a container boots nothing; provider: qemu or libvirt",
    Feature.TPM: "a container has no board; container.devices gives it the host's /dev/tpmrm0",
    Feature.HOST_DEVICE: "it is shown no PCI device; container.devices gives it device files",
    Feature.WARM: "a container boots nothing: it starts at once",
    Feature.FORK: "the memory of its processes is not copied; provider: qemu",
    Feature.ARCH: "its programs run on this host's processor; provider: qemu emulates others",
}


def capabilities() -> Capabilities:
    """9p and virtiofs are what other providers share directories by: here they are binds."""
    return Capabilities(has=frozenset(Feature) - WHY_NOT.keys(), why_not=dict(WHY_NOT))
