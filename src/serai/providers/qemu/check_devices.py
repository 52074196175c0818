"""What is refused of a machine's devices, those of the host (PCI-1) and those that other programs stand behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from serai.providers import host_devices
from serai.providers.host_files import Below
from serai.providers.qemu import companions, render, vsock
from serai.providers.qemu.features import Features
from serai.providers.qemu.refusal import refuse
from serai.providers.qemu.render.devices import VIDEO, VNC_FIRST
from serai.spec.clock import TickPolicy
from serai.spec.device import GraphicsType, TpmModel, WatchdogModel
from serai.spec.folder import FolderType
from serai.spec.image import Arch
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.process import which

SERIAL_PORTS = 4
"""Of a PC: the first is the console. Source: QEMU hw/char/serial-isa.c, MAX_ISA_SERIAL_PORTS."""


def check(machine: Machine, root: Path = Path("/")) -> Iterator[SeraiError]:
    """All refusals that need no QEMU. `root`: of the host's files."""
    yield from _assigned(machine, root)
    yield from _programs(machine)
    yield from _clock(machine)
    devices, arm = machine.devices, machine.arch is Arch.ARM64
    if devices.vsock and not (root / vsock.DEVICE.lstrip("/")).exists():
        yield refuse("devices.vsock", f"there is no {vsock.DEVICE}", "as root: modprobe vhost_vsock", Code.MISSING)
    if devices.tpm and devices.tpm.model is TpmModel.CRB and arm:
        yield refuse("devices.tpm.model", "arm64 machines have no crb", "model: tis")
    if devices.watchdog and devices.watchdog.model is WatchdogModel.ITCO and "q35" not in render.board(machine):
        yield refuse("devices.watchdog.model", "itco is in the q35 board alone", "model: i6300esb")
    most = 1 if arm else SERIAL_PORTS
    if len(devices.serial) >= most:
        why = f"the board has {most} serial port{'s' if most > 1 else ''}, and the first is the console"
        yield refuse("devices.serial", why, "use devices.channels")
    graphics = devices.graphics
    if graphics.listen and not graphics.password_file:
        why = "whoever reaches it would have the machine's keyboard"
        yield refuse("devices.graphics.listen", why, "state password_file, or leave listen out", Code.INPUT)
    if graphics.type is GraphicsType.VNC and graphics.port and graphics.port < VNC_FIRST:
        yield refuse("devices.graphics.port", f"VNC's ports begin at {VNC_FIRST}", "a higher one", Code.INPUT)


def _assigned(machine: Machine, root: Path) -> Iterator[SeraiError]:
    devices = machine.devices
    if (devices.pci or devices.mdev) and not render.pcie(machine):
        yield refuse("devices.pci", "only a PCIe board can take it", "providers.qemu.machine: q35")
    for key, why, way_out, code in host_devices.problems(machine, Below(root)):
        yield refuse(key, why, way_out, code)


def _programs(machine: Machine) -> Iterator[SeraiError]:
    """The programs that stand beside QEMU."""
    if machine.devices.tpm:
        yield from _missing("devices.tpm", "swtpm")
    if any(nic.uplink and nic.uplink.type == "passt" for nic in machine.networks):
        yield from _missing("networks.uplink", "passt")
    for folder in machine.synced_folders:
        if folder.type is FolderType.VIRTIOFS:
            try:
                companions.check_virtiofsd(readonly=folder.readonly)
            except SeraiError as error:
                yield refuse("synced_folders.type", error.message, error.hint, error.code)
                return


def _missing(key: str, program: str) -> Iterator[SeraiError]:
    try:
        which(program, program)
    except SeraiError as error:
        yield refuse(key, error.message, error.hint, error.code)


def _clock(machine: Machine) -> Iterator[SeraiError]:
    clock = machine.clock
    if clock.rtc is TickPolicy.DISCARD:
        yield refuse("clock.rtc", "the clock chip knows catchup and delay", "clock.rtc: delay", Code.INPUT)
    if clock.pit is TickPolicy.CATCHUP:
        yield refuse("clock.pit", "the interval timer knows delay and discard", "clock.pit: delay", Code.INPUT)
    if clock.hpet and not render.is_pc(machine):
        yield refuse("clock.hpet", f"board {render.board(machine)} has none", "leave it out")


def check_with(machine: Machine, able: Features, accel: str) -> Iterator[SeraiError]:
    """What this QEMU, or guests without KVM, cannot do."""
    if machine.clock.pit is TickPolicy.DISCARD and accel != "kvm":
        yield refuse("clock.pit", "without KVM, missed ticks of the interval timer are delivered", "pit: delay")
    if machine.devices.graphics.type is GraphicsType.SPICE and not able.spice:
        yield refuse("devices.graphics.type", f"QEMU {able.version} was built without SPICE", "graphics: vnc")
    if card := machine.devices.video:
        name = VIDEO.get(card, "")
        if name and name not in able.devices:
            yield refuse("devices.video", f"QEMU {able.version} has no {name}", "video: virtio")
    if machine.devices.tpm and "tpm-tis" not in able.devices and "tpm-tis-device" not in able.devices:
        yield refuse("devices.tpm", f"QEMU {able.version} was built without TPM", "install a newer QEMU")
