"""What this provider refuses in a spec, all at once, each with the way out."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.contradictions import contradictions, once
from serai.providers.host_facts import read_host_facts
from serai.providers.kinds import not_a_container
from serai.providers.qemu import check_devices, check_disks, check_nics, gather, render
from serai.providers.qemu.features import Features
from serai.providers.qemu.refusal import LIBVIRT, refuse
from serai.providers.qemu.render.nics import NETWORK
from serai.spec.cpu import MODEL_NAMES, CpuCache
from serai.spec.folder import FolderType
from serai.spec.image import Arch, Firmware
from serai.spec.machine import Machine
from serai.spec.memory import MemorySource
from serai.util.errors import Code, SeraiError, did_you_mean
from serai.util.units import format_size

ITSELF = ("auto", "host", "max")
"""Models that are the processor itself, by QEMU's names."""


def check(machine: Machine) -> list[SeraiError]:
    """Every refusal, one a key. The emulator's own abilities come from the cache."""
    problems = [
        *not_a_container(machine),
        *_start(machine),
        *_processors(machine),
        *_memory(machine),
        *check_disks.check(machine),
        *check_nics.check(machine),
        *check_devices.check(machine),
        *_warm(machine),
    ]
    try:
        able = gather.features_for(machine)
        problems += [
            *_board(machine, able),
            *_accelerator(machine, able),
            *_firmware(machine, able),
            *_folders(machine, able),
            *check_disks.check_with(machine, able),
        ]
    except SeraiError as error:
        problems.append(error)
    return once(_named(machine, problem) for problem in problems)


def _warm(machine: Machine) -> list[SeraiError]:
    """Looked at only where it is stated: no other start needs what it imports."""
    if machine.fork is not None:
        from serai.providers.qemu.forking import why_not

        key, reason = why_not(machine)
        return (
            [refuse("fork", f"{key} does not go with it: {reason}", "leave it out of its parent")] if key else []
        )
    if not machine.warm:
        return []
    from serai.providers.qemu.warm import check

    return check(machine)


def _named(machine: Machine, error: SeraiError) -> SeraiError:
    if error.message.startswith(f"{machine.name}: "):
        return error
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint, details=error.details)


def _start(machine: Machine) -> Iterator[SeraiError]:
    """An empty disk never says a word: the wait for it would take all of its budget."""
    disks = any(disk.path for disk in machine.disks.values())
    if machine.image or disks or machine.providers.qemu.args or NETWORK in machine.boot.order:
        return
    why = "there is nothing to start from, neither an image nor a disk with a path"
    yield refuse("image", why, "for example image: tiny", Code.INPUT)


def _processors(machine: Machine) -> Iterator[SeraiError]:
    cpu = machine.cpu
    most = max(cpu.total, cpu.max or 0)
    arm = machine.arch is Arch.ARM64
    if cpu.max and cpu.max < cpu.total:
        yield refuse("cpu.max", f"{cpu.max} is less than the {cpu.total} it starts with", "raise it", Code.INPUT)
    stated = cpu.topology
    whole = {"sockets", "cores", "threads"} <= stated.keys()
    if stated and (most % cpu.product or (whole and cpu.product != most)):
        why = f"sockets × dies × clusters × cores × threads is {cpu.product}, but there are {most} CPUs"
        yield refuse("cpu", why, "leave count out, or make them fit", Code.INPUT)
    if arm and cpu.max and cpu.max > cpu.total:
        yield refuse("cpu.max", "the arm64 board of QEMU cannot plug CPUs", "leave it out, and state count")
    if cpu.clusters and not arm:
        yield refuse("cpu.clusters", "QEMU's PCs know dies instead", "cpu.dies, or leave it out")
    if cpu.dies and arm:
        yield refuse("cpu.dies", "the arm64 board knows clusters instead", "cpu.clusters, or leave it out")
    model = MODEL_NAMES.get(cpu.model, cpu.model)
    if model == "host-model":
        why = "it is libvirt that finds the named model nearest to the host's"
        yield refuse("cpu.model", why, f"cpu.model: host, or a named model; {LIBVIRT}")
    if model not in ITSELF:
        if cpu.cache is CpuCache.PASSTHROUGH:
            yield refuse("cpu.cache", f"passthrough needs the host's model, not {model}", "cache: emulate")
        if cpu.migratable is not None:
            yield refuse("cpu.migratable", f"it says nothing of model {model}", "leave it out, or model: host")
    if arm:
        for key, value in {"cache": cpu.cache, "dedicated": cpu.dedicated, "nested": cpu.nested}.items():
            if value:
                yield refuse(f"cpu.{key}", "this provider has it for amd64 alone", "leave it out")
        if machine.hyperv or machine.gpu.hide_hypervisor:
            key = "hyperv" if machine.hyperv else "gpu.hide_hypervisor"
            yield refuse(key, "only amd64 machines have it", "leave it out")


