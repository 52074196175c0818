"""Checks of VFIO: there, early enough, and with what it was meant for (GPU-3..6, PCI-1)."""

from __future__ import annotations

import re

from serai.host.checks.row import Finding, Outcome, Table, fail, not_applicable, note, passed, warn
from serai.host.facts.boot import NOW
from serai.host.facts.host import Facts
from serai.host.facts.pci import Device
from serai.host.facts.source import Unknown
from serai.host.initramfs import known as initramfs
from serai.host.initramfs.tool import Wanted, lacking
from serai.host.wants import Role
from serai.util.errors import SeraiError

TABLE = Table()
DEVICES = "/sys/bus/pci/devices"
DRACUT = "/etc/dracut.conf.d"
RULES = "/etc/udev/rules.d"
VIRQFD_IS_GONE = (6, 2)
"""From this kernel on it is part of vfio."""


def _ids(facts: Facts) -> tuple[str, list[str]]:
    """(where, ids) that vfio-pci is to take: of the command line, else of modprobe.d."""
    value = facts.boot.argument("vfio-pci.ids")
    if value:
        return NOW, value.lower().split(",")
    for path, options in facts.modules.options("vfio-pci"):
        if found := re.search(r"\bids=(\S+)", options):
            return path, found[1].lower().split(",")
    return "", []


def taken(facts: Facts) -> list[Device]:
    """Devices that are meant for guests: bound to vfio-pci, or named for it by their slot or their ids."""
    ids = _ids(facts)[1]
    return [
        each
        for each in facts.pci.devices.values()
        if "vfio-pci" in (each.driver, facts.pci.attribute(each, "driver_override").text) or each.ids in ids
    ]


@TABLE.row(
    "vfio.available",
    "the kernel has VFIO",
    reads="/lib/modules/RELEASE/modules.{dep,builtin}",
    worst=Outcome.FAIL,
    why="Cloud kernels and small kernels leave vfio-pci out.",
    next="install the distribution's full kernel: linux-image-amd64, kernel-modules, linux-modules-extra",
    reboot="reboot",
    source="Linux, drivers/vfio/pci/Kconfig",
    guide=("GPU-4", "PCI-1"),
)
def available(facts: Facts) -> Finding:
    modules = facts.modules
    names = ("vfio-pci", "vfio_iommu_type1")
    if all(modules.loaded(name) for name in names):
        return passed("/sys/module", "loaded")
    if not modules.indexed:
        raise Unknown("the list of modules is not there", f"/lib/modules/{modules.release}/modules.builtin")
    lost = [name for name in names if not (modules.built_in(name) or modules.file(name))]
    place = f"/lib/modules/{modules.release}"
    judged = fail if Role.GPU_PASSTHROUGH in facts.wants.roles or facts.wants.machines else note
    for name in names:
        path, line = modules.forbidden(name)
        if path and not (modules.loaded(name) or modules.built_in(name)):
            return judged(path, "modprobe loads nothing in its place", line, next=f"remove that line of {path}")
    if not lost:
        return passed(place, "there")
    return judged(place, "no device can be given to a guest", f"no {', '.join(lost)}")


@TABLE.row(
    "vfio.options-work",
    "options for vfio-pci are where it reads them",
    reads="/etc/modprobe.d, /lib/modules/RELEASE/modules.builtin",
    worst=Outcome.FAIL,
    why="A driver that is built into the kernel never reads modprobe.d: the card stays with its own driver.",
    next="vfio-pci.ids=… on the kernel's command line",
    reboot="reboot",
    old="options vfio-pci ids=… in modprobe.d, whatever the kernel.",
    source="Linux, kernel-parameters.rst: parameters of built-in modules; Ubuntu builds VFIO in since 20.04",
    guide=("GPU-4",),
)
def options_work(facts: Facts) -> Finding:
    options = facts.modules.options("vfio-pci")
    if not options:
        return not_applicable("/etc/modprobe.d", "there are none")
    if not facts.modules.indexed:
        raise Unknown("the list of modules is not there", f"/lib/modules/{facts.modules.release}/modules.builtin")
    path, text = options[0]
    if facts.modules.built_in("vfio-pci"):
        return fail(path, "vfio-pci is built into the kernel, which does not read this", text)
    return passed(path, text)


@TABLE.row(
    "vfio.ids",
    "each id that vfio-pci takes is of one device",
    reads=f"{NOW}, /etc/modprobe.d, {DEVICES}",
    worst=Outcome.WARN,
    why="ids= takes every card of that kind, also the one that the host needs.",
    next="serai host passthrough ADDRESS, for each slot, instead of ids=",
    undo="serai host undo passthrough-ADDRESS",
    reboot="reboot",
    old="ids= for every card: with two of a kind the host loses both.",
    source="Linux, drivers/vfio/pci/vfio_pci.c: ids",
    guide=("GPU-3", "GPU-4"),
)
def ids(facts: Facts) -> Finding:
    where, wanted = _ids(facts)
    if not wanted:
        return not_applicable("/etc/modprobe.d", "no ids are given")
    if not facts.pci.devices:
        raise Unknown("no PCI device is to be seen", DEVICES)
    for ident in wanted:
        slots = {each.slot for each in facts.pci.devices.values() if each.ids == ident}
        if len(slots) != 1:
            why = "no device has it" if not slots else f"{len(slots)} slots have it: {' '.join(sorted(slots))}"
            return warn(where, why, ident)
    return passed(where, " ".join(wanted))


