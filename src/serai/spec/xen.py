"""What only Xen has: how it is reached, kinds of guests, their start, scheduling, cards and ends (XEN-1, XEN-2).

Source of all keys that Xen is told: xl.cfg(5), xl-network-configuration(5), xl-pci-configuration(5) of Xen 4.17.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Meta

from serai.spec.base import CpuSet, Number, Spec
from serai.spec.notes import Annotated

Whole = Annotated[int, Meta(ge=0)]
XlValue: TypeAlias = int | str | list[str]
"""What a key of xl.cfg can be here: a number, a text, or a list of texts."""


class Via(StrEnum):
    """Whose domains they are: xl's and libvirt's are inventories apart."""

    XL = "xl"
    LIBVIRT = "libvirt"


class XenType(StrEnum):
    PV = "pv"
    PVH = "pvh"
    HVM = "hvm"


class AtEnd(StrEnum):
    """What becomes of a domain that has ended."""

    DESTROY = "destroy"
    RESTART = "restart"
    RENAME_RESTART = "rename-restart"
    PRESERVE = "preserve"
    COREDUMP_DESTROY = "coredump-destroy"
    COREDUMP_RESTART = "coredump-restart"
    SOFT_RESET = "soft-reset"


class TscMode(StrEnum):
    DEFAULT = "default"
    ALWAYS_EMULATE = "always_emulate"
    NATIVE = "native"


class TimerMode(StrEnum):
    """How missed ticks of a virtual timer are made up for."""

    DELAY = "delay_for_missed_ticks"
    NO_DELAY = "no_delay_for_missed_ticks"
    NONE_PENDING = "no_missed_ticks_pending"
    ONE_PENDING = "one_missed_tick_pending"


class VifType(StrEnum):
    """HVM: `ioemu` is an emulated card beside the paravirtual one, `vif` that one alone."""

    IOEMU = "ioemu"
    VIF = "vif"


Plain = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/@-]+$")]
"""A word without what xl.cfg's lists are divided by: no comma, no blank, no quote."""
Device = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,15}$")]
"""Name of a network device: 15 characters (Linux, IFNAMSIZ)."""


class Vif(Spec, frozen=True):
    """How a card is joined to its network on dom0."""

    script: Annotated[
        Plain | None,
        Meta(
            description="vif-bridge, vif-route, vif-nat, vif-openvswitch, or a script of dom0's; default: "
            "vif-openvswitch where `ovs` is stated, else xl's own default, vif-bridge"
        ),
    ] = None
    gatewaydev: Annotated[Device | None, Meta(description="vif-route: dom0's device in that network")] = None
    ip: Annotated[
        Annotated[str, Meta(pattern=r"^[0-9a-fA-F.:/]+$")] | None,
        Meta(
            description="what the script is told of the guest's address: vif-route routes it, vif-bridge filters"
        ),
    ] = None
    rate: Annotated[
        Annotated[str, Meta(pattern=r"^[0-9]+[GMK]?[Bb]/s(@[0-9]+(ms|us|s))?$")] | None,
        Meta(description="the most that the guest may send", examples=["10Mb/s", "1MB/s@20ms"]),
    ] = None
    type: Annotated[VifType | None, Meta(description="of HVM: ioemu or vif; default: ioemu")] = None
    vifname: Annotated[
        Device | None, Meta(description="what dom0 calls its end of it; default: Xen's own, vifDOMAIN.NUMBER")
    ] = None
    trusted: Annotated[
        bool | None, Meta(description="false: the guest is told to guard itself against dom0's end")
    ] = None


