"""Checks of weaknesses of processors, and of what guards guests from each other and the host."""

from __future__ import annotations

import re
import stat

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import NOW
from serai.host.facts.cpu import INFO, WEAKNESSES
from serai.host.facts.host import Facts
from serai.host.facts.source import Reading, Unknown

TABLE = Table()
SHARED_BUFFERS = ("/l1tf", "/mds", "/mmio_stale_data", "/tsx_async_abort")
"""Weaknesses of what the threads of a core share. Source: Linux, Documentation/admin-guide/hw-vuln."""
HIDDEN = "SMT Host state unknown"
"""Source: Linux, arch/x86/kernel/cpu/bugs.c: what a guest's kernel says."""
OPEN = re.compile(r"^Vulnerable|\b(?:VMX|KVM|BHI|PBRSB-eIBRS): [Vv]ulnerable")
"""The whole of it, or a part by which a guest reads or halts the host. Source: Linux, hw-vuln: l1tf.rst,
spectre.rst, multihit.rst."""
POOL = "/var/lib/libvirt/images"


@TABLE.row(
    "cpu.vulnerabilities",
    "no known weakness of the processor is open",
    reads=f"{WEAKNESSES}/*",
    worst=Outcome.WARN,
    why="A guest can read what others compute where the kernel or the microcode closes no door.",
    next="install the newest kernel and microcode, and reboot",
    reboot="reboot",
    source="Linux, Documentation/admin-guide/hw-vuln",
)
def vulnerabilities(facts: Facts) -> Finding:
    seen = facts.cpu.weaknesses()
    if not seen:
        raise Unknown("the kernel does not tell", WEAKNESSES)
    open_ = [each for each in seen if OPEN.search(each.text)]
    if not open_:
        if unsure := next((each for each in seen if each.text.startswith("Unknown")), None):
            raise Unknown(f"the kernel does not know: {unsure.text}", unsure.path)
        return passed(WEAKNESSES, f"{len(seen)} closed or not there")
    names = ", ".join(each.path.rpartition("/")[2] for each in open_)
    return warn(open_[0], f"open: {names}")


@TABLE.row(
    "cpu.itlb-multihit",
    "a guest cannot halt the host by huge pages (iTLB multihit)",
    reads=f"{WEAKNESSES}/itlb_multihit",
    worst=Outcome.FAIL,
    why="A guest can cause a machine check of the whole host with pages of two sizes.",
    next="remove kvm.nx_huge_pages=off",
    reboot="reload",
    source="Linux, Documentation/admin-guide/hw-vuln/multihit.rst",
)
def itlb(facts: Facts) -> Finding:
    seen = facts.read(f"{WEAKNESSES}/itlb_multihit")
    if not seen.there:
        raise Unknown("the kernel does not tell", seen.path)
    return fail(seen, "a guest can halt this host") if "KVM: Vulnerable" in seen.text else passed(seen)


@TABLE.row(
    "cpu.microcode",
    "the microcode is new enough",
    reads=f"{INFO}, {WEAKNESSES}/*",
    worst=Outcome.WARN,
    why="Some weaknesses are closed by microcode alone.",
    next="install intel-microcode, amd64-microcode, microcode_ctl or linux-firmware, and reboot",
    reboot="reboot",
    source="Linux, Documentation/arch/x86/microcode.rst",
)
def microcode(facts: Facts) -> Finding:
    if not facts.cpu.x86:
        return not_applicable(INFO, "only x86 loads microcode")
    version = facts.cpu.info.get("microcode", "")
    seen = facts.cpu.weaknesses()
    if not seen:
        raise Unknown("the kernel does not tell whether it wants a newer one", WEAKNESSES)
    asked = [each for each in seen if "no microcode" in each.text.lower()]
    asked += [each for each in seen if each.path.endswith("old_microcode") and each.text.startswith("Vulnerable")]
    if asked and facts.cpu.virtual:
        return note(asked[0], "it is the outer host's to load", next="update the outer host")
    return warn(asked[0], "the kernel asks for newer microcode") if asked else passed(INFO, version or "not told")


