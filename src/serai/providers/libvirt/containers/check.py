"""What libvirt's containers refuse in a spec, all at once, each with the way out; and what they can do at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from serai.providers.container_root import OCI
from serai.providers.contract import Capabilities, Feature, Scope
from serai.providers.contradictions import once
from serai.providers.idmap import closed, idmap, outside
from serai.providers.kinds import not_a_machine
from serai.providers.libvirt.connect import is_remote, opened
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util import paths
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

LXC = "provider: lxc has it"
ENGINE = "provider: docker or podman has it"
NONE = "libvirt's driver of containers has none"
HERE = (
    *("rootfs", "cmd", "entrypoint", "env", "env_file", "working_dir", "user", "keep_alive", "stop_signal"),
    *("stop_timeout", "volumes", "tmpfs", "files", "devices", "shm_size", "read_only", "privileged", "cap_add"),
    *("cap_drop", "cpus", "memory", "memory_reservation", "memory_swap", "cpu_shares", "cpuset", "network_mode"),
    *("dns", "dns_search", "extra_hosts", "unprivileged", "idmap"),
)
"""Keys of `container` that it has."""
ELSEWHERE = (
    *("template", "template_args", "nesting", "config", "pids", "ulimits", "sysctls"),
    *("security_opt", "device_cgroup_rules", "oom_score_adj"),
)
"""Keys that LXC itself has, and libvirt's driver has not."""
WHY_NOT = {
    Feature.SNAPSHOT: f"libvirt takes none of containers: {LXC}",
    Feature.SUSPEND_DISK: "libvirt saves no container's memory; `serai suspend` freezes it",
    Feature.CLONE: f"libvirt copies no container: {LXC}",
    Feature.LIVE_RESIZE: f"a limit counts from its next start: {LXC}",
    Feature.LIVE_FORWARD: "libvirt forwards no ports to containers: the host reaches its address",
    Feature.FORWARDED_PORT: f"libvirt forwards no ports to containers: the host reaches its address, or {LXC}",
    Feature.SCREENSHOT: "a container has no screen; `serai console` shows its console",
    Feature.AGENT: "none is needed: `serai exec` runs in it without a network",
    Feature.LAYERS: "what a block makes is not kept of containers; provider: qemu does so",
    Feature.UEFI: "a container boots nothing; uri: qemu:///system",
    Feature.SECURE_BOOT: "a container boots nothing; uri: qemu:///system",
    Feature.TPM: "a container has no board; container.devices gives it the host's /dev/tpmrm0",
    Feature.HOST_DEVICE: "it is shown no PCI device; container.devices gives it device files",
    Feature.ARCH: "its programs run on this host's processor; uri: qemu:///system emulates others",
    Feature.NESTED: f"libvirt gives a container no control groups of its own: {LXC}",
}


def capabilities(uri: str) -> Capabilities:
    """9p and virtiofs are what virtual machines share directories by: here they are binds."""
    missing = dict(WHY_NOT)
    if shutil.which("virsh") is None:
        missing[Feature.CONSOLE] = "virsh attaches to it, and is not installed: apt install libvirt-clients"
    notes = (f"{uri}: containers of libvirt, whose driver gets no new features: provider: lxc has more",)
    return Capabilities(has=frozenset(Feature) - missing.keys(), why_not=missing, notes=notes)


def check(scope: Scope, machine: Machine, uri: str) -> list[SeraiError]:
    """Every refusal, one a key; a driver that is not there is the only one."""
    if is_remote(uri):
        why = "a container's files are made on this host, and that libvirt is on another"
        return [_refuse(machine, "providers.libvirt.uri", why, "run serai there, with uri: lxc:///")]
    try:
        opened(uri)
    except SeraiError as error:
        hint = error.hint
        if "no connection driver" in error.message:
            hint = "apt install libvirt-daemon-driver-lxc, and start libvirtd anew; or provider: lxc"
        return [SeraiError(error.code, f"{machine.name}: {error.message}", hint=hint)]
    return once([*not_a_machine(machine), *_all(machine, scope)])


