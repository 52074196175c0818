"""What machines on Xen can do, and why not."""

from __future__ import annotations

from serai.providers.contract import Capabilities, Feature

WHY_NOT = {
    Feature.CLONE: "xl copies no disks; `serai up` makes another machine from the same image",
    Feature.LIVE_FORWARD: "a guest is on dom0's network; its own address is the way to its ports",
    Feature.SCREENSHOT: "xl has no picture of it; a VNC viewer shows devices.graphics",
    Feature.AGENT: "Xen has no channel for an agent; `serai exec` goes by SSH",
    Feature.FORWARDED_PORT: "a guest is on dom0's network; its own address is the way to its ports",
    Feature.NINEP: "Xen's 9p is for guests that mount it by hand; type: rsync or sshfs",
    Feature.VIRTIOFS: "Xen has no virtiofs; type: rsync or sshfs",
    Feature.SECURE_BOOT: "Xen's OVMF has no keys; provider: qemu or libvirt",
    Feature.TPM: "a vTPM of Xen's is a domain of its own; provider: qemu or libvirt",
    Feature.LAYERS: "what a block makes is not kept; provider qemu does so",
    Feature.FORK: "Xen cannot start many from one memory; provider: qemu",
    Feature.WARM: "Xen cannot start many from one memory; `serai suspend --disk` keeps one",
    Feature.ARCH: "a guest runs on dom0's processor; provider: qemu emulates others",
}


def capabilities() -> Capabilities:
    """Of xl. Moving a machine to another dom0 (xl migrate) needs storage that both have: no feature here."""
    return Capabilities(has=frozenset(Feature) - WHY_NOT.keys(), why_not=dict(WHY_NOT))
