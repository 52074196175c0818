"""Checks of the system: how it boots, cgroups, QEMU's helpers, libvirt's daemons, devices that a project names."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import ENTRIES, KEPT, NOW, own
from serai.host.facts.files import FilesOf
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.providers import host_devices

TABLE = Table()
CONTROLLERS = ("cpu", "cpuset", "memory", "io", "pids")
OLD_CONTROLLERS = ("cpu", "cpuacct", "cpuset", "memory", "devices", "blkio", "freezer", "pids")
"""Of the first version, where each is a mount of its own."""
FIRMWARE = "/usr/share/qemu/firmware"


@TABLE.row(
    "boot.pending",
    "the running command line is that of the next boot",
    reads=f"{NOW}, {ENTRIES}, grub.cfg",
    worst=Outcome.NOTE,
    why="An argument that was written but not booted yet changes nothing so far.",
    next="reboot, when the guests allow it",
    reboot="reboot",
    source="bootloader entries of the Boot Loader Specification; GRUB, grub.cfg",
    guide=("MEM-6", "GPU-2", "GPU-6"),
)
def pending(facts: Facts) -> Finding:
    now = own(facts.boot.now.text)
    if not facts.boot.next:
        raise Unknown("no boot loader's file is to be seen, or it needs root", f"{ENTRIES}, grub.cfg")
    coming = facts.boot.next[0]
    new, gone = sorted(set(own(coming.text)) - set(now)), sorted(set(now) - set(own(coming.text)))
    if not new and not gone:
        return passed(coming, " ".join(now) or "no arguments of its own")
    value = " ".join([*(f"+{word}" for word in new), *(f"-{word}" for word in gone)])
    return note(coming, "the next boot has another command line", value)


@TABLE.row(
    "boot.next-kernel",
    "the next kernel keeps the arguments",
    reads=f"{KEPT}, {ENTRIES}",
    worst=Outcome.FAIL,
    why="Entries of a new kernel are made from /etc/kernel/cmdline: what is only in an entry is lost with it.",
    next="write the arguments to /etc/kernel/cmdline, too",
    verify="serai host check boot.next-kernel",
    source="systemd, kernel-install(8); grubby on Fedora and RHEL 9",
    old="grub2-mkconfig alone: with BLS entries it changes nothing.",
    guide=("MEM-6", "GPU-2"),
)
def next_kernel(facts: Facts) -> Finding:
    kept, coming = facts.boot.kept, [each for each in facts.boot.next if each.path.startswith(ENTRIES)]
    if not kept.there or not coming:
        return not_applicable(kept, "entries are not made from it here")
    lost = sorted(set(own(coming[0].text)) - set(own(kept.text)))
    return fail(kept, f"the next kernel loses {' '.join(lost)}") if lost else passed(kept)


@TABLE.row(
    "boot.tool",
    "who writes the kernel's arguments is known",
    reads="/run/ostree-booted, /etc/kernel, /boot, programs",
    worst=Outcome.NOTE,
    why="Each distribution has another tool; serai takes the one that is there, not the one that "
    "its name suggests.",
    next="write the arguments as your boot loader wants them",
    old="grub2-mkconfig -o /boot/efi/EFI/redhat/grub.cfg: today only a stub is there.",
    source="grubby(8), update-grub(8), sdbootutil, proxmox-boot-tool, rpm-ostree",
    guide=("MEM-7", "MEM-8", "GPU-2"),
)
def boot_tool(facts: Facts) -> Finding:
    name, path = facts.boot.tool
    return passed(path, name) if name else note("/boot", "no tool for kernel arguments is known here", "none")


@TABLE.row(
    "boot.initramfs",
    "who makes the initramfs is known",
    reads="dracut, update-initramfs, mkinitcpio",
    worst=Outcome.NOTE,
    why="Drivers that must come before others go into the initramfs by this tool's own file.",
    next="a kernel without an initramfs has the drivers built in",
    source="dracut(8), update-initramfs(8), mkinitcpio(8)",
    guide=("GPU-5",),
)
def initramfs(facts: Facts) -> Finding:
    name = facts.boot.initramfs
    return passed("/usr/bin", name) if name else note("/usr/bin", "no tool for the initramfs is there", "none")


@TABLE.row(
    "sys.cgroups",
    "cgroups are of the second version",
    reads="/proc/mounts",
    worst=Outcome.WARN,
    why="systemd, podman and libvirt limit guests by cgroup v2; the first version is being removed.",
    next="remove systemd.unified_cgroup_hierarchy=0 from the command line",
    reboot="reboot",
    source="Linux, Documentation/admin-guide/cgroup-v2.rst",
)
def cgroups(facts: Facts) -> Finding:
    kind = facts.storage.mounts.get("/sys/fs/cgroup", "")
    if kind == "cgroup2":
        return passed("/proc/mounts", kind)
    return warn(
        "/proc/mounts", "limits of guests use the first version", f"{kind}, not cgroup2" if kind else "not mounted"
    )


@TABLE.row(
    "sys.controllers",
    "cgroups have the controllers that guests are limited by",
    reads="/sys/fs/cgroup/cgroup.controllers, /proc/cgroups",
    worst=Outcome.WARN,
    why="Without a controller its limits are silently not there.",
    next="remove cgroup_disable= from the command line",
    reboot="reboot",
    source="Linux, Documentation/admin-guide/cgroup-v2.rst; libvirt, virt-host-validate",
)
def controllers(facts: Facts) -> Finding:
    seen = facts.read("/sys/fs/cgroup/cgroup.controllers")
    known = seen.text.split()
    wanted: tuple[str, ...] = CONTROLLERS
    if not seen.there:
        seen, wanted = facts.read("/proc/cgroups"), OLD_CONTROLLERS
        if not seen.there:
            raise Unknown("the kernel does not tell", seen.path)
        known = [words[0] for line in seen.lines if len(words := line.split()) == 4 and words[3] == "1"]
        known = [name for name in known if name in _mounted(facts)]
    lost = [name for name in wanted if name not in known]
    value = " ".join(known) or "none"
    return warn(seen, f"not there: {', '.join(lost)}", value) if lost else passed(seen, value)


def _mounted(facts: Facts) -> set[str]:
    """Controllers of the first version that are mounted, as /proc/mounts has them: `rw,cpu,cpuacct`."""
    lines = [line.split() for line in facts.read("/proc/mounts").lines]
    return {word for words in lines if len(words) > 3 and words[2] == "cgroup" for word in words[3].split(",")}


@TABLE.row(
    "sys.entropy",
    "there is randomness for guests",
    reads="/proc/sys/kernel/random/entropy_avail",
    worst=Outcome.WARN,
    why="Before Linux 5.18 guests' virtio-rng could drain the host's pool.",
    next="rngd, or a newer kernel",
    source="Linux 5.18, drivers/char/random.c",
)
def entropy(facts: Facts) -> Finding:
    seen = facts.sysctl("kernel.random.entropy_avail")
    if facts.kernel >= (5, 18):
        return not_applicable(seen, "from Linux 5.18 on it cannot be drained", seen.value)
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    return warn(seen, "guests may wait for randomness") if seen.number < 200 else passed(seen)


@TABLE.row(
    "qemu.firmware",
    "there is UEFI firmware for guests",
    reads=f"{FIRMWARE}/*.json",
    worst=Outcome.WARN,
    why="Guests with firmware: uefi need it; Windows 11 needs the build with Secure Boot.",
    next="serai host setup qemu",
    source="QEMU, docs/interop/firmware.json",
)
def uefi(facts: Facts) -> Finding:
    seen = [facts.read(f"{FIRMWARE}/{name}") for name in facts.source.names(FIRMWARE) if name.endswith(".json")]
    ours = [each for each in seen if '"uefi"' in each.text]
    if not ours:
        return warn(FIRMWARE, "no guest can have UEFI", "none")
    signed = any('"secure-boot"' in each.text for each in ours)
    if not signed:
        return warn(FIRMWARE, "none of it has Secure Boot", f"{len(ours)} builds")
    return passed(FIRMWARE, f"{len(ours)} builds, with Secure Boot")


def _helper(facts: Facts, name: str, places: tuple[str, ...], why: str) -> Finding:
    found = facts.source.program(name) or next((place for place in places if facts.source.has(place)), "")
    if found:
        return passed(found, "there")
    if name in facts.wants.programs:
        return fail("/usr/bin", f"{facts.wants.project} needs it", f"no {name}")
    return note("/usr/bin", why, f"no {name}")


@TABLE.row(
    "qemu.swtpm",
    "guests can have a TPM",
    reads="/usr/bin/swtpm, /usr/bin/swtpm_setup",
    worst=Outcome.FAIL,
    why="devices.tpm is emulated by swtpm; Windows 11 does not install without one.",
    next="serai host setup qemu",
    source="QEMU, docs/specs/tpm.rst",
)
def swtpm(facts: Facts) -> Finding:
    found = _helper(facts, "swtpm", (), "no guest can have a TPM")
    libvirt = facts.source.program("libvirtd") or facts.source.program("virtqemud")
    if found.outcome is Outcome.PASS and libvirt and not facts.source.program("swtpm_setup"):
        return note("/usr/bin", "libvirt gives no guest a TPM", "no swtpm_setup", next="serai host setup libvirt")
    return found


@TABLE.row(
    "qemu.virtiofsd",
    "folders can be shared by virtiofs",
    reads="/usr/libexec/virtiofsd, /usr/lib/qemu/virtiofsd, /usr/lib/virtiofsd",
    worst=Outcome.FAIL,
    why="A synced folder of type virtiofs is served by virtiofsd.",
    next="serai host setup qemu",
    source="virtiofsd; QEMU, docs/system/devices/vhost-user.rst",
)
def virtiofsd(facts: Facts) -> Finding:
    places = ("/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd", "/usr/lib/virtiofsd")
    return _helper(facts, "virtiofsd", places, "no folder can be shared by virtiofs")


@TABLE.row(
    "qemu.passt",
    "the faster network without root is there",
    reads="/usr/bin/passt",
    worst=Outcome.FAIL,
    why="uplink: passt is served by passt.",
    next="serai host setup qemu, where the distribution has passt",
    source="passt(1)",
    guide=("NET-1",),
)
def passt(facts: Facts) -> Finding:
    return _helper(facts, "passt", (), "uplink: passt cannot be used")


@TABLE.row(
    "lv.daemons",
    "one set of libvirt's daemons runs",
    reads="/proc/*/comm",
    worst=Outcome.FAIL,
    why="libvirtd and virtqemud both manage the same guests, and overwrite each other's state.",
    next="systemctl disable --now libvirtd and its sockets, or virtqemud and its own",
    source="libvirt, daemons: switching to modular daemons",
    guide=("GUI-9",),
)
def daemons(facts: Facts) -> Finding:
    found = [name for name in ("libvirtd", "virtqemud") if facts.services.runs(name)]
    if len(found) > 1:
        return fail("/proc/*/comm", "two daemons manage the same guests", " ".join(found))
    return passed("/proc/*/comm", found[0]) if found else not_applicable("/proc/*/comm", "libvirt does not run")


@TABLE.row(
    "lv.default-net",
    "libvirt's network `default` is started at boot",
    reads="/etc/libvirt/qemu/networks/{default.xml,autostart}",
    worst=Outcome.WARN,
    why="Guests on the network default do not start after a reboot of the host without it.",
    next="serai host setup libvirt",
    undo="serai host undo setup-libvirt",
    source="libvirt, network configuration",
    guide=("NET-5",),
)
def default_net(facts: Facts) -> Finding:
    place = "/etc/libvirt/qemu/networks"
    if not facts.source.has(f"{place}/default.xml"):
        return not_applicable(f"{place}/default.xml", "libvirt has no such network")
    path = f"{place}/autostart/default.xml"
    return (
        passed(path, "there") if facts.source.has(path) else warn(path, "it is not started at boot", "not there")
    )


@TABLE.row(
    "lv.firewall",
    "libvirt's networks have a tool for their rules",
    reads="/etc/libvirt/network.conf, programs nft and iptables",
    worst=Outcome.FAIL,
    why="Without its tool no network of libvirt starts.",
    next="install nftables or iptables",
    source="libvirt, network.conf: firewall_backend",
    guide=("NET-5",),
)
def firewall(facts: Facts) -> Finding:
    if not facts.source.has("/etc/libvirt"):
        return not_applicable("/etc/libvirt", "there is no libvirt")
    chosen = facts.engines.setting("/etc/libvirt/network.conf", "firewall_backend").text
    names = [{"nftables": "nft"}.get(chosen, chosen)] if chosen else ["nft", "iptables"]
    found = [name for name in names if facts.source.program(name)]
    if found:
        return passed("/usr/sbin", " ".join(found))
    return fail("/usr/sbin", "no network of libvirt starts", f"no {' and no '.join(names)}")


@TABLE.row(
    "lv.guests-service",
    "libvirt's guests end well when the host does",
    reads="/etc/systemd/system/*.wants, /etc/default/libvirt-guests, /etc/sysconfig/libvirt-guests",
    worst=Outcome.NOTE,
    why="A guest that nobody stops is killed with the host, as by a power cut; and one that has a device of the "
    "host cannot be saved to disk, only shut down.",
    next="ON_SHUTDOWN=shutdown in its file, and systemctl enable --now libvirt-guests",
    verify="systemctl is-enabled libvirt-guests",
    undo="systemctl disable libvirt-guests",
    source="libvirt, tools/libvirt-guests.sysconf; libvirt-guests(8)",
    guide=("GUI-9",),
)
def guests_service(facts: Facts) -> Finding:
    unit = "libvirt-guests.service"
    domains = facts.domains.all if facts.source.has("/etc/libvirt") else []
    if not domains:
        return not_applicable("/etc/libvirt/qemu", "no domain is defined")
    if not facts.services.enabled(unit):
        why = "what runs when the host goes down is killed"
        return note("/etc/systemd/system", why, f"{unit} is not enabled, {len(domains)} domains")
    files = [
        facts.engines.setting(f"/etc/{place}/libvirt-guests", "ON_SHUTDOWN") for place in ("default", "sysconfig")
    ]
    seen = next((each for each in files if each.text), None)
    if seen is None:
        return passed(files[0].path, f"{unit} is enabled, with what the distribution does")
    if seen.text == "suspend" and (bound := [each.name for each in domains if each.devices]):
        return note(seen, f"{' '.join(bound)} has a device of the host, and cannot be saved")
    return passed(seen)


@TABLE.row(
    "host.devices",
    "devices that the project names can be given",
    reads="/sys/bus/pci, /sys/bus/usb, /sys/bus/mdev",
    worst=Outcome.FAIL,
    why="A machine does not start when a device of its own is not there, or held by the host.",
    next="serai explain PCI-1",
    source="Linux, Documentation/driver-api/vfio.rst",
    guide=("PCI-1", "GPU-3"),
)
def devices(facts: Facts) -> Finding:
    if not facts.wants.machines:
        return not_applicable("/sys/bus/pci/devices", "no project was named, or it takes no device")
    facts.source.names("/sys/bus/pci/devices")  # says so where a tree has no /sys
    for machine in facts.wants.machines:
        managed = machine.provider == "libvirt"
        for key, why, way_out, _ in host_devices.problems(machine, FilesOf(facts.source), managed=managed):
            return fail("/sys/bus", why, f"{machine.name}: {key}", next=way_out)
    return passed("/sys/bus", ", ".join(machine.name for machine in facts.wants.machines))
