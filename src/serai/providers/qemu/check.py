"""What this provider refuses in a spec, all at once, each with the way out; and what it can do on this host."""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers.contract import Capabilities, Feature
from serai.providers.contradictions import contradictions
from serai.providers.host_facts import read_host_facts
from serai.providers.qemu import gather, render
from serai.providers.qemu.features import Features
from serai.spec.cpu import MODEL_NAMES
from serai.spec.disk import Bus, Cache, DiskFormat, Io
from serai.spec.guest import FolderType
from serai.spec.image import Arch, Firmware
from serai.spec.machine import Machine
from serai.spec.memory import Memory
from serai.util.errors import Code, SeraiError
from serai.util.units import format_size

NO_BRIDGE = "it needs root, or a privileged program of QEMU's, to join the host's network"
NO_BRIDGE_HINT = "use forwarded_port (host_ip: 0.0.0.0 opens it to the network), or a provider that runs as root"


def capabilities() -> Capabilities:
    """What works here. Without QEMU nothing does, and the reason says what to install."""
    missing = {Feature.PUBLIC_NETWORK: f"{NO_BRIDGE}: {NO_BRIDGE_HINT}"}
    notes: list[str] = []
    try:
        able = gather.features_for(Machine())
        accel = gather.accel_for(Machine(), gather.arch_of(Machine()), able.binary)
    except SeraiError as error:
        return Capabilities(frozenset(), {feature: str(error) for feature in Feature})
    if accel.note:
        notes.append(accel.note)
    if "stream" not in able.netdevs:
        missing[Feature.PRIVATE_NETWORK] = f"QEMU {able.version} has no netdev stream: install 7.2 or newer"
    if "user" not in able.netdevs:
        missing[Feature.FORWARDED_PORT] = f"QEMU {able.version} was built without user networking (slirp)"
        missing[Feature.LIVE_FORWARD] = missing[Feature.FORWARDED_PORT]
    if not able.ninep:
        missing[Feature.NINEP] = f"QEMU {able.version} was built without 9p: use type: rsync"
    if accel.name == "kvm" and not gather.nested_flag():
        missing[Feature.NESTED] = "the host's processor shows neither vmx nor svm (serai explain NEST-5)"
    for feature, probe in ((Feature.UEFI, _why_no_uefi), (Feature.ARCH, _why_no_other_arch)):
        if reason := probe(able):
            missing[feature] = reason
    return Capabilities(frozenset(Feature) - missing.keys(), missing, tuple(notes))


def _why_no_uefi(able: Features) -> str:
    from serai.providers.qemu.firmware import find_uefi

    try:
        find_uefi(gather.arch_of(Machine()), gather.versioned(Machine(), able))
    except SeraiError as error:
        return str(error)
    return ""


def _why_no_other_arch(_able: Features) -> str:
    other = Machine(arch=Arch.ARM64 if gather.arch_of(Machine()) == "amd64" else Arch.AMD64)
    try:
        gather.features_for(other)
    except SeraiError as error:
        return str(error)
    return ""


def check(machine: Machine) -> list[SeraiError]:
    """Every refusal. The emulator's own abilities come from the cache."""
    problems = [
        *_start(machine),
        *_processors(machine),
        *_memory(machine.memory),
        *_disks(machine),
        *_networks(machine),
    ]
    try:
        able = gather.features_for(machine)
        problems += [*_board(machine, able), *_accelerator(machine, able), *_firmware(machine, able)]
        if any(each.type is FolderType.NINEP for each in machine.synced_folders) and not able.ninep:
            problems.append(_refuse("synced_folders", "this QEMU was built without 9p", "use type: rsync"))
    except SeraiError as error:
        problems.append(error)
    return [_named(machine, problem) for problem in problems]


def _named(machine: Machine, error: SeraiError) -> SeraiError:
    if error.message.startswith(f"{machine.name}: "):
        return error
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint, details=error.details)