class XenRaw(Spec, frozen=True):
    """What only Xen has."""

    via: Annotated[Via, Meta(description="xl, the toolstack itself; or libvirt's driver of it")] = Via.XL
    host: Annotated[
        str | None,
        Meta(
            description="xl: the dom0 over SSH, by the user's own configuration of ssh; default: this host",
            examples=["root@dom0", "ssh://root@dom0:2222"],
        ),
    ] = None
    uri: Annotated[
        str | None,
        Meta(
            description="libvirt: default: xen:///system, this host; virsh is run on dom0",
            examples=["xen+ssh://root@dom0/system"],
        ),
    ] = None
    type: Annotated[
        XenType | None,
        Meta(
            description="pv: no emulated hardware and no virtualization extensions; pvh: those extensions, and no "
            "emulated hardware; hvm: a whole PC, for any system. Default: pvh where a kernel or boot loader is "
            "known, else hvm"
        ),
    ] = None
    kernel: Annotated[
        Annotated[str, Meta(pattern=r"^/")] | None,
        Meta(description="a kernel on dom0 that is started directly; default: the image's, where it has one"),
    ] = None
    ramdisk: Annotated[
        Annotated[str, Meta(pattern=r"^/")] | None, Meta(description="its initrd on dom0, with kernel")
    ] = None
    cmdline: Annotated[
        str | None,
        Meta(description="the kernel's command line; default: the image's, for Xen's console and disks"),
    ] = None
    bootloader: Annotated[
        Plain | None,
        Meta(
            description="pv, pvh: finds the kernel in the guest's disk: pygrub (in dom0), pvgrub (in the guest; "
            "Debian: grub-xen-host), or a program on dom0",
            examples=["pygrub", "pvgrub"],
        ),
    ] = None
    bootloader_args: Annotated[list[str], Meta(description="its arguments")] = []
    weight: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        Meta(description="share of busy CPUs, beside other domains of 256 each (credit schedulers)"),
    ] = None
    cap: Annotated[
        Whole | None, Meta(description="the most CPU it gets, in percent of one; 0: no limit (credit schedulers)")
    ] = None
    cpupool: Annotated[Plain | None, Meta(description="pool of dom0's CPUs that it runs in")] = None
    cpus_soft: Annotated[CpuSet | None, Meta(description="CPUs of the host that it prefers")] = None
    hap: Annotated[
        bool | None,
        Meta(description="pvh, hvm: hardware assisted paging; default: where it is, and with cpu.nested always"),
    ] = None
    pvshim: Annotated[bool, Meta(description="pvh: run a guest that knows PV alone inside it")] = False
    vif: Annotated[Vif, Meta(description="for all its cards")] = Vif()
    vifs: Annotated[
        dict[Number, Vif],
        Meta(description="for one card, by its number from 0", examples=[{"1": {"rate": "1MB/s"}}]),
    ] = {}
    pci_permissive: Annotated[
        bool,
        Meta(description="let it write all of the configuration space of its PCI devices: trusted guests only"),
    ] = False
    pci_seize: Annotated[
        bool,
        Meta(
            description="take its PCI devices from dom0's drivers, and give them back; default: pciback has them"
        ),
    ] = False
    pci_power_management: Annotated[bool, Meta(description="hvm: let it change their power states")] = False
    tsc_mode: Annotated[TscMode | None, Meta(description="what a guest's time stamp counter is")] = None
    timer_mode: Annotated[TimerMode | None, Meta(description="hvm, pvh: how missed ticks are made up for")] = None
    nomigrate: Annotated[bool, Meta(description="never move it to another host; shows an invariant TSC")] = False
    on_poweroff: Annotated[AtEnd, Meta(description="when it powers off")] = AtEnd.DESTROY
    on_reboot: Annotated[AtEnd, Meta(description="when it reboots")] = AtEnd.RESTART
    on_crash: Annotated[AtEnd, Meta(description="when its kernel crashes")] = AtEnd.DESTROY
    on_watchdog: Annotated[AtEnd | None, Meta(description="when Xen's watchdog ends it; default: destroy")] = None
    autostart: Annotated[
        bool, Meta(description="start it with the host: a link in /etc/xen/auto, or libvirt's flag")
    ] = False
    config: Annotated[
        dict[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$")], XlValue],
        Meta(
            description="xl: further keys of xl.cfg(5), written as they are; they win over serai's own",
            examples=[{"max_event_channels": 4095, "device_model_args": ["-nodefaults"]}],
        ),
    ] = {}
