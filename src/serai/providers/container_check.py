"""What engines without images refuse of a container, whichever of them it is: each with the way out.

`engine` is the name that people know it by: LXC, systemd-nspawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from serai.providers import bridges
from serai.providers.container_cards import first_card
from serai.providers.contract import Scope
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError
from serai.util.paths import exists, expanduser

ENGINE = "provider: docker or podman has it"
LEAVE = "leave it out"
HOSTS = "names are told by the hosts file"
OWN = "a container has a namespace of its own"

REFUSED: dict[str, tuple[str, str]] = {
    "name": ("serai finds its containers by names of its own", "leave it out; hostname names it inside"),
    "build": ("{engine} builds no images", ENGINE),
    "pull": ("{engine} has no registry: an image is unpacked once", LEAVE),
    "login": ("{engine} has no registry: an image is unpacked once", "leave it out; oci: layouts are files"),
    "tty": ("its console is a terminal already", LEAVE),
    "stdin_open": ("its console is a terminal already", LEAVE),
    "job": ("a container that has ended counts as stopped", ENGINE),
    "health": ("{engine} checks nothing in it", "ready: {{command: …}}"),
    "log": ("what it says goes to its console's log", "serai logs shows it"),
    "labels": ("{engine} has no labels", LEAVE),
    "volumes_from": ("{engine} has no volumes that could be shared", "state the same binds"),
    "gpus": ("{engine} has no runtime for GPUs", "container.devices names their device files"),
    "runtime": ("{engine} runs it by itself", LEAVE),
    "network_aliases": (HOSTS, "aliases"),
    "links": (HOSTS, "a private network, and aliases"),
    "expose": ("nobody asks {engine} for it", LEAVE),
    "dns_opt": ("what resolv.conf says beside servers and domains is the guest's", "guest: {{files: …}}"),
    "domainname": ("{engine} sets a host name alone", "hostname"),
    "ipc": (OWN, LEAVE),
    "pid": (OWN, LEAVE),
    "uts": (OWN, LEAVE),
    "cgroupns": (OWN, LEAVE),
    "group_add": ("{engine} sets a user and a group alone", LEAVE),
}
"""Key of `container` -> why there is none, and what does it instead."""


def refusals(engine: str, leave: str = LEAVE) -> dict[str, tuple[str, str]]:
    """The table with the engine's name. `leave`: what is told of keys that have no other way."""
    return {
        key: (why.format(engine=engine), leave if way == LEAVE else way.format())
        for key, (why, way) in REFUSED.items()
    }


def refuse(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{key}: {why}", hint=way_out)


def named(machine: Machine, error: SeraiError) -> SeraiError:
    """With the machine's name before it."""
    if error.message.startswith(f"{machine.name}: "):
        return error
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint, details=error.details)


def rootfs(box: Container, scope: Scope) -> Iterator[SeraiError]:
    """A path that is stated must be there."""
    if box.rootfs and "/" in box.rootfs and not box.rootfs.startswith("oci:"):
        path = scope.root / expanduser(box.rootfs)
        if not exists(path):
            why = f"{path} is not there"
            yield refuse("container.rootfs", why, "a tar, a directory, or oci:DIRECTORY", Code.INPUT)


def arch(machine: Machine) -> Iterator[SeraiError]:
    if machine.arch and machine.arch != host_arch():
        why = f"a container's programs run on this host, which is {host_arch()}"
        yield refuse("arch", why, "provider: qemu emulates others")


def volumes(box: Container, engine: str) -> Iterator[SeraiError]:
    for volume in box.volumes:
        if volume.kind is VolumeType.VOLUME:
            why = f"{engine} has no volumes of its own ({volume.target})"
            yield refuse("container.volumes", why, "source: a directory of the host")
    if box.network_mode not in (None, "host", "none", "bridge"):
        yield refuse(
            "container.network_mode", f"{engine} has no mode {box.network_mode}", "host, none, or leave it out"
        )


def networks(machine: Machine, engine: str) -> Iterator[SeraiError]:
    mode = machine.container.network_mode if machine.container else None
    uplink = first_card(machine)
    if uplink.type in (UplinkType.USER, UplinkType.PASST):
        yield refuse("networks.uplink.type", f"{uplink.type} is QEMU's", "leave it out: a bridge of the host")
    elif uplink.type is not UplinkType.NONE and mode not in ("host", "none"):
        try:
            bridges.uplink(uplink.network_name or "")
        except SeraiError as error:
            yield SeraiError(error.code, f"networks.uplink: {error.message}", hint=error.hint)
    for number, nic in enumerate(machine.networks):
        key = f"networks[{number}]"
        if nic.forwarded_port and mode == "host":
            yield refuse(f"{key}.forwarded_port", "its ports are the host's own", "leave it out", Code.INPUT)
        if nic.public:
            yield from _public(f"{key}.public", nic.public.bridge, nic.public.dev)
            for name, value in (
                ("tap", nic.public.tap),
                ("network_name", nic.public.network_name),
                ("ovs", nic.public.ovs),
            ):
                if value:
                    yield refuse(f"{key}.public.{name}", f"{engine} joins a bridge or a device", "bridge: or dev:")


def _public(key: str, bridge: str | None, dev: str | None) -> Iterator[SeraiError]:
    if bridge and not bridges.there(bridge):
        why = f"the host has no bridge {bridge}"
        yield refuse(f"{key}.bridge", why, f"there are {bridges.known()}", Code.REFUSED)
    if dev and not (bridges.NET / dev).exists():
        yield refuse(f"{key}.dev", f"the host has no device {dev}", "ip link lists them", Code.REFUSED)
    if not bridge and not dev:
        yield refuse(key, "none of bridge and dev is stated", "state one (serai explain VAG-7)", Code.INPUT)


def folders(machine: Machine) -> Iterator[SeraiError]:
    for folder in machine.synced_folders:
        if folder.type is FolderType.RSYNC and folder.delete:
            why = "a copy into a container is made by tar, which deletes nothing"
            yield refuse("synced_folders.delete", why, "type: 9p binds the directory itself")