def _refuse(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{key}: {why}", hint=way_out)


def _start(machine: Machine) -> Iterator[SeraiError]:
    """An empty disk never says a word: the wait for it would take all of its budget."""
    raw = machine.providers.qemu.args
    if machine.image is None and not raw and not any(disk.path for disk in machine.disks.values()):
        why = "there is nothing to start from, neither an image nor a disk with a path"
        yield _refuse("image", why, "for example image: tiny", Code.INPUT)


def _processors(machine: Machine) -> Iterator[SeraiError]:
    cpu = machine.cpu
    product = (cpu.sockets or 1) * (cpu.cores or 1) * (cpu.threads or 1)
    most = max(cpu.total, cpu.max or 0)
    if cpu.max and cpu.max < cpu.total:
        yield _refuse("cpu.max", f"{cpu.max} is less than the {cpu.total} it starts with", "raise it", Code.INPUT)
    stated = [value for value in (cpu.sockets, cpu.cores, cpu.threads) if value]
    if stated and (most % product or (len(stated) == 3 and product != most)):
        yield _refuse(
            "cpu",
            f"sockets × cores × threads is {product}, but there are {most} CPUs",
            "leave count out, or make them fit",
            Code.INPUT,
        )
    if machine.arch is Arch.ARM64 and cpu.max and cpu.max > cpu.total:
        yield _refuse("cpu.max", "the arm64 board of QEMU cannot plug CPUs", "leave it out, and state count")


def _memory(memory: Memory) -> Iterator[SeraiError]:
    if memory.max and memory.max < memory.size:
        why = f"{format_size(memory.max)} is less than size, {format_size(memory.size)}"
        yield _refuse("memory.max", why, "raise it, or leave it out", Code.INPUT)


def _disks(machine: Machine) -> Iterator[SeraiError]:
    sata = 0
    for name, disk in machine.disks.items():
        key = f"disks.{name}"
        if disk.io is Io.NATIVE and disk.cache in (Cache.WRITEBACK, Cache.WRITETHROUGH, Cache.UNSAFE):
            why = f"native needs O_DIRECT, and cache {disk.cache} does not use it"
            yield _refuse(f"{key}.io", why, "cache: none, or io: auto", Code.INPUT)
        if disk.path and disk.format is DiskFormat.QCOW2 and disk.path.endswith((".raw", ".img")):
            yield _refuse(f"{key}.format", f"{disk.path} looks raw", "state format: raw", Code.INPUT)
        if disk.readonly and disk.bus is Bus.SATA:
            yield _refuse(f"{key}.readonly", "a SATA disk cannot be read only", "bus: virtio")
        sata += disk.bus is Bus.SATA
    if sata > 6:
        yield _refuse("disks", f"{sata} SATA disks, but q35 has 6 ports", "use bus: virtio or scsi")
    if sata and not render.board(machine).startswith(("q35", "pc-q35")):
        yield _refuse("disks", "SATA needs machine type q35", "bus: virtio")


def _networks(machine: Machine) -> Iterator[SeraiError]:
    for number, nic in enumerate(machine.networks):
        if nic.public:
            yield _refuse(f"networks[{number}].public", NO_BRIDGE, NO_BRIDGE_HINT)
        if nic.forwarded_port and ":" in nic.forwarded_port.host_ip:
            why = "QEMU's user networking forwards IPv4 only"
            yield _refuse(f"networks[{number}].forwarded_port.host_ip", why, "an IPv4 address of the host")


def _board(machine: Machine, able: Features) -> Iterator[SeraiError]:
    name = render.board(machine)
    kind = able.machine(name)
    if kind is None:
        known = sorted(each.alias for each in able.machines.values() if each.alias)
        yield _refuse(
            "providers.qemu.machine",
            f"QEMU {able.version} has no {name}",
            f"there are {', '.join(known)}",
            Code.INPUT,
        )
    elif machine.cpu.total > kind.cpu_max:
        yield _refuse("cpu", f"{machine.cpu.total} CPUs, but {name} takes {kind.cpu_max} at most", "take fewer")


def _accelerator(machine: Machine, able: Features) -> Iterator[SeraiError]:
    model = MODEL_NAMES.get(machine.cpu.model, machine.cpu.model)
    try:
        accel = gather.accel_for(machine, gather.arch_of(machine), able.binary)
    except SeraiError as error:
        yield error
        return
    yield from contradictions(machine, read_host_facts(machine, accel=accel.name, accel_note=accel.note))
    if model not in ("auto", "host", "max") and model not in able.cpus:
        from serai.util.errors import did_you_mean

        hint = did_you_mean(model, sorted(able.cpus)) or f"{able.binary} -cpu help lists them"
        yield _refuse("cpu.model", f"QEMU {able.version} has no CPU model {model}", hint, Code.INPUT)
    if machine.cpu.nested and accel.name == "kvm" and not gather.nested_flag():
        yield _refuse("cpu.nested", "the host's processor shows neither vmx nor svm", "serai explain NEST-5")
    if machine.cpu.nested and machine.arch is Arch.ARM64:
        yield _refuse("cpu.nested", "this provider does not show EL2 to arm64 guests", "leave it out")


def _firmware(machine: Machine, able: Features) -> Iterator[SeraiError]:
    arch = gather.arch_of(machine)
    if machine.firmware is Firmware.BIOS and arch == "arm64":
        yield _refuse("firmware", "arm64 machines have no BIOS", "firmware: uefi", Code.INPUT)
    if machine.firmware is Firmware.UEFI:
        try:
            gather.uefi_for(machine, None, arch, able)
        except SeraiError as error:
            yield _refuse("firmware", error.message, error.hint, error.code)