@TABLE.row(
    "cpu.mitigations",
    "mitigations are not switched off",
    reads=NOW,
    worst=Outcome.FAIL,
    why="With mitigations=off every guest can read the host's memory and that of other guests.",
    next="remove mitigations=off from the kernel's command line",
    verify="grep mitigations /proc/cmdline",
    reboot="reboot",
    when_not="A laboratory whose guests all are yours may take the gain.",
    source="Linux, kernel-parameters.txt: mitigations",
)
def mitigations(facts: Facts) -> Finding:
    value = facts.boot.argument("mitigations")
    if value == "off":
        return fail(NOW, "guests can read each other's memory", "mitigations=off")
    if value and "no_guest" in value:
        return note(
            NOW,
            "doors between guests and host are left open on purpose",
            f"mitigations={value}",
            next="mitigations=auto",
        )
    return passed(NOW, f"mitigations={value}" if value else "no `mitigations=`")


@TABLE.row(
    "cpu.smt",
    "sibling threads cannot spy on each other",
    reads="/sys/devices/system/cpu/smt/active",
    worst=Outcome.WARN,
    why="Two guests on the threads of one core share its caches and buffers.",
    next="nosmt on the kernel's command line, core scheduling, or pin guests to whole cores (cpu.pin)",
    reboot="reboot",
    when_not="All guests are trusted, or each has whole cores.",
    numbers="without SMT a busy host loses up to a third of its throughput",
    source="Linux, Documentation/admin-guide/hw-vuln/core-scheduling.rst",
)
def smt(facts: Facts) -> Finding:
    seen = facts.read("/sys/devices/system/cpu/smt/active")
    if not seen.there:
        return not_applicable(seen, "this kernel or processor has no SMT")
    if seen.text != "1":
        return passed(seen, "off")
    found = facts.cpu.weaknesses()
    if weak := [each for each in found if "SMT vulnerable" in each.text or _open_between_threads(each)]:
        return warn(weak[0], "guests on sibling threads can spy on each other")
    if hidden := [each for each in found if HIDDEN in each.text]:
        raise Unknown("this host is a guest, and does not see whose threads its processors are", hidden[0].path)
    return passed(seen, "on, closed")


def _open_between_threads(seen: Reading) -> bool:
    return seen.path.endswith(SHARED_BUFFERS) and seen.text.startswith("Vulnerable")


@TABLE.row(
    "sec.secure-boot",
    "whether the firmware starts signed kernels only",
    reads="/sys/firmware/efi/efivars/SecureBoot-*",
    worst=Outcome.NOTE,
    why="Under Secure Boot the kernel loads signed modules only: a vendor's reset or vGPU module "
    "needs a signature.",
    next="sign modules of your own (mokutil --import), before you count on them",
    reboot="reboot",
    source="Linux, Documentation/admin-guide/module-signing.rst",
    guide=("GPU-5",),
)
def secure_boot(facts: Facts) -> Finding:
    place = "/sys/firmware/efi"
    if not facts.source.has(place):
        return not_applicable(place, "the host was started by BIOS, or its firmware is hidden")
    names = [name for name in facts.source.names(f"{place}/efivars") if name.startswith("SecureBoot-")]
    if not names:
        raise Unknown("there is no such variable", f"{place}/efivars/SecureBoot-*")
    seen = facts.read(f"{place}/efivars/{names[0]}")
    on = seen.text.endswith("\x01")
    return note(seen, "modules must be signed", "on") if on else passed(seen, "off")


@TABLE.row(
    "sec.lockdown",
    "the kernel is not locked down against what pass-through needs",
    reads="/sys/kernel/security/lockdown",
    worst=Outcome.WARN,
    why="In the mode confidentiality the kernel refuses what reads its memory, perf and some tracing among it.",
    next="lockdown=integrity on the kernel's command line is enough for Secure Boot",
    reboot="reboot",
    source="Linux, kernel_lockdown(7)",
)
def lockdown(facts: Facts) -> Finding:
    seen = facts.read("/sys/kernel/security/lockdown")
    if not seen.there:
        return not_applicable(seen, "the kernel has no lockdown, or securityfs is not mounted")
    return warn(seen, "perf kvm and others are refused") if "[confidentiality]" in seen.text else passed(seen)


