"""A machine, and a project of them."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec import Meta

from serai.spec.base import Duration, Name, Spec, stated
from serai.spec.clock import Clock, HyperV
from serai.spec.container import Container
from serai.spec.cpu import Cpu
from serai.spec.device import Boot, Devices, Gpu
from serai.spec.disk import Disk
from serai.spec.folder import SyncedFolder
from serai.spec.guest import Guest, Ready, Ssh, UserName
from serai.spec.hook import Event, Hook
from serai.spec.image import Arch, Firmware, ImageSource
from serai.spec.memory import Memory
from serai.spec.network import Network, Nic
from serai.spec.notes import Annotated
from serai.spec.numa import Numa
from serai.spec.pool import Pool
from serai.spec.provision import Provision
from serai.spec.raw import Raw

HOST_PATTERN = r"^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$"
HostName = Annotated[str, Meta(pattern=HOST_PATTERN)]
CONTAINERS = ("docker", "podman", "lxc", "nspawn")
"""Providers of containers that are built in."""
OF_LIBVIRT = "lxc"
"""Scheme of libvirt's URIs of containers: `lxc:///`, `lxc+ssh://`."""


class After(StrEnum):
    """How far another machine must be before this one starts."""

    STARTED = "started"
    READY = "ready"
    PROVISIONED = "provisioned"
    SUCCEEDED = "succeeded"
    """It has done its work and ended with 0: of a container that is a job."""


class Communicator(StrEnum):
    """How serai gets in. winrm and winssh are Windows, which this version refuses."""

    SSH = "ssh"
    AGENT = "agent"
    WINRM = "winrm"
    WINSSH = "winssh"


class Machine(Spec, frozen=True):
    """One machine, complete: defaults, profiles, `count` and `each` are already worked in."""

    name: Annotated[Name, Meta(description="filled in from the key in `machines:`")] = ""
    provider: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]*$", description="who runs it")] = "qemu"
    image: Annotated[
        str | None,
        Meta(
            description="what it starts from: a name of the catalogue or of `images:`, a file, a URL",
            examples=["tiny", "debian:12", "ubuntu:24.04", "./disk.qcow2"],
        ),
    ] = None
    arch: Annotated[Arch | None, Meta(description="processor architecture; default: the host's")] = None
    firmware: Annotated[
        Firmware | None,
        Meta(description="bios or uefi; default: what the image needs, bios if it does not care"),
    ] = None
    secure_boot: Annotated[
        bool | None, Meta(description="UEFI starts only what is signed (Microsoft's keys); default: false")
    ] = None
    boot: Annotated[Boot, Meta(description="what it boots from")] = Boot()
    cpu: Annotated[Cpu, Meta(description="processors")] = Cpu()
    memory: Annotated[Memory, Meta(description="memory")] = Memory()
    numa: Annotated[Numa, Meta(description="memory policy and NUMA nodes of the guest")] = Numa()
    clock: Annotated[Clock, Meta(description="clock and timers")] = Clock()
    hyperv: Annotated[HyperV | None, Meta(description="enlightenments for Windows guests under KVM")] = None
    iothreads: Annotated[
        Annotated[int, Meta(ge=0, le=64)], Meta(description="I/O threads, which serve virtio disks (DISK-2)")
    ] = 1
    disks: Annotated[dict[Name, Disk], Meta(description="disks by name; `root` is the image's")] = {}
    networks: Annotated[list[Nic], Meta(description="forwarded ports and interfaces")] = []
    devices: Annotated[Devices, Meta(description="devices beside disks and network cards")] = Devices()
    gpu: Annotated[Gpu, Meta(description="for GPUs that are given to it")] = Gpu()
    container: Annotated[
        Container | None, Meta(description="what only a container has: its process, mounts and limits (DOC-1)")
    ] = None
    hostname: Annotated[
        HostName | None, Meta(description="host name in the guest; default: the machine's name")
    ] = None
    aliases: Annotated[
        list[HostName],
        Meta(description="further names that the project's machines find it by", examples=[["www"]]),
    ] = []
    communicator: Annotated[
        Communicator,
        Meta(
            description="the way in: ssh, or agent, QEMU's in the guest, which needs no network and no SSH server "
            "(qemu, libvirt); winrm and winssh are refused, as yet"
        ),
    ] = Communicator.SSH
    user: Annotated[UserName | None, Meta(description="login; default: the image's own")] = None
    ssh: Annotated[Ssh, Meta(description="how serai logs in")] = Ssh()
    guest: Annotated[Guest, Meta(description="first-boot settings inside the guest")] = Guest()
    provision: Annotated[list[Provision], Meta(description="what is done in the guest, in this order")] = []
    after: Annotated[
        dict[Name, After],
        Meta(
            description="machines that must be started, ready, provisioned or (a job) succeeded before this starts"
        ),
    ] = {}
    ready: Annotated[Ready, Meta(description="when it counts as ready")] = Ready()
    halt_timeout: Annotated[
        Duration, Meta(description="how long a guest may take to power off by itself, before its power is cut")
    ] = 60.0
    synced_folders: Annotated[list[SyncedFolder], Meta(description="directories of the host in the guest")] = []
    hooks: Annotated[dict[Event, list[Hook]], Meta(description="commands at moments of its life")] = {}
    env: Annotated[dict[str, str], Meta(description="environment of provisioners, hooks and `serai exec`")] = {}
    autostart: Annotated[bool, Meta(description="`serai up` without names includes it")] = True
    primary: Annotated[bool, Meta(description="the one that `serai ssh` without a name means")] = False
    warm: Annotated[
        bool | None,
        Meta(
            description="start from the memory and disks of a machine of its kind that was ready, with an "
            "identity of its own, instead of booting; default: the third of a kind and later ones, where serai "
            "built the image and nothing forbids it"
        ),
    ] = None
    fork: Annotated[
        Name | None,
        Meta(
            description="the machine that it is a fork of: it goes on from its memory and disks as they are, with "
            "an identity of its own, and has all but names, ports and what is done in it from there"
        ),
    ] = None
    keep: Annotated[bool, Meta(description="its disks are destroyed only with --force")] = False
    providers: Annotated[Raw, Meta(description="raw blocks, by provider")] = Raw()


class Project(Spec, frozen=True):
    """A project file, resolved."""

    project: Annotated[Name, Meta(description="the project's name")]
    version: Annotated[int, Meta(ge=1, le=1, description="version of this format")] = 1
    networks: Annotated[dict[Name, Network], Meta(description="networks between the machines")] = {}
    pools: Annotated[dict[Name, Pool], Meta(description="storage pools by name")] = {}
    images: Annotated[dict[str, ImageSource], Meta(description="images by a name of your own")] = {}
    sensitive: Annotated[list[str], Meta(description="values that no output, error or journal shows")] = []
    machines: Annotated[dict[Name, Machine], Meta(description="the machines, by name")] = {}


def contained(machine: Machine, environ: Mapping[str, str]) -> bool:
    """Whether its provider runs it as a container: libvirt does at some URIs."""
    if machine.provider == "libvirt":
        uri = machine.providers.libvirt.uri or environ.get("LIBVIRT_DEFAULT_URI", "")
        return uri.partition(":")[0].partition("+")[0] == OF_LIBVIRT
    return machine.provider in CONTAINERS


def digest(machine: Machine) -> str:
    """16 hex digits that change when anything that the file states about the machine changes."""
    from hashlib import sha256

    return sha256(msgspec.json.encode(stated(machine), order="deterministic")).hexdigest()[:16]
