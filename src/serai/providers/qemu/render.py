"""Machine + Site -> the argv of QEMU: pure, modern options only, one idea of a machine a function.

Paths are relative to the machine's directory, where QEMU is started: AF_UNIX names end at 107 bytes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import msgspec

from serai.providers.contract import Forward
from serai.providers.qemu.blockdev import disk_options, file_node, format_node, nvram_nodes, seed_options
from serai.providers.qemu.site import Link, Site
from serai.spec.image import Arch
from serai.spec.machine import Machine
from serai.util.units import KIB, MIB

SPARE_PORTS = 2
"""PCIe root ports left free for disks added while it runs; each costs firmware and kernel a bus to scan."""

MEMORY_SLOTS = 8
"""How often memory can be added to a running machine."""

Option = tuple[str, ...]
SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"
SOCKETS = {"qmp": "qmp.sock", "status": "status.sock", "console": "console.sock", "agent": "agent.sock"}


def argv(machine: Machine, site: Site) -> list[str]:
    """The words to start QEMU with."""
    return [site.features.binary, *(word for option in options(machine, site) for word in option)]


def text(machine: Machine, site: Site) -> str:
    """The same for people, one option a line; a shell in the machine's directory can run it."""
    lines = [shlex.join(option) for option in options(machine, site)]
    return " \\\n  ".join([shlex.quote(site.features.binary), *lines]) + "\n"


def options(machine: Machine, site: Site) -> list[Option]:
    """Every option with its value, in the order that they are given."""
    parts = (_process, _board, _firmware, _memory, _controls, _network, _devices, _disks, _folders, _boot, _extra)
    return [option for part in parts for option in part(machine, site)]


def pcie(machine: Machine) -> bool:
    """Whether the machine type has a PCIe bus with hot-pluggable ports."""
    return board(machine).split("-")[0] in ("q35", "virt") or "q35" in board(machine)


def board(machine: Machine) -> str:
    """The machine type, without its options."""
    return machine_type(machine).partition(",")[0]


def machine_type(machine: Machine) -> str:
    """What the spec says; `virt` for arm64, where there is no q35."""
    configured = machine.providers.qemu.machine
    return "virt" if machine.arch is Arch.ARM64 and configured == "q35" else configured


def _process(machine: Machine, site: Site) -> Iterator[Option]:
    yield "-name", escape(site.title)
    yield "-uuid", site.uuid
    yield ("-nodefaults",)
    yield ("-no-user-config",)
    if site.features.sandbox:
        yield "-sandbox", SANDBOX
    yield "-msg", "timestamp=on"
    yield "-pidfile", "qemu.pid"


def _board(machine: Machine, site: Site) -> Iterator[Option]:
    name, _, configured = machine_type(machine).partition(",")
    words = [site.kind or name, *([configured] if configured else [])]
    if site.arch == "amd64" and pcie(machine):
        words += ["vmport=off", "smm=off"]
    words.append("dump-guest-core=off")
    if site.uefi:
        words += ["pflash0=firmware", "pflash1=efivars"]
    yield "-machine", ",".join(words)
    yield "-accel", site.accel
    yield "-cpu", cpu_words(machine, site)
    yield "-smp", smp_words(machine)


def cpu_words(machine: Machine, site: Site) -> str:
    """CPU-1: `auto` is `host` under KVM and `max` under TCG. Nested virtualization is hidden unless asked for."""
    model = machine.cpu.model
    if model == "auto":
        model = "host" if site.accel == "kvm" else "max"
    flags = dict(machine.cpu.features)
    if site.arch == "amd64":
        if machine.cpu.nested:
            flags.setdefault("svm" if site.accel == "tcg" else site.nested_flag or "vmx", True)
        elif site.accel == "kvm" and model in ("host", "max"):
            # Only under KVM: programs in the guest crash when TCG of QEMU 7.2 is told `max,svm=off` (glibc's
            # _dl_get_origin reads garbage), and there is no harm in showing SVM where all is slow anyway.
            flags.setdefault("vmx", False)
            flags.setdefault("svm", False)
    return ",".join([model, *(f"{name}={'on' if on else 'off'}" for name, on in flags.items())])


def smp_words(machine: Machine) -> str:
    """CPUs and their topology: cores of one socket unless the spec says otherwise."""
    cpu = machine.cpu
    count = cpu.total
    most = max(count, cpu.max or 0)
    topology = {"sockets": cpu.sockets, "cores": cpu.cores, "threads": cpu.threads}
    if not any(topology.values()):
        topology = {"sockets": 1, "cores": most, "threads": 1}
    words = [f"cpus={count}", f"maxcpus={most}"]
    return ",".join(words + [f"{name}={value}" for name, value in topology.items() if value])


def _firmware(machine: Machine, site: Site) -> Iterator[Option]:
    if site.uefi:
        for node in nvram_nodes(site.uefi):
            yield "-blockdev", as_json(node)


def _memory(machine: Machine, site: Site) -> Iterator[Option]:
    memory = machine.memory
    words = [f"size={mebibytes(memory.size)}"]
    if memory.max and memory.max > memory.size:
        words += [f"slots={MEMORY_SLOTS}", f"maxmem={mebibytes(memory.max)}"]
    yield "-m", ",".join(words)