@TABLE.row(
    "vfio.bound",
    "devices that were meant for VFIO are bound to it",
    reads=f"{DEVICES}/*/driver",
    worst=Outcome.FAIL,
    why="A driver that was there first keeps the device, and no guest can have it.",
    next="serai host passthrough ADDRESS binds it, now and at each boot",
    verify="lspci -nnk",
    reboot="reboot",
    source="Linux, Documentation/driver-api/vfio.rst",
    guide=("GPU-4", "GPU-6"),
)
def bound(facts: Facts) -> Finding:
    wanted = [each for each in taken(facts) if not each.is_bridge]
    if not wanted:
        return not_applicable(DEVICES, "no device is meant for VFIO")
    lost = [each for each in wanted if each.driver != "vfio-pci"]
    if lost:
        return fail(f"{lost[0].path}/driver", f"{lost[0].driver or 'no driver'} has it", lost[0].driver or "none")
    return passed(DEVICES, " ".join(each.address for each in wanted))


@TABLE.row(
    "vfio.early",
    "VFIO is in the initramfs where it is to take devices at boot",
    reads="the listing of the running kernel's initramfs; /etc/udev/rules.d",
    worst=Outcome.WARN,
    why="The drivers of cards and disks are in the initramfs, too: who is loaded there first has the device.",
    next="serai host passthrough ADDRESS packs what is missing, and has the image made anew",
    reboot="reboot",
    old="A line in modprobe.d, and no look into the image.",
    source="initramfs-tools(7), dracut.conf(5), mkinitcpio(8); lsinitramfs, lsinitrd, lsinitcpio list an image",
    guide=("GPU-4", "GPU-5"),
)
def early(facts: Facts) -> Finding:
    rules = [name for name in facts.source.names(RULES) if name.startswith("90-serai-passthrough-")]
    if not rules and not _ids(facts)[1]:
        return not_applicable(RULES, "no device is to be taken at boot")
    reach = facts.source.reach
    tool = initramfs.found(reach)
    if tool is None:
        return warn("/usr/bin", "udev alone binds devices at boot", "no tool that makes an initramfs")
    images = tool.images(reach)
    if not images or not reach.live:
        raise Unknown("no image is to be seen" if reach.live else "only the running host can be asked", tool.name)
    image = next((each for each in images if each.kernel == facts.modules.release), images[0])
    wanted = Wanted(name="", modules=("vfio_pci",), files=tuple(f"{RULES}/{name}" for name in rules))
    try:
        missing = lacking(reach, tool, image, wanted)
    except SeraiError as error:
        raise Unknown(error.message, image.path) from error
    if missing:
        return warn(image.path, "the device's own driver may be there first", f"no {', '.join(missing)}")
    return passed(image.path, "vfio_pci" + (f" and {len(rules)} rules" if rules else ""))


@TABLE.row(
    "vfio.dracut-name",
    "files for dracut have names that it reads",
    reads=f"{DRACUT}/*",
    worst=Outcome.WARN,
    why="dracut reads only files that end in .conf.",
    next=f"rename it to {DRACUT}/NAME.conf, and dracut -f --regenerate-all",
    reboot="reboot",
    old="add_drivers+=… packs the module but does not load it; force_drivers does both.",
    source="dracut.conf(5)",
    guide=("GPU-5",),
)
def dracut_name(facts: Facts) -> Finding:
    if not facts.source.has(DRACUT):
        return not_applicable(DRACUT, "there is no dracut")
    names = [
        name for name in facts.source.names(DRACUT) if not name.endswith(".conf") and not name.startswith(".")
    ]
    if names:
        return warn(f"{DRACUT}/{names[0]}", "dracut does not read it", names[0])
    return passed(DRACUT, "all end in .conf")


@TABLE.row(
    "vfio.virqfd",
    "no file lists vfio_virqfd any more",
    reads="/etc/mkinitcpio.conf, /etc/dracut.conf.d, /etc/initramfs-tools/modules, /etc/modules",
    worst=Outcome.WARN,
    why="It has been no module since Linux 6.2; mkinitcpio stops at its name.",
    next="remove the word vfio_virqfd",
    source="Linux 6.2, drivers/vfio/Makefile",
    old="vfio vfio_iommu_type1 vfio_pci vfio_virqfd in the initramfs.",
    guide=("GPU-5",),
)
def virqfd(facts: Facts) -> Finding:
    if not facts.kernel > (0, 0):
        raise Unknown("the kernel's release is not known", "/proc/sys/kernel/osrelease")
    if facts.kernel < VIRQFD_IS_GONE:
        return not_applicable("/proc/sys/kernel/osrelease", "in this kernel it is a module")
    files = ["/etc/mkinitcpio.conf", "/etc/initramfs-tools/modules", "/etc/modules"]
    for place in (DRACUT, "/etc/mkinitcpio.conf.d", "/etc/modules-load.d"):
        files += [f"{place}/{name}" for name in facts.source.names(place)]
    for path in files:
        if any("vfio_virqfd" in line.partition("#")[0] for line in facts.read(path).lines):
            return warn(path, "this kernel has no such module", "vfio_virqfd")
    return passed("/etc", "no `vfio_virqfd`")
