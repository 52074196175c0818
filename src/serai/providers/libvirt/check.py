"""What libvirt refuses in a spec, each with key, reason and way out; what any host refuses is elsewhere.

Pure. Versions are libvirt's: 1,000,000 × major + 1,000 × minor.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from serai.providers.contradictions import contradictions, once
from serai.providers.host_facts import HostFacts
from serai.providers.kinds import not_a_container
from serai.providers.libvirt import check_devices, check_disks, check_host, check_nics
from serai.providers.libvirt.refusal import older, refuse
from serai.providers.libvirt.render.cpu import MODES, most
from serai.providers.libvirt.site import Able
from serai.spec.clock import TickPolicy
from serai.spec.cpu import MODEL_NAMES, CpuCache, Scheduler
from serai.spec.image import Firmware
from serai.spec.machine import Machine
from serai.spec.memory import MemorySource
from serai.util.errors import Code, SeraiError

NO_PCI = ("microvm", "isapc", "none")
"""Machine types without a bus for what every machine has."""
ENLIGHTENED = frozenset({"host-passthrough", "maximum"})


def check(
    machine: Machine,
    able: Able,
    *,
    kind: str,
    arch: str,
    privileged: bool,
    host: HostFacts | None = None,
    root: Path = Path("/"),
) -> list[SeraiError]:
    """All refusals, one a key. `kind`: kvm, qemu, test. `arch`: x86_64, aarch64. `privileged`: the daemon is root.

    `host`: what is known of the daemon's host; None where it is another one. `root`: of its files.
    """
    problems = [
        *_start(machine),
        *_board(machine),
        *_processors(machine, able, kind, arch),
        *_memory(machine, able, privileged),
        *_firmware(machine, able, arch),
        *check_disks.check(machine, able, arch),
        *check_nics.check(machine, able, privileged),
        *check_devices.check(machine, able, arch, privileged),
    ]
    if host:
        problems += check_host.check(machine, root, privileged=privileged)
    named = [_named(machine, problem) for problem in problems]
    return once([*not_a_container(machine), *(contradictions(machine, host) if host else []), *named])


def _named(machine: Machine, error: SeraiError) -> SeraiError:
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint, details=error.details)


def _start(machine: Machine) -> Iterator[SeraiError]:
    """An empty disk never says a word: the wait for it would take all of its budget."""
    disks = any(disk.path for disk in machine.disks.values())
    raw = machine.providers.libvirt.xml or machine.providers.libvirt.args
    if machine.image is None and not disks and "network" not in machine.boot.order and not raw:
        why = "there is nothing to start from, neither an image nor a disk with a path"
        yield refuse("image", why, "for example image: tiny", Code.INPUT)


def _board(machine: Machine) -> Iterator[SeraiError]:
    name, clock = machine.providers.libvirt.machine, machine.clock
    if name.startswith(NO_PCI):
        yield refuse("providers.libvirt.machine", f"{name} has no PCI", "machine: q35, or provider: qemu")
    if clock.rtc is TickPolicy.DISCARD:
        yield refuse("clock.rtc", "the clock chip knows catchup and delay", "clock.rtc: delay", Code.INPUT)


def _processors(machine: Machine, able: Able, kind: str, arch: str) -> Iterator[SeraiError]:
    cpu = machine.cpu
    if able.processors and most(cpu) > able.processors:
        machine_type = machine.providers.libvirt.machine
        why = f"{most(cpu)} CPUs, but {machine_type} has {able.processors} at most"
        yield refuse("cpu.max" if cpu.max else "cpu.count", why, "take fewer")
    if cpu.clusters and (old := older(able, 10_001_000)):
        yield refuse("cpu.clusters", f"{old} knows no clusters: 10.1 does", "state cores alone")
    model = MODEL_NAMES.get(cpu.model, cpu.model)
    mode = MODES.get(model, "custom")
    if model == "auto":
        mode = "host-passthrough" if kind == "kvm" else "maximum"
    elif able.known and mode != "custom" and not able.can(f"cpu/mode={mode}"):
        why = f"{mode} is not possible {'here' if kind == 'kvm' else 'without KVM'}"
        yield refuse("cpu.model", why, "cpu.model: auto takes the best that works")
    elif able.models and mode == "custom" and model not in able.models:
        from serai.util.errors import did_you_mean

        hint = did_you_mean(model, able.models) or "virsh domcapabilities lists what can be used"
        yield refuse("cpu.model", f"this host cannot run CPU model {model}", hint, Code.INPUT)
    if cpu.migratable is not None and mode not in ENLIGHTENED:
        yield refuse("cpu.migratable", f"it says nothing of model {cpu.model}", "leave it out, or model: host")
    if cpu.cache is CpuCache.PASSTHROUGH and mode not in ENLIGHTENED:
        yield refuse("cpu.cache", f"passthrough needs the host's model, not {cpu.model}", "cache: emulate")
    if cpu.nested and arch != "x86_64":
        yield refuse("cpu.nested", "this provider does not show EL2 to arm64 guests", "leave it out")


def _memory(machine: Machine, able: Able, privileged: bool) -> Iterator[SeraiError]:
    memory, pin = machine.memory, machine.cpu.pin
    session = "needs libvirt's system daemon: a session has no cgroups and no rights"
    if not privileged:
        if memory.hard_limit:
            yield refuse("memory.hard_limit", session, "providers.libvirt.uri: qemu:///system")
        if pin.scheduler in (Scheduler.FIFO, Scheduler.RR):
            yield refuse("cpu.pin.scheduler", session, "providers.libvirt.uri: qemu:///system")
    if memory.locked and not memory.hard_limit:
        why = "libvirt locks memory only below a limit: QEMU needs some beside the guest's own"
        yield refuse("memory.locked", why, "state memory.hard_limit, about 1 GiB more than max", Code.INPUT)
    pages = memory.hugepages
    if pages and pages.nodes and not pages.size:
        yield refuse("memory.hugepages.nodes", "libvirt wants the size, too", "state memory.hugepages.size")
    if pages and memory.source is MemorySource.ANONYMOUS:
        yield refuse("memory.source", "huge pages are never anonymous here", "leave it out", Code.INPUT)
    if memory.source and able.known and not able.can(f"memoryBacking/sourceType={memory.source}"):
        yield refuse("memory.source", f"this libvirt or QEMU has no {memory.source}", "leave it out")


def _firmware(machine: Machine, able: Able, arch: str) -> Iterator[SeraiError]:
    if machine.firmware is Firmware.BIOS and arch == "aarch64":
        yield refuse("firmware", "arm64 machines have no BIOS", "firmware: uefi", Code.INPUT)
    if machine.firmware is Firmware.UEFI and able.known and not able.can("os/firmware=efi"):
        package = "ovmf" if arch == "x86_64" else "qemu-efi-aarch64"
        yield refuse(
            "firmware", "no UEFI firmware is installed", f"install it: apt install {package}", Code.MISSING
        )
    if machine.secure_boot and able.known and not able.can("os/loader/secure=yes"):
        yield refuse("secure_boot", "the UEFI firmware that is installed has none", "secure_boot: false")
