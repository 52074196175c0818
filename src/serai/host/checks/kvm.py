"""Checks of KVM's device, modules and helpers, and of a guest that really runs (HW-1, HW-3)."""

from __future__ import annotations

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.host import Facts

TABLE = Table()


@TABLE.row(
    "kvm.modules",
    "KVM's modules are loaded",
    reads="/sys/module/kvm*",
    worst=Outcome.FAIL,
    why="/dev/kvm comes with the module kvm, and its vendor's part.",
    next="modprobe kvm_intel or kvm_amd; its name in /etc/modules-load.d/kvm.conf keeps it",
    undo="remove that file",
    source="Linux, arch/x86/kvm",
    guide=("HW-1",),
)
def modules(facts: Facts) -> Finding:
    found = [name for name in facts.source.names("/sys/module") if name == "kvm" or name.startswith("kvm_")]
    if "kvm" not in found:
        return fail("/sys/module/kvm", "KVM is not loaded", "not there")
    return passed("/sys/module", " ".join(found))


@TABLE.row(
    "kvm.access",
    "this user can open /dev/kvm",
    reads="stat of /dev/kvm, groups of this user",
    worst=Outcome.FAIL,
    why="QEMU that a user starts needs to read and write /dev/kvm.",
    next="usermod -aG kvm $USER, and log in again",
    undo="gpasswd -d $USER kvm",
    reboot="login",
    source="systemd, udev rules: kvm",
    guide=("HW-1",),
)
def access(facts: Facts) -> Finding:
    said = facts.source.ask("owner", "/dev/kvm")
    if said == "absent":
        return not_applicable("/dev/kvm", "there is no /dev/kvm")
    owner, group, mode = said.split()
    user, *groups = facts.source.ask("user").split()
    value = f"{mode} owner {owner} group {group}"
    if facts.source.ask("kvm-api").startswith("refused"):
        return fail("/dev/kvm", f"user {user} with groups {' '.join(groups)} may not open it", value)
    return passed("/dev/kvm", value)


QEMU_USERS = ("libvirt-qemu", "qemu")
"""Whom libvirt runs QEMU as: on Debian and Ubuntu, and elsewhere."""


@TABLE.row(
    "kvm.libvirt",
    "the user that libvirt runs QEMU as can open /dev/kvm",
    reads="stat of /dev/kvm, /etc/libvirt/qemu.conf, /etc/passwd, /etc/group",
    worst=Outcome.WARN,
    why="libvirt looks at QEMU as root and sees KVM, looks at the device as that user and does not: it asks QEMU "
    "for its abilities again at each call.",
    next="chgrp kvm /dev/kvm; chmod 0660 /dev/kvm; udev's own rule does it at each boot",
    undo="chgrp root /dev/kvm; chmod 0600 /dev/kvm",
    numbers="libvirt 9.0 without the right: 3 to 10 s for each definition of a domain, 0.02 s with it, measured",
    source="libvirt, src/qemu/qemu_capabilities.c: virQEMUCapsIsValid",
    guide=("HW-1",),
)
def libvirt(facts: Facts) -> Finding:
    name = facts.engines.setting("/etc/libvirt/qemu.conf", "user").text.lstrip("+")
    users = [facts.accounts.user(each) for each in ((name,) if name else QEMU_USERS)]
    account = next((each for each in users if each), None)
    if account is None or not (facts.source.program("libvirtd") or facts.source.program("virtqemud")):
        return not_applicable("/etc/passwd", "there is no libvirt that runs QEMU")
    said = facts.source.ask("owner", "/dev/kvm")
    if said == "absent":
        return not_applicable("/dev/kvm", "there is no /dev/kvm")
    owner, group, mode = said.split()
    shift = 6 if int(owner) == account.uid else 3 if int(group) in account.groups else 0
    value = f"{mode} owner {owner} group {group}"
    if account.uid == 0 or int(mode, 8) >> shift & 6 == 6:
        return passed("/dev/kvm", value)
    return warn("/dev/kvm", f"{account.name} may not open it", value)


def _node(facts: Facts, path: str, module: str, why: str, outcome: Outcome) -> Finding:
    if facts.source.has(path):
        return passed(path, "there")
    next = f"modprobe {module}; {module} in /etc/modules-load.d/{module}.conf keeps it"
    judged = fail if outcome is Outcome.FAIL else warn if outcome is Outcome.WARN else note
    return judged(path, why, "not there", next=next)


@TABLE.row(
    "kvm.vhost-net",
    "packets of guests go through the kernel (vhost-net)",
    reads="/dev/vhost-net",
    worst=Outcome.WARN,
    why="Without vhost-net QEMU itself copies every packet of a tap or bridge card.",
    next="modprobe vhost_net",
    undo="remove /etc/modules-load.d/vhost_net.conf",
    source="Linux, drivers/vhost/net.c",
    guide=("HW-3", "NET-1"),
)
def vhost_net(facts: Facts) -> Finding:
    return _node(facts, "/dev/vhost-net", "vhost_net", "QEMU copies every packet itself", Outcome.WARN)


@TABLE.row(
    "kvm.vhost-vsock",
    "sockets between host and guest can be made (vsock)",
    reads="/dev/vhost-vsock",
    worst=Outcome.NOTE,
    why="vsock reaches a guest without a network.",
    next="modprobe vhost_vsock",
    undo="remove /etc/modules-load.d/vhost_vsock.conf",
    source="Linux, drivers/vhost/vsock.c",
)
def vhost_vsock(facts: Facts) -> Finding:
    return _node(facts, "/dev/vhost-vsock", "vhost_vsock", "devices.vsock cannot be used", Outcome.NOTE)


