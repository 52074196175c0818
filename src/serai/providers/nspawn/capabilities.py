"""What containers of systemd-nspawn can do on this host, and why not."""

from __future__ import annotations

from serai.providers.contract import Capabilities, Feature
from serai.providers.nspawn.place import by_systemd

WHY_NOT = {
    Feature.SUSPEND_DISK: "its memory would have to be written by CRIU; `serai suspend` freezes it",
    Feature.CONSOLE: "systemd-nspawn keeps it for a terminal of its own; `serai ssh` gives a shell",
    Feature.SCREENSHOT: "a container has no screen; `serai logs` shows what its console said",
    Feature.AGENT: "none is needed: `serai exec` runs in it without a network",
    Feature.UEFI: "a container boots nothing; provider: qemu or libvirt",
    Feature.SECURE_BOOT: "a container boots nothing; provider: qemu or libvirt",
    Feature.TPM: "a container has no board; container.devices gives it the host's /dev/tpmrm0",
    Feature.HOST_DEVICE: "it is shown no PCI device; container.devices gives it device files",
    Feature.NESTED: "it sees the host's processors; container.devices: [/dev/kvm]",
    Feature.WARM: "a container boots nothing: it starts at once",
    Feature.FORK: "the memory of its processes is not copied; provider: qemu",
    Feature.LAYERS: "what a block makes is not kept; provider qemu does so",
    Feature.ARCH: "its programs run on this host's processor; provider: qemu emulates others",
}
BY_HAND = "systemd is not process 1 here: serai starts each container itself, and none starts with the host"


def capabilities() -> Capabilities:
    """9p and virtiofs are what other providers share directories by: here they are binds."""
    notes = () if by_systemd() else (BY_HAND,)
    return Capabilities(has=frozenset(Feature) - WHY_NOT.keys(), why_not=dict(WHY_NOT), notes=notes)