def _refuse(machine: Machine, key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{machine.name}: {key}: {why}", hint=way_out)


def _all(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    box = machine.container or Container()
    yield from _origin(machine, box, scope)
    for key in stated(box):
        if key not in HERE:
            yield _refuse(machine, f"container.{key}", NONE, LXC if key in ELSEWHERE else ENGINE)
    if machine.arch and machine.arch != host_arch():
        why = f"a container's programs run on this host, which is {host_arch()}"
        yield _refuse(machine, "arch", why, "uri: qemu:///system emulates others")
    for volume in box.volumes:
        if volume.kind is VolumeType.VOLUME:
            why = f"libvirt has no volumes of containers ({volume.target})"
            yield _refuse(machine, "container.volumes", why, "source: a directory of the host")
    for entry in box.tmpfs:
        if ":" in entry:
            why = f"libvirt knows no options of a file system in memory ({entry})"
            yield _refuse(machine, "container.tmpfs", why, "volumes: [{type: tmpfs, target: …, size: …}]")
    if box.network_mode not in (None, "none", "bridge"):
        yield _refuse(machine, "container.network_mode", f"libvirt has no mode {box.network_mode}", LXC)
    yield from _networks(machine)
    yield from _ids(machine, scope)


def _ids(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    """Root inside must be somebody, and must come to its files."""
    try:
        lines = idmap(machine)
    except SeraiError as error:
        yield error
        return
    if not lines:
        return
    root = outside(lines, "u", 0)
    if root is None or outside(lines, "g", 0) is None:
        way_out = "a range of users and one of groups with inside: 0"
        yield _refuse(machine, "container.idmap", "libvirt wants its root mapped", way_out, Code.INPUT)
        return
    own = paths.home()
    if (place := closed(own / "projects", root)) is not None and place != own:
        why = f"its root is user {root} on this host, who cannot come through {place} to its files"
        way_out = f"chmod o+x {place}, or SERAI_HOME=/var/lib/serai"
        yield _refuse(machine, "container.idmap", why, way_out, Code.REFUSED)


def _origin(machine: Machine, box: Container, scope: Scope) -> Iterator[SeraiError]:
    """Exactly one of image and rootfs."""
    if machine.image and box.rootfs:
        why = "image says already what it is made from"
        yield _refuse(machine, "container.rootfs", why, "state one of them", Code.INPUT)
    elif not machine.image and not box.rootfs and not box.template:
        why = "there is nothing to make it from"
        way_out = "a tar, a directory, oci:DIRECTORY, or an image"
        yield _refuse(machine, "container.rootfs", why, way_out, Code.INPUT)
    elif box.rootfs and "/" in box.rootfs and not box.rootfs.startswith(OCI):
        path = scope.root / paths.expanduser(box.rootfs)
        if not paths.exists(path):
            why = f"{path} is not there"
            yield _refuse(machine, "container.rootfs", why, "a tar, a directory, or oci:DIRECTORY", Code.INPUT)


def _networks(machine: Machine) -> Iterator[SeraiError]:
    for number, nic in enumerate(machine.networks):
        key = f"networks[{number}]"
        if nic.forwarded_port:
            yield _refuse(machine, f"{key}.forwarded_port", WHY_NOT[Feature.FORWARDED_PORT], LXC)
        if nic.uplink and nic.uplink.type in (UplinkType.USER, UplinkType.PASST):
            why = f"{nic.uplink.type} is QEMU's"
            yield _refuse(machine, f"{key}.uplink.type", why, "leave it out: libvirt's network default")
        if nic.public and nic.public.tap:
            yield _refuse(machine, f"{key}.public.tap", "a container has a veth pair", "bridge: or dev:")
    for folder in machine.synced_folders:
        if folder.type is FolderType.RSYNC and folder.delete:
            why = "a copy into a container is made by tar, which deletes nothing"
            yield _refuse(machine, "synced_folders.delete", why, "type: 9p binds the directory itself")
