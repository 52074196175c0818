"""Escape blocks: `providers: {qemu: …}`, passed on as they are, checked where their form is known."""

from enum import StrEnum
from typing import Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta

from serai.spec.base import Duration, Spec
from serai.spec.notes import Annotated
from serai.spec.xen import XenRaw

Form = TypeVar("Form", bound=Spec)


class Accel(StrEnum):
    AUTO = "auto"
    KVM = "kvm"
    TCG = "tcg"


class QemuRaw(Spec, frozen=True):
    """What only QEMU has."""

    accel: Annotated[Accel, Meta(description="auto: KVM when a probe guest runs in it, else TCG (HW-1)")] = (
        Accel.AUTO
    )
    machine: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.,=_-]+$", description="-machine", examples=["q35"])] = "q35"
    binary: Annotated[str | None, Meta(description="the emulator's path")] = None
    display: Annotated[str, Meta(description="`none`, or a VNC socket in the machine's directory: `vnc`")] = "none"
    args: Annotated[list[str], Meta(description="further arguments, at the end, as they are")] = []


class XmlEdit(Spec, frozen=True):
    """One edit of the domain XML, after serai has written it. Short: XML to add to `<domain>`."""

    at: Annotated[str, Meta(description="where, as an XPath from <domain>", examples=["./devices/disk[1]"])] = "."
    add: Annotated[str | None, Meta(description="XML to add inside; an element that is there once is merged")] = (
        None
    )
    set: Annotated[dict[str, str], Meta(description="attributes to set")] = {}
    remove: Annotated[bool, Meta(description="take the element out")] = False


class LibvirtRaw(Spec, frozen=True):
    """What only libvirt has."""

    uri: Annotated[
        str | None,
        Meta(
            description="the libvirtd to talk to; default: LIBVIRT_DEFAULT_URI, else qemu:///system for root "
            "and who may open its socket, else qemu:///session",
            examples=["qemu:///system", "qemu+ssh://root@host/system", "lxc:///"],
        ),
    ] = None
    accel: Annotated[Accel, Meta(description="auto: KVM when a probe guest runs in it, else TCG (HW-1)")] = (
        Accel.AUTO
    )
    machine: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]+$", description="machine type", examples=["q35"])] = (
        "q35"
    )
    emulator: Annotated[str | None, Meta(description="the emulator's path; default: libvirt's own choice")] = None
    pool: Annotated[str, Meta(description="storage pool of disks that name none; made when it is not there")] = (
        "default"
    )
    autostart: Annotated[bool, Meta(description="start it with the host")] = False
    title: Annotated[str | None, Meta(description="what virt-manager lists it as; default: its name")] = None
    xml: Annotated[list[XmlEdit], Meta(description="edits of the domain XML, in this order")] = []
    args: Annotated[list[str], Meta(description="further arguments for QEMU (<qemu:commandline>)")] = []


class LxcStorage(StrEnum):
    """What holds a container's root filesystem. Source: lxc-create(1), -B."""

    AUTO = "auto"
    DIR = "dir"
    BTRFS = "btrfs"
    ZFS = "zfs"
    LVM = "lvm"
    LOOP = "loop"
    OVERLAY = "overlay"
    BEST = "best"


class LxcRaw(Spec, frozen=True):
    """What only LXC has, beside the keys of `container:`."""

    storage: Annotated[
        LxcStorage,
        Meta(description="auto: btrfs where containers lie on it, else a directory; best: LXC's own choice"),
    ] = LxcStorage.AUTO
    storage_options: Annotated[
        dict[str, str],
        Meta(
            description="long options of lxc-create for its storage", examples=[{"vgname": "lxc", "fssize": "4G"}]
        ),
    ] = {}
    autostart: Annotated[bool, Meta(description="start it with the host (lxc-autostart)")] = False
    order: Annotated[
        Annotated[int, Meta(ge=0)] | None, Meta(description="higher ones are started first with the host")
    ] = None


class NspawnRaw(Spec, frozen=True):
    """What only systemd-nspawn has, beside the keys of `container:`."""

    autostart: Annotated[bool, Meta(description="start it with the host (machinectl enable)")] = False
    settings: Annotated[
        dict[str, dict[str, list[str]]],
        Meta(
            description="further keys of its .nspawn file by section, over serai's own (systemd.nspawn(5))",
            examples=[{"Exec": {"SystemCallFilter": ["@keyring"]}}],
        ),
    ] = {}


class EngineRaw(Spec, frozen=True):
    """What only docker or podman has, beside the keys of `container:`."""

    options: Annotated[
        dict[str, Any],
        Meta(
            description="further arguments of the call that makes the container, as the docker SDK names them "
            "(create_container, create_host_config)",
            examples=[{"mem_swappiness": 10, "storage_opt": {"size": "10G"}}],
        ),
    ] = {}


class FakeRaw(Spec, frozen=True):
    """Delays and faults of the `fake` provider."""

    delay: Annotated[
        dict[str, Duration], Meta(description="seconds an action takes", examples=[{"start": 0.5}])
    ] = {}
    fail: Annotated[dict[str, str], Meta(description="actions that fail, with the message")] = {}
    times: Annotated[
        int, Meta(ge=0, description="how often a failing action fails before it works; 0 is always")
    ] = 0
    layers: Annotated[bool, Meta(description="pretend to keep layers, too")] = False


class Raw(Spec, frozen=True):
    """One block a provider."""

    rest: ClassVar[str] = "others"

    qemu: QemuRaw = QemuRaw()
    libvirt: LibvirtRaw = LibvirtRaw()
    lxc: LxcRaw = LxcRaw()
    nspawn: NspawnRaw = NspawnRaw()
    docker: EngineRaw = EngineRaw()
    podman: EngineRaw = EngineRaw()
    xen: XenRaw = XenRaw()
    fake: FakeRaw = FakeRaw()
    others: dict[str, Any] = {}
    """Blocks of providers that are not built in, by name: any data, or what is stated of the form they declare."""

    def of(self, name: str, form: type[Form]) -> Form:
        """The block of a provider that is not built in, as the struct that it declares (`Provider.options`)."""
        return msgspec.convert(self.others.get(name, {}), form)
