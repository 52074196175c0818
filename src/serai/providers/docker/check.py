"""What this provider refuses in a spec, each with key, reason and way out. Pure but for looking for files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from serai.providers.docker import ports, rootfs
from serai.providers.docker.render import Site, body
from serai.providers.docker.render.body import options_of
from serai.providers.interfaces import is_there
from serai.providers.kinds import not_a_machine
from serai.spec.base import stated
from serai.spec.container import Container, Pull
from serai.spec.container_parts import VolumeType
from serai.spec.guest import Guest
from serai.spec.machine import Machine
from serai.spec.network import PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError
from serai.util.paths import exists, expanduser, is_dir

LXC_ONLY = ("template", "template_args", "config", "unprivileged", "idmap", "nesting")
OF_KIND = {
    "create": VolumeType.BIND,
    "propagation": VolumeType.BIND,
    "size": VolumeType.TMPFS,
    "nocopy": VolumeType.VOLUME,
    "driver": VolumeType.VOLUME,
    "options": VolumeType.VOLUME,
    "external": VolumeType.VOLUME,
}
"""Key of a volume -> the only kind that has it."""
BIND = "a bind shows the directory as it is"
COPIED = ("exclude", "delete", "owner", "mount", "mount_options", "security", "rsync", "nfs")
"""Keys of a synced folder that is copied or mounted in the guest."""


def check(machine: Machine, root: Path) -> list[SeraiError]:
    """All refusals. `root`: the project's directory."""
    container = machine.container or Container()
    return [
        *not_a_machine(machine),
        *(_named(machine, error) for error in _source(machine, container, root)),
        *(_named(machine, error) for error in _process(machine, container)),
        *(_named(machine, error) for error in _files(machine, container, root)),
        *(_named(machine, error) for error in _networks(machine, container)),
        *(_named(machine, error) for error in _options(machine, root)),
    ]


def _named(machine: Machine, error: SeraiError) -> SeraiError:
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint)