def _controls(machine: Machine, site: Site) -> Iterator[Option]:
    log = f",logfile=serial.log,logappend={'on' if site.resuming else 'off'}"
    for name, path in SOCKETS.items():
        more = log if name == "console" else ""
        yield "-chardev", f"socket,id={name},path={path},server=on,wait=off{more}"
    yield "-qmp", "chardev:qmp"
    yield "-qmp", "chardev:status"
    yield "-serial", "chardev:console"
    if machine.providers.qemu.display == "vnc":
        yield "-vnc", "unix:vnc.sock"
        yield "-device", "virtio-gpu-pci" if site.arch == "arm64" else "VGA"
    else:
        yield "-display", "none"


def _network(machine: Machine, site: Site) -> Iterator[Option]:
    for number, link in enumerate(site.links):
        yield "-netdev", _netdev(machine, site, number, link)
        more = f",host_mtu={link.mtu}" if link.mtu else ""
        # No option ROM: nobody boots from the network here, and reading it takes time.
        yield "-device", f"virtio-net-pci,id=nic{number},netdev=net{number},mac={link.mac},romfile={more}"


def _netdev(machine: Machine, site: Site, number: int, link: Link) -> str:
    if link.socket is None:
        name = machine.hostname or machine.name
        forwards = "".join(f",hostfwd={hostfwd(forward)}" for forward in site.forwards)
        return f"user,id=net{number},hostname={name}{forwards}"
    again = ""
    if "reconnect-ms" in site.features.stream_options:
        again = ",reconnect-ms=1000"
    elif "reconnect" in site.features.stream_options:
        again = ",reconnect=1"
    return f"stream,id=net{number},server=off,addr.type=unix,addr.path={link.socket}{again}"


def hostfwd(forward: Forward) -> str:
    """The rule as `-netdev user` and `hostfwd_add` want it."""
    return f"{forward.protocol}:{forward.host_ip}:{forward.host}-{forward.guest_ip}:{forward.guest}"


def _devices(machine: Machine, site: Site) -> Iterator[Option]:
    yield "-object", "iothread,id=io0"
    yield "-object", "rng-random,id=rng0,filename=/dev/urandom"
    yield "-device", "virtio-rng-pci,rng=rng0"
    if machine.memory.balloon:
        yield "-device", "virtio-balloon-pci,id=balloon0,deflate-on-oom=on,free-page-reporting=on"
    yield "-device", "virtio-serial-pci,id=channels"
    yield "-device", "virtserialport,bus=channels.0,chardev=agent,name=org.qemu.guest_agent.0"
    if "vmgenid" in site.features.devices and site.arch == "amd64":
        yield "-device", "vmgenid,guid=auto"
    if pcie(machine):
        for number in range(SPARE_PORTS):
            yield "-device", f"pcie-root-port,id=port{number},chassis={number + 1},slot={number + 1}"


def _disks(machine: Machine, site: Site) -> Iterator[Option]:
    if any(machine.disks[disk.name].bus == "scsi" for disk in site.disks if disk.name in machine.disks):
        yield "-device", "virtio-scsi-pci,id=scsi0,iothread=io0"
    sata = 0
    for number, disk in enumerate(site.disks):
        spec = machine.disks.get(disk.name)
        yield "-blockdev", as_json(file_node(disk, spec))
        yield "-blockdev", as_json(format_node(disk, spec))
        bus = spec.bus if spec else "virtio"
        boot = None if site.image and site.image.kernel else number  # a kernel of QEMU's has the first place
        yield "-device", disk_options(disk, spec, boot=boot, sata=sata)
        sata += bus == "sata"
    if site.seed:
        yield from seed_options()


def _folders(machine: Machine, site: Site) -> Iterator[Option]:
    for number, folder in enumerate(site.folders):
        model = "none" if folder.readonly else site.folder_security
        only = ",readonly=on" if folder.readonly else ""
        where = f"id=share{number},path={escape(folder.path)}"
        yield "-fsdev", f"local,{where},security_model={model},multidevs=remap{only}"
        yield "-device", f"virtio-9p-pci,fsdev=share{number},mount_tag={folder.tag}"


def _boot(machine: Machine, site: Site) -> Iterator[Option]:
    image = site.image
    if image and image.kernel:
        yield "-kernel", str(image.kernel)
        if image.initrd:
            yield "-initrd", str(image.initrd)
        if image.cmdline:
            yield "-append", image.cmdline
    for part in site.plugged:
        yield part.option, as_json(part.value)
    if site.resuming:
        yield "-incoming", "defer"
        yield ("-S",)


def _extra(machine: Machine, site: Site) -> Iterator[Option]:
    for word in machine.providers.qemu.args:
        yield (word,)


def as_json(value: dict[str, object]) -> str:
    return msgspec.json.encode(value).decode()


def escape(value: str) -> str:
    """A comma ends a value in QEMU's option syntax; two of them are one."""
    return value.replace(",", ",,")


def mebibytes(size: int) -> str:
    """`512M`; sizes that are no whole number of MiB in KiB, rounded up."""
    return f"{size // MIB}M" if size % MIB == 0 else f"{-(-size // KIB)}K"