def _memory(machine: Machine) -> Iterator[SeraiError]:
    memory = machine.memory
    if memory.max and memory.max < memory.size:
        why = f"{format_size(memory.max)} is less than size, {format_size(memory.size)}"
        yield refuse("memory.max", why, "raise it, or leave it out", Code.INPUT)
    if memory.hard_limit:
        why = "a QEMU of serai's is in no control group of its own, which could limit it"
        yield refuse("memory.hard_limit", why, f"leave it out; {LIBVIRT}")
    if memory.hugepages and memory.source not in (None, MemorySource.MEMFD):
        why = f"huge pages come by memfd here, not as {memory.source}"
        yield refuse("memory.source", why, "leave it out", Code.INPUT)


def _board(machine: Machine, able: Features) -> Iterator[SeraiError]:
    name = render.board(machine)
    kind = able.machine(name)
    if kind is None:
        known = sorted(each.alias for each in able.machines.values() if each.alias)
        why = f"QEMU {able.version} has no {name}"
        yield refuse("providers.qemu.machine", why, f"there are {', '.join(known)}", Code.INPUT)
    elif machine.cpu.total > kind.cpu_max:
        yield refuse("cpu", f"{machine.cpu.total} CPUs, but {name} takes {kind.cpu_max} at most", "take fewer")


def _accelerator(machine: Machine, able: Features) -> Iterator[SeraiError]:
    model = MODEL_NAMES.get(machine.cpu.model, machine.cpu.model)
    try:
        accel = gather.accel_for(machine, gather.arch_of(machine), able.binary)
    except SeraiError as error:
        yield error
        return
    yield from contradictions(machine, read_host_facts(machine, accel=accel.name, accel_note=accel.note))
    yield from check_devices.check_with(machine, able, accel.name)
    if model not in (*ITSELF, "host-model") and model not in able.cpus:
        hint = did_you_mean(model, sorted(able.cpus)) or f"{able.binary} -cpu help lists them"
        yield refuse("cpu.model", f"QEMU {able.version} has no CPU model {model}", hint, Code.INPUT)
    if machine.cpu.nested and accel.name == "kvm" and not gather.nested_flag():
        yield refuse("cpu.nested", "the host's processor shows neither vmx nor svm", "serai explain NEST-5")


def _firmware(machine: Machine, able: Features) -> Iterator[SeraiError]:
    arch = gather.arch_of(machine)
    if machine.firmware is Firmware.BIOS and arch == "arm64":
        yield refuse("firmware", "arm64 machines have no BIOS", "firmware: uefi", Code.INPUT)
    if machine.secure_boot and machine.firmware is Firmware.BIOS:
        yield refuse("secure_boot", "only UEFI has it, and firmware is bios", "firmware: uefi", Code.INPUT)
    elif machine.firmware is Firmware.UEFI or machine.secure_boot:
        try:
            gather.uefi_for(machine, None, arch, able)
        except SeraiError as error:
            yield refuse(
                "secure_boot" if machine.secure_boot else "firmware", error.message, error.hint, error.code
            )


def _folders(machine: Machine, able: Features) -> Iterator[SeraiError]:
    kinds = {folder.type for folder in machine.synced_folders}
    if FolderType.NINEP in kinds and not able.ninep:
        yield refuse("synced_folders", "this QEMU was built without 9p", "use type: rsync")
    if FolderType.VIRTIOFS in kinds and "vhost-user-fs-pci" not in able.devices:
        yield refuse("synced_folders", "this QEMU was built without virtiofs", "use type: rsync")
