"""What LXC refuses in a spec, all at once, each with the way out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from serai.providers import bridges
from serai.providers.container_cards import first_card
from serai.providers.contract import Scope
from serai.providers.contradictions import once
from serai.providers.kinds import not_a_machine
from serai.providers.lxc import gather, place, render, rootfs
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.container_parts import VolumeType
from serai.spec.folder import FolderType
from serai.spec.machine import Machine
from serai.spec.network import UplinkType
from serai.util.arch import host_arch
from serai.util.errors import Code, SeraiError

ENGINE = "provider: docker or podman has it"
REGISTRY = "LXC has no registry: an image is unpacked once"
PARTS = "leave it out; container.config takes LXC's own lines"

REFUSED: dict[str, tuple[str, str]] = {
    "name": ("serai finds its containers by names of its own", "leave it out; hostname names it inside"),
    "build": ("LXC builds no images", ENGINE),
    "pull": (REGISTRY, "leave it out"),
    "login": (REGISTRY, "leave it out; template: oci takes a login by skopeo's"),
    "init": ("LXC's own init is part of lxc-execute", "leave it out: /sbin/init of the image is process 1"),
    "tty": ("its console is a terminal already", "leave it out"),
    "stdin_open": ("its console is a terminal already", "leave it out"),
    "job": ("a container of LXC's that has ended counts as stopped", ENGINE),
    "health": ("LXC checks nothing in it", "ready: {command: …}"),
    "log": ("what it says goes to its console's log", "serai logs shows it"),
    "labels": ("LXC has no labels", PARTS),
    "volumes_from": ("LXC has no volumes that could be shared", "state the same binds"),
    "gpus": ("LXC has no runtime for GPUs", "container.devices names their device files"),
    "runtime": ("LXC runs it by itself", "leave it out"),
    "network_aliases": ("names are told by the hosts file", "aliases"),
    "links": ("names are told by the hosts file", "a private network, and aliases"),
    "expose": ("nobody asks LXC for it", "leave it out"),
    "dns_opt": ("what resolv.conf says beside servers and domains is the guest's", "guest: {files: …}"),
    "domainname": ("LXC sets a host name alone", "hostname"),
    "ipc": ("a container of LXC's has a namespace of its own", PARTS),
    "pid": ("a container of LXC's has a namespace of its own", PARTS),
    "uts": ("a container of LXC's has a namespace of its own", PARTS),
    "userns": ("LXC maps ids itself", "container: {unprivileged: true}"),
    "cgroupns": ("a container of LXC's has a namespace of its own", PARTS),
    "cgroup_parent": ("LXC chooses its control group", "container.config: lxc.cgroup.dir"),
    "group_add": ("LXC sets a user and a group alone", PARTS),
}
"""Key of `container` -> why LXC has none, and what does it instead."""


def check(machine: Machine, scope: Scope) -> list[SeraiError]:
    """Every refusal, one a key."""
    problems = [*not_a_machine(machine), *(_named(machine, each) for each in _all(machine, scope))]
    return once(problems)


def _named(machine: Machine, error: SeraiError) -> SeraiError:
    if error.message.startswith(f"{machine.name}: "):
        return error
    return SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint, details=error.details)


def _refuse(key: str, why: str, way_out: str, code: Code = Code.UNSUPPORTED) -> SeraiError:
    return SeraiError(code, f"{key}: {why}", hint=way_out)


def _all(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    if problem := place.why_not():
        yield problem
        return
    box = machine.container or Container()
    yield from _origin(machine, box, scope)
    yield from _keys(box, stated(box), machine.providers.lxc.autostart)
    yield from _networks(machine)
    yield from _folders(machine)
    try:
        gather.idmap(machine)
    except SeraiError as error:
        yield error


def _origin(machine: Machine, box: Container, scope: Scope) -> Iterator[SeraiError]:
    """Exactly one of image, rootfs and template."""
    named = {"image": machine.image, "container.rootfs": box.rootfs, "container.template": box.template}
    given = [key for key, value in named.items() if value]
    if not given:
        why = "there is nothing to make it from"
        known = ", ".join(place.templates())
        yield _refuse("container.template", why, f"templates are {known}; or image: debian:12", Code.INPUT)
    elif len(given) > 1:
        yield _refuse(given[1], f"{given[0]} says already what it is made from", "state one of them", Code.INPUT)
    elif box.template and (problem := rootfs.check_template(box.template)):
        yield problem
    elif box.rootfs and "/" in box.rootfs and not box.rootfs.startswith("oci:"):
        path = scope.root / Path(box.rootfs).expanduser()
        yield from _there("container.rootfs", path)
    if box.template_args and not box.template:
        yield _refuse("container.template_args", "there is no template", "container.template", Code.INPUT)
    if machine.arch and machine.arch != host_arch():
        why = f"a container's programs run on this host, which is {host_arch()}"
        yield _refuse("arch", why, "provider: qemu emulates others")


def _there(key: str, path: Path) -> Iterator[SeraiError]:
    if not path.exists():
        yield _refuse(key, f"{path} is not there", "a tar, a directory, or oci:DIRECTORY", Code.INPUT)


def _keys(box: Container, given: Collection[str], autostart: bool) -> Iterator[SeraiError]:
    for key in given:
        if key in REFUSED:
            yield _refuse(f"container.{key}", *REFUSED[key])
    if box.restart != "no":
        why = "LXC starts nothing again that has ended"
        yield _refuse("container.restart", why, "providers: {lxc: {autostart: true}} starts it with the host")
    for volume in box.volumes:
        if volume.kind is VolumeType.VOLUME:
            why = f"LXC has no volumes of its own ({volume.target})"
            yield _refuse("container.volumes", why, "source: a directory of the host")
    if box.user and not box.user.replace(":", "").isdecimal():
        why = f"LXC knows numbers alone, not {box.user!r}"
        yield _refuse("container.user", why, "a uid, or uid:gid", Code.INPUT)
    if autostart and not render.is_plain([*(box.entrypoint or ()), *box.cmd]):
        why = "what starts with the host has its command from lxc.init.cmd, where LXC splits words at each blank"
        yield _refuse("container.cmd", why, "a script by container.files, and its path alone", Code.INPUT)
    for option in box.security_opt:
        if option.replace("=", ":", 1).partition(":")[0] not in ("no-new-privileges", "apparmor", "seccomp"):
            yield _refuse("container.security_opt", f"LXC has no {option}", PARTS)
        elif option.startswith("apparmor") and not gather.apparmor():
            why = f"this kernel has no AppArmor, and {option} would do nothing"
            yield _refuse("container.security_opt", why, "leave it out, or boot with apparmor=1")
    if box.network_mode not in (None, "host", "none", "bridge"):
        yield _refuse(
            "container.network_mode", f"LXC has no mode {box.network_mode}", "host, none, or leave it out"
        )


def _networks(machine: Machine) -> Iterator[SeraiError]:
    mode = machine.container.network_mode if machine.container else None
    uplink = first_card(machine)
    if uplink.type in (UplinkType.USER, UplinkType.PASST):
        yield _refuse("networks.uplink.type", f"{uplink.type} is QEMU's", "leave it out: a bridge of the host")
    elif uplink.type is not UplinkType.NONE and mode not in ("host", "none"):
        try:
            bridges.uplink(uplink.network_name or "")
        except SeraiError as error:
            yield SeraiError(error.code, f"networks.uplink: {error.message}", hint=error.hint)
    for number, nic in enumerate(machine.networks):
        key = f"networks[{number}]"
        if nic.forwarded_port and mode == "host":
            yield _refuse(f"{key}.forwarded_port", "its ports are the host's own", "leave it out", Code.INPUT)
        if nic.public:
            yield from _public(f"{key}.public", nic.public.bridge, nic.public.dev)
            for name, value in (
                ("tap", nic.public.tap),
                ("network_name", nic.public.network_name),
                ("ovs", nic.public.ovs),
            ):
                if value:
                    yield _refuse(f"{key}.public.{name}", "LXC joins a bridge or a device", "bridge: or dev:")


def _public(key: str, bridge: str | None, dev: str | None) -> Iterator[SeraiError]:
    if bridge and not bridges.there(bridge):
        why = f"the host has no bridge {bridge}"
        yield _refuse(f"{key}.bridge", why, f"there are {bridges.known()}", Code.REFUSED)
    if dev and not (bridges.NET / dev).exists():
        yield _refuse(f"{key}.dev", f"the host has no device {dev}", "ip link lists them", Code.REFUSED)
    if not bridge and not dev:
        yield _refuse(key, "none of bridge and dev is stated", "state one (serai explain VAG-7)", Code.INPUT)


def _folders(machine: Machine) -> Iterator[SeraiError]:
    for folder in machine.synced_folders:
        if folder.type is FolderType.RSYNC and folder.delete:
            why = "a copy into a container is made by tar, which deletes nothing"
            yield _refuse("synced_folders.delete", why, "type: 9p binds the directory itself")