def _no(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{key}: {why}", hint=way_out)


def _source(machine: Machine, container: Container, root: Path) -> Iterator[SeraiError]:
    """It is made from one thing."""
    ways = {"image": machine.image, "container.build": container.build, "container.rootfs": container.rootfs}
    found = [key for key, value in ways.items() if value]
    if not found:
        yield _no(
            "image",
            "there is nothing to make a container of",
            "image: nginx:1.25, container.build or container.rootfs",
            Code.INPUT,
        )
    if len(found) > 1 and container.rootfs:  # what is built may be called by `image`
        yield _no(found[1], f"it is made from {found[0]} already", "leave one of them out", Code.INPUT)
    for key in LXC_ONLY:
        if getattr(container, key):
            yield _no(f"container.{key}", "only LXC has it", "provider: lxc")
    if machine.image and machine.image.startswith("box:"):
        yield _no(
            "image",
            "a Vagrant box holds the disk of a virtual machine",
            "provider: qemu, or an image of a registry",
        )
    if container.rootfs:
        yield from _rootfs(container.rootfs, machine, root)
    if container.rootfs and not (container.cmd or container.entrypoint or container.keep_alive):
        yield _no(
            "container.cmd", "a root filesystem names no command", "state one, or keep_alive: true", Code.INPUT
        )
    if container.rootfs and container.pull is not Pull.MISSING:
        yield _no("container.pull", "a root filesystem is not pulled", "leave it out", Code.INPUT)
    build = container.build
    if build and build.context and not is_dir(root / expanduser(build.context)):
        yield _no(
            "container.build.context",
            f"{build.context} is no directory of the project",
            "state it as it is",
            Code.MISSING,
        )


def _rootfs(text: str, machine: Machine, root: Path) -> Iterator[SeraiError]:
    """A file, or a name of the catalogue."""
    path = rootfs.file(text, root)
    if path is None:
        from serai.images import resolve

        try:
            resolve.check(text, arch=machine.arch, base=root)
        except SeraiError as error:
            yield _no("container.rootfs", error.message, error.hint or "serai image list", error.code)
        if os.geteuid() != 0:
            why = f"the disk of {text} is mounted to be read, which only root may"
            yield _no("container.rootfs", why, "run serai as root, or state a tar", Code.REFUSED)
    elif not path.is_file():
        yield _no(
            "container.rootfs", f"{path} is not there", "docker export NAME writes a root filesystem", Code.MISSING
        )


def _process(machine: Machine, container: Container) -> Iterator[SeraiError]:
    if container.keep_alive and container.job:
        yield _no(
            "container.job", "keep_alive is for what stays, job for what ends", "leave one of them out", Code.INPUT
        )
    if container.job and container.restart in ("always", "unless-stopped"):
        yield _no(
            "container.restart",
            f"{container.restart} starts a job again whenever it has ended",
            "restart: on-failure",
            Code.INPUT,
        )
    if container.memory_swap and not (container.memory or machine.memory.size):
        yield _no("container.memory_swap", "it goes with a limit of memory", "state memory.size", Code.INPUT)
    for key in stated(machine.guest, Guest.__struct_fields__):
        yield _no(
            f"guest.{key}",
            "nothing boots in a container that would set it up",
            "build an image with it, or `provision`",
        )
    for key in ("host_port", "password", "forward_agent", "options"):
        if getattr(machine.ssh, key):
            yield _no(f"ssh.{key}", "serai comes into a container by the engine, not by SSH", "leave it out")


def _files(machine: Machine, container: Container, root: Path) -> Iterator[SeraiError]:
    for index, volume in enumerate(container.volumes):
        key = f"container.volumes[{index}]"
        if volume.kind is VolumeType.BIND and not volume.source:
            yield _no(f"{key}.source", "a bind needs one", "source: ./DIRECTORY", Code.INPUT)
        if volume.source and volume.name:
            yield _no(f"{key}.name", "source is a bind, name a volume", "leave one of them out", Code.INPUT)
        if (
            volume.kind is VolumeType.BIND
            and volume.source
            and not volume.create
            and not exists(root / expanduser(volume.source))
        ):
            yield _no(
                f"{key}.source",
                f"{root / volume.source} is not there",
                f"mkdir -p {root / volume.source}",
                Code.MISSING,
            )
        for word, kind in OF_KIND.items():
            if getattr(volume, word) not in (None, False, {}) and volume.kind is not kind:
                why = f"only a {kind} has it, and this is a {volume.kind}"
                yield _no(f"{key}.{word}", why, "leave it out", Code.INPUT)
        for word in ("driver", "options"):
            if volume.kind is VolumeType.VOLUME and getattr(volume, word) and (volume.external or not volume.name):
                why = "it is made already" if volume.external else "only one with a name is made with it"
                yield _no(f"{key}.{word}", why, "leave it out, or name: NAME without external", Code.INPUT)
    for index, file in enumerate(container.files):
        if (file.content is None) == (file.source is None):
            yield _no(
                f"container.files[{index}]", "needs one of content and source", "state what it holds", Code.INPUT
            )
    for index, folder in enumerate(machine.synced_folders):
        for key in stated(folder, COPIED):
            yield _no(f"synced_folders[{index}].{key}", BIND, "leave it out")


def _networks(machine: Machine, container: Container) -> Iterator[SeraiError]:
    uplink = next((nic.uplink for nic in machine.networks if nic.uplink), UplinkNic())
    if container.network_mode and any(nic.private or nic.public for nic in machine.networks):
        why = f"it has the network of {container.network_mode}, and so none of its own"
        yield _no("container.network_mode", why, "leave it out, or leave networks out", Code.INPUT)
    ports = [index for index, nic in enumerate(machine.networks) if nic.forwarded_port]
    if ports and container.network_mode:
        why = f"a port cannot be published with network_mode: {container.network_mode}"
        yield _no(
            f"networks[{ports[0]}].forwarded_port",
            why,
            "leave it out: with `host` its ports are the host's",
            Code.INPUT,
        )
    for key in ("links", "network_aliases"):
        if container.network_mode and getattr(container, key):
            why = f"with network_mode: {container.network_mode} it is on no network that has names"
            yield _no(f"container.{key}", why, "leave it out", Code.INPUT)
    if container.network_mode and any(nic.uplink for nic in machine.networks):
        why = f"network_mode: {container.network_mode} says already what leads out"
        yield _no("networks.uplink", why, "leave one of them out", Code.INPUT)
    for key in ("mac", "network_name"):
        if uplink.type is UplinkType.NONE and getattr(uplink, key):
            yield _no(f"networks.uplink.{key}", "there is none", "leave it out, or the type", Code.INPUT)
    if uplink.mac and not uplink.network_name and machine.provider == "podman":
        why = "podman's socket leaves it out for its default network"
        yield _no("networks.uplink.mac", why, "uplink: {network_name: podman} names that network")
    if uplink.type in (UplinkType.USER, UplinkType.PASST):
        yield _no("networks.uplink.type", f"{uplink.type} is of virtual machines", "uplink: auto")
    if uplink.mtu:
        yield _no("networks.uplink.mtu", "that bridge is the engine's", "as root: serai host tune docker-mtu")
    for index, nic in enumerate(machine.networks):
        key = f"networks[{index}]"
        if nic.forwarded_port and nic.forwarded_port.guest_ip:
            yield _no(f"{key}.forwarded_port.guest_ip", "a port leads to the container", "leave it out")
        if nic.private and nic.private.mtu:
            yield _no(f"{key}.private.mtu", "it is of the whole network", f"networks.{nic.private.network}.mtu")
        if nic.public:
            yield from _public(f"{key}.public", nic.public)


def _public(key: str, nic: PublicNic) -> Iterator[SeraiError]:
    if nic.network_name:
        given = stated(nic)
        for each in (each for each in ("gateway", "mode", "mtu") if each in given):
            yield _no(f"{key}.{each}", f"it is of the whole network {nic.network_name}", "leave it out")
        return
    if nic.mtu:
        way_out = f"ip link set {nic.dev or 'DEVICE'} mtu {nic.mtu}"
        yield _no(f"{key}.mtu", "a macvlan has the MTU of the device below it", way_out)
    for word in ("bridge", "tap"):
        if value := getattr(nic, word):
            why = "an engine joins a device of the host by macvlan, and no bridge or tap"
            yield _no(f"{key}.{word}", f"{why} ({value})", "dev: the device below it")
    if nic.ovs:
        yield _no(f"{key}.ovs", "an engine has no ports of Open vSwitch", "dev")
    if nic.dev and not is_there(nic.dev):
        yield _no(f"{key}.dev", f"there is no device {nic.dev}", "ip link shows what there is", Code.MISSING)
    if nic.dev and not nic.address:
        why = "a container asks no DHCP server: its engine would choose an address that may be somebody's"
        yield _no(f"{key}.address", why, "address: 192.168.1.50/24", Code.INPUT)


def _options(machine: Machine, root: Path) -> Iterator[SeraiError]:
    """Arguments of the SDK's that it does not know, or that a key says already."""
    if not options_of(machine):
        return
    forwards = tuple(forward for forward, _ in ports.wanted(machine))
    try:
        body(machine, Site(project="", project_id="", root=root, image="", forwards=forwards))
    except SeraiError as error:
        yield error