@TABLE.row(
    "kvm.tun",
    "tap devices can be made",
    reads="/dev/net/tun",
    worst=Outcome.FAIL,
    why="Cards on bridges and networks of libvirt are tap devices.",
    next="modprobe tun",
    undo="remove /etc/modules-load.d/tun.conf",
    source="Linux, Documentation/networking/tuntap.rst",
    guide=("NET-3",),
)
def tun(facts: Facts) -> Finding:
    return _node(facts, "/dev/net/tun", "tun", "no guest can be put on a bridge", Outcome.FAIL)


@TABLE.row(
    "kvm.probe-guest",
    "a guest runs in KVM",
    reads="a guest of 700 bytes",
    worst=Outcome.FAIL,
    why="A /dev/kvm that answers may run nothing: only a guest that did what a kernel does first is proof.",
    next="let guests run under TCG (serai does), or take a host whose KVM runs them",
    verify="serai host check kvm.probe-guest",
    numbers="the probe takes 0.1 s under KVM, and is given up after 3 s, and after 12 s of a second try; the "
    "answer is kept until the next boot",
    old="The flags of /proc/cpuinfo were the proof; here only code that ran is.",
    source="measured: on hosts with kvm_pvm the API answers 12, and stock guests abort",
    guide=("HW-1", "NEST-7"),
)
def probe_guest(facts: Facts) -> Finding:
    said = facts.source.ask("probe-guest")
    name, _, reason = said.partition(": ")
    return passed("probe guest", "it ran") if name == "kvm" else fail("probe guest", reason, name)


@TABLE.row(
    "kvm.halt-poll",
    "how long an idle virtual CPU is waited for",
    reads="/sys/module/kvm/parameters/halt_poll_ns",
    worst=Outcome.NOTE,
    why="Polling answers sooner and burns CPU; where it is 0, each wake-up of a guest takes a switch.",
    next="serai host tune halt-poll",
    undo="serai host undo halt-poll",
    numbers="the default on x86 is 200000 ns",
    source="Linux, Documentation/virt/kvm/halt-polling.rst",
)
def halt_poll(facts: Facts) -> Finding:
    seen = facts.modules.parameter("kvm", "halt_poll_ns")
    if not seen.there:
        return not_applicable(seen, "KVM is not loaded, or has no such parameter")
    return note(seen, "each wake-up of a guest takes a switch") if seen.number == 0 else passed(seen)


@TABLE.row(
    "kvm.ignore-msrs",
    "unknown registers are not ignored for all guests",
    reads="/sys/module/kvm/parameters/ignore_msrs",
    worst=Outcome.NOTE,
    why="It hides faults: a guest that asks for what is not there is told 0 instead of an error.",
    next="remove ignore_msrs=1 from modprobe.d; some guests (macOS) need it",
    undo="options kvm ignore_msrs=1",
    reboot="reload",
    source="Linux, kernel-parameters.txt: kvm.ignore_msrs",
)
def ignore_msrs(facts: Facts) -> Finding:
    seen = facts.modules.parameter("kvm", "ignore_msrs")
    if not seen.there:
        return not_applicable(seen, "KVM is not loaded, or has no such parameter")
    return note(seen, "faults of guests are hidden") if seen.text in ("Y", "1") else passed(seen)


@TABLE.row(
    "kvm.secure-guests",
    "whether guests' memory can be encrypted (SEV, TDX)",
    reads="/dev/sev, /sys/module/kvm_amd/parameters/sev, /sys/module/kvm_intel/parameters/tdx",
    worst=Outcome.NOTE,
    why="SEV and TDX keep a guest's memory from the host itself.",
    next="switch SEV or TDX on in the firmware, and kvm_amd.sev=1 or kvm_intel.tdx=1",
    reboot="reboot",
    source="Linux, Documentation/virt/kvm/x86/amd-memory-encryption.rst",
)
def secure_guests(facts: Facts) -> Finding:
    if not facts.kvm_module:
        if not facts.cpu.x86:
            return not_applicable("/proc/cpuinfo", "SEV and TDX are of x86 alone")
        return note("/sys/module", "guests' memory is open to the host", "neither kvm_intel nor kvm_amd")
    name = "sev" if facts.kvm_module == "kvm_amd" else "tdx"
    seen = facts.modules.parameter(facts.kvm_module, name)
    if seen.text in ("Y", "1") and (name == "tdx" or facts.source.has("/dev/sev")):
        more = [each for each in ("sev_es", "sev_snp") if _is_on(facts, each)]
        return passed(seen, " ".join([f"{name} {seen.text}", *more]))
    return note(seen, "guests' memory is open to the host")


def _is_on(facts: Facts, name: str) -> bool:
    return facts.modules.parameter(facts.kvm_module, name).text in ("Y", "1")


@TABLE.row(
    "kvm.others",
    "no other hypervisor holds the processor",
    reads="/sys/module",
    worst=Outcome.WARN,
    why="VirtualBox and VMware switch VT-x on for themselves; then KVM's guests fail to start, or theirs.",
    next="stop the other's machines, and rmmod its module",
    source="Linux, Documentation/virt/kvm: enable_virt_at_load",
)
def others(facts: Facts) -> Finding:
    found = [name for name in ("vboxdrv", "vmmon", "vmx86") if facts.modules.loaded(name)]
    if found:
        return warn(f"/sys/module/{found[0]}", "two hypervisors share the processor", " ".join(found))
    return passed("/sys/module", "none")