@TABLE.row(
    "sec.selinux",
    "SELinux, where it is there, guards guests",
    reads="/sys/fs/selinux/enforce, /etc/selinux/config",
    worst=Outcome.WARN,
    why="sVirt gives each guest of libvirt a label of its own, so that a guest that breaks out reaches no other.",
    next="SELINUX=enforcing in /etc/selinux/config, then setenforce 1, or a reboot with relabelling",
    verify="getenforce",
    reboot="reboot",
    source="libvirt, drvqemu: security drivers",
)
def selinux(facts: Facts) -> Finding:
    chosen = facts.engines.setting("/etc/selinux/config", "SELINUX")
    if not chosen.there:
        return not_applicable("/etc/selinux/config", "this distribution does not use SELinux")
    now = facts.read("/sys/fs/selinux/enforce")
    if now.text == "1":
        return passed(now, "enforcing")
    if now.there:
        return warn(now, "it only reports what it would refuse", "permissive")
    return warn(chosen, "guests are not kept apart by labels", f"not running, SELINUX={chosen.text}")


@TABLE.row(
    "sec.apparmor",
    "AppArmor, where it is there, guards guests",
    reads="/sys/module/apparmor/parameters/enabled, /etc/apparmor.d",
    worst=Outcome.WARN,
    why="libvirt writes a profile for each guest; without AppArmor a guest that breaks out reaches others' disks.",
    next="apparmor=1 security=apparmor on the kernel's command line, and install apparmor",
    reboot="reboot",
    source="libvirt, drvqemu: security drivers",
)
def apparmor(facts: Facts) -> Finding:
    if not facts.source.has("/etc/apparmor.d/libvirt"):
        return not_applicable("/etc/apparmor.d/libvirt", "libvirt has no profiles here")
    seen = facts.modules.parameter("apparmor", "enabled")
    return passed(seen) if seen.text == "Y" else warn(seen, "libvirt's profiles are not enforced")


@TABLE.row(
    "sec.dac",
    "QEMU's user reaches the pool",
    reads=f"the modes of {POOL} and what is above it",
    worst=Outcome.FAIL,
    why="libvirt runs QEMU as a user of its own; it needs the x bit of every directory on the way to a disk.",
    next=f"chmod o+x DIRECTORY, or setfacl -m u:libvirt-qemu:x DIRECTORY, for each above {POOL}",
    undo="setfacl -x u:libvirt-qemu DIRECTORY",
    when_not="Home directories are 0700 for a reason: put disks elsewhere instead.",
    source="libvirt, drvqemu: POSIX users and groups",
)
def dac(facts: Facts) -> Finding:
    if not facts.source.has(POOL):
        return not_applicable(POOL, "there is no pool of libvirt's")
    for place in ("/var", "/var/lib", "/var/lib/libvirt", POOL):
        said = facts.source.ask("owner", place).split()
        if said[-1] == "absent" or not int(said[2], 8) & stat.S_IXOTH:
            return fail(place, "others may not enter it", f"mode {said[-1]}")
    return passed(POOL, "open to all on the way")


NFS = "/sys/fs/selinux/booleans/virt_use_nfs"
STORAGE = "/etc/libvirt/storage"
HELPER = "/etc/apparmor.d/local/usr.lib.libvirt.virt-aa-helper"
ALLOWED = ("/var/lib/libvirt/images", "/media", "/mnt", "/opt", "/srv")
"""Places that libvirt's helper reads whole; elsewhere names must end in .img, .raw, .qcow2, .iso and the like.
Source: libvirt, src/security/apparmor/usr.lib.libvirt.virt-aa-helper.in."""


def _enforces(facts: Facts) -> bool:
    return facts.read("/sys/fs/selinux/enforce").text == "1"


@TABLE.row(
    "sec.selinux-nfs",
    "SELinux lets guests have disks on NFS",
    reads=f"{NFS}, /proc/mounts",
    worst=Outcome.FAIL,
    why="All of an NFS mount has one label, which guests may use only with the boolean virt_use_nfs.",
    next="setsebool -P virt_use_nfs 1",
    undo="setsebool -P virt_use_nfs 0",
    source="libvirt, drvqemu: SELinux; virt_selinux(8)",
)
def selinux_nfs(facts: Facts) -> Finding:
    if not _enforces(facts):
        return not_applicable("/sys/fs/selinux/enforce", "SELinux does not enforce")
    pools = [pool for pool in facts.storage.pools if facts.storage.kind(pool)[1] in ("nfs", "nfs4")]
    if not pools:
        return not_applicable("/proc/mounts", "no pool is on NFS")
    seen = facts.read(NFS)
    if not seen.there:
        raise Unknown("the policy has no such boolean", NFS)
    return passed(seen) if seen.text.startswith("1") else fail(seen, f"guests may not open disks in {pools[0]}")


