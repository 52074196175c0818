"""What this provider can do on this host, and why not the rest, each reason with its way out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from serai.providers.contract import Capabilities, Feature
from serai.providers.qemu import companions, gather, taps
from serai.providers.qemu.features import Features
from serai.providers.qemu.firmware import find_uefi
from serai.spec.image import Arch
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.process import which

PTRACE_SCOPE = Path("/proc/sys/kernel/yama/ptrace_scope")


def capabilities() -> Capabilities:
    """What works here. Without QEMU nothing does, and the reason says what to install."""
    notes: list[str] = []
    try:
        able = gather.features_for(Machine())
        accel = gather.accel_for(Machine(), gather.arch_of(Machine()), able.binary)
    except SeraiError as error:
        return Capabilities(frozenset(), {feature: str(error) for feature in Feature})
    if accel.note:
        notes.append(accel.note)
    if os.geteuid() != 0 and not taps.program_is_setuid():
        notes.append("without root, only taps that are there already lead to the host's network (NET-3)")
    missing = _built_without(able)
    if accel.name == "kvm" and not gather.nested_flag():
        missing[Feature.NESTED] = "the host's processor shows neither vmx nor svm (serai explain NEST-5)"
    if reason := no_forks(gather.arch_of(Machine())):
        missing[Feature.FORK] = reason
    if not os.access(taps.TUN, os.R_OK | os.W_OK):
        missing[Feature.PUBLIC_NETWORK] = f"{taps.TUN} cannot be opened: modprobe tun"
    probes: dict[Feature, Callable[[], object]] = {
        Feature.UEFI: lambda: find_uefi(gather.arch_of(Machine()), gather.versioned(Machine(), able)),
        Feature.SECURE_BOOT: lambda: find_uefi(
            gather.arch_of(Machine()), gather.versioned(Machine(), able), secure=True
        ),
        Feature.ARCH: lambda: gather.features_for(_other_arch()),
        Feature.TPM: lambda: which("swtpm", "swtpm"),
        Feature.VIRTIOFS: lambda: companions.check_virtiofsd(readonly=False),
    }
    for feature, probe in probes.items():
        if feature not in missing:
            try:
                probe()
            except SeraiError as error:
                missing[feature] = str(error)
    return Capabilities(frozenset(Feature) - missing.keys(), missing, tuple(notes))


def no_forks(arch: str) -> str:
    """Why no machine can be forked here; empty: it can."""
    if arch != "amd64":
        return f"guests of {arch} are not forked, as yet: serai clone"
    try:
        scope = int(PTRACE_SCOPE.read_text())
    except (OSError, ValueError):
        scope = 0  # this kernel has no Yama
    if scope and os.geteuid() != 0:
        return f"kernel.yama.ptrace_scope is {scope}, so that nobody reads a QEMU's memory: sysctl sets it to 0"
    return ""


def _built_without(able: Features) -> dict[Feature, str]:
    """What the emulator itself lacks."""
    missing = {}
    if "stream" not in able.netdevs:
        missing[Feature.PRIVATE_NETWORK] = f"QEMU {able.version} has no netdev stream: install 7.2 or newer"
    if "user" not in able.netdevs:
        missing[Feature.FORWARDED_PORT] = f"QEMU {able.version} was built without user networking (slirp)"
        missing[Feature.LIVE_FORWARD] = missing[Feature.FORWARDED_PORT]
    if not able.ninep:
        missing[Feature.NINEP] = f"QEMU {able.version} was built without 9p: use type: rsync"
    if "vhost-user-fs-pci" not in able.devices:
        missing[Feature.VIRTIOFS] = f"QEMU {able.version} was built without virtiofs: use type: rsync"
    if not {"tpm-crb", "tpm-tis-device"} & able.devices:
        missing[Feature.TPM] = f"QEMU {able.version} was built without TPM: install your distribution's own"
    if not {"vfio-pci", "usb-host"} & able.devices:
        missing[Feature.HOST_DEVICE] = f"QEMU {able.version} was built without VFIO and USB: install another one"
    return missing


def _other_arch() -> Machine:
    return Machine(arch=Arch.ARM64 if gather.arch_of(Machine()) == "amd64" else Arch.AMD64)