@TABLE.row(
    "sec.selinux-labels",
    "files of the pool have the label that guests may open",
    reads=f"restorecon -n -v {POOL}",
    worst=Outcome.FAIL,
    why="A file that was moved here kept the label of where it was, and a guest may not open it.",
    next=f"restorecon -R -v {POOL}; a place of your own: semanage fcontext -a -t virt_image_t 'DIR(/.*)?' first",
    undo="chcon with the label that restorecon told",
    source="restorecon(8): -n",
)
def selinux_labels(facts: Facts) -> Finding:
    if not _enforces(facts) or not facts.source.has(POOL):
        return not_applicable("/sys/fs/selinux/enforce", "SELinux does not enforce, or there is no pool")
    seen = facts.source.run("restorecon", "-n", "-v", "-R", POOL)
    wrong = [line for line in seen.lines if "relabel" in line.lower()]
    return fail(seen, "guests may not open it", wrong[0]) if wrong else passed(seen, "as the policy has it")


@TABLE.row(
    "sec.apparmor-pools",
    "AppArmor lets libvirt look at disks in all pools",
    reads=f"{STORAGE}/*.xml, {HELPER}",
    worst=Outcome.WARN,
    why="The helper that writes a guest's profile must read its disks: outside its places it reads usual endings "
    "alone, and the guest is refused the backing file of any other.",
    next=f"DIRECTORY/** r, in {HELPER}; then apparmor_parser -r /etc/apparmor.d/usr.lib.libvirt.virt-aa-helper",
    undo="take the line out, and load the profile again",
    reboot="reload",
    source="libvirt, src/security/apparmor/usr.lib.libvirt.virt-aa-helper.in",
)
def apparmor_pools(facts: Facts) -> Finding:
    if facts.modules.parameter("apparmor", "enabled").text != "Y" or not facts.source.has(
        "/etc/apparmor.d/libvirt"
    ):
        return not_applicable("/sys/module/apparmor/parameters/enabled", "AppArmor does not guard guests here")
    names = [name for name in facts.source.names(STORAGE) if name.endswith(".xml")]
    seen = [facts.read(f"{STORAGE}/{name}") for name in names]
    found = [(each, path) for each in seen for path in re.findall(r"<target>\s*<path>([^<]+)</path>", each.text)]
    own = facts.read(HELPER).text
    apart = [(each, path) for each, path in found if not _below(path, (*ALLOWED, "/dev")) and path not in own]
    if apart:
        return warn(apart[0][0], "disks with unusual endings are refused there", apart[0][1])
    return passed(STORAGE, f"{len(found)} pools")


def _below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


@TABLE.row(
    "sec.modules",
    "modules of vendors are loaded although the kernel is locked down",
    reads="/sys/kernel/security/lockdown, /lib/modules/*/updates/dkms, /var/lib/shim-signed/mok, /var/lib/dkms",
    worst=Outcome.WARN,
    why="Under Secure Boot a module that was built here, for vGPU or a reset, is loaded only with a signature.",
    next="mokutil --import /var/lib/dkms/mok.pub, and confirm it at the next boot",
    reboot="reboot",
    source="Linux, Documentation/admin-guide/module-signing.rst; kernel_lockdown(7)",
    guide=("GPU-5",),
)
def modules(facts: Facts) -> Finding:
    locked = facts.read("/sys/kernel/security/lockdown")
    if "[integrity]" not in locked.text and "[confidentiality]" not in locked.text:
        return not_applicable(locked, "the kernel loads any module")
    place = f"/lib/modules/{facts.modules.release}/updates/dkms"
    built = facts.source.names(place)
    if not built:
        return not_applicable(place, "no module was built here")
    keys = [
        path for path in ("/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub") if facts.source.has(path)
    ]
    return (
        passed(keys[0], ", ".join(built))
        if keys
        else warn(place, "there is no key to sign them", ", ".join(built))
    )
