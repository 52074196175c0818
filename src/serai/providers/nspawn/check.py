"""What systemd-nspawn refuses in a spec, all at once, each with the way out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from serai.providers.container_check import arch, folders, named, networks, refusals, refuse, rootfs, volumes
from serai.providers.contract import Scope
from serai.providers.contradictions import once
from serai.providers.kinds import not_a_machine
from serai.providers.nspawn import place
from serai.providers.nspawn.render import SECTIONS
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

NAME = "systemd-nspawn"
SETTINGS = "providers: {nspawn: {settings: …}} takes its own keys"
LXC = "provider: lxc has it"
ENGINE = "provider: docker or podman does"

REFUSED: dict[str, tuple[str, str]] = {
    **refusals(NAME, SETTINGS),
    "template": ("templates are LXC's", "image: debian:12, or container.rootfs; or provider: lxc"),
    "template_args": ("templates are LXC's", "leave it out"),
    "config": ("those lines are LXC's", SETTINGS),
    "unprivileged": ("its network would belong to the host's root, and nothing inside could set it up", LXC),
    "idmap": ("its network would belong to the host's root, and nothing inside could set it up", LXC),
    "nesting": ("its control groups and /proc are closed to containers in it", LXC),
    "userns": ("it has the host's users", LXC),
    "cgroup_parent": ("its control group is that of its unit, or serai's own", "leave it out"),
    "device_cgroup_rules": ("it opens the devices that it is given", "container.devices"),
    "shm_size": ("systemd-nspawn mounts its /dev/shm itself", LXC),
    "sysctls": ("systemd-nspawn sets none", LXC),
}
"""Key of `container` -> why there is none, and what does it instead."""


def check(machine: Machine, scope: Scope) -> list[SeraiError]:
    """Every refusal, one a key."""
    problems = [*not_a_machine(machine), *(named(machine, each) for each in _all(machine, scope))]
    return once(problems)


def _all(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    if problem := place.why_not():
        yield problem
        return
    box = machine.container or Container()
    yield from _name(machine, scope)
    yield from _origin(machine, box, scope)
    yield from _keys(machine, box)
    yield from volumes(box, NAME)
    yield from networks(machine, NAME)
    yield from folders(machine)
    yield from _with_the_host(machine, box)


def _name(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    """machinectl takes names of hosts. Source: machinectl(1); systemd 252, hostname-util.c, hostname_is_valid."""
    full = place.machine_name(scope, machine.name)
    if wrong := re.search(r"[^A-Za-z0-9.-]|\.\.|\.-|-\.", machine.name):
        why = f"machinectl would list it as {full}, and takes no name with {wrong[0]}"
        yield refuse("name", why, "letters, digits, and dots or dashes between them", Code.INPUT)
    if len(full) > place.NAMES_LIMIT:
        why = f"machinectl would list it as {full}, and takes {place.NAMES_LIMIT} characters"
        yield refuse("name", why, "a shorter name", Code.INPUT)


def _origin(machine: Machine, box: Container, scope: Scope) -> Iterator[SeraiError]:
    """Exactly one of image and rootfs."""
    if machine.image and box.rootfs:
        why = "image says already what it is made from"
        yield refuse("container.rootfs", why, "state one of them", Code.INPUT)
    elif not machine.image and not box.rootfs and not box.template:
        why = "there is nothing to make it from"
        yield refuse("container.rootfs", why, "a tar, a directory, oci:DIRECTORY, or image: debian:12", Code.INPUT)
    else:
        yield from rootfs(box, scope)
    yield from arch(machine)


def _keys(machine: Machine, box: Container) -> Iterator[SeraiError]:
    for key in stated(box):
        if key in REFUSED:
            yield refuse(f"container.{key}", *REFUSED[key])
    for option in box.security_opt:
        if not option.startswith("no-new-privileges"):
            yield refuse("container.security_opt", f"systemd-nspawn has no {option}", SETTINGS)
    for volume in box.volumes:
        if volume.propagation:
            why = "systemd-nspawn binds all that is mounted below, and shares nothing later"
            yield refuse("container.volumes.propagation", why, LXC)
    for name, limit in box.ulimits.items():
        if name.upper() not in LIMITS:
            yield refuse("container.ulimits", f"there is no limit {name} ({limit.soft})", "ulimit -a names them")
    if any("\n" in word for word in (*(box.entrypoint or ()), *box.cmd)):
        why = "a line of its settings holds the whole command"
        yield refuse("container.cmd", why, "a script by container.files, and its path")
    if any("\n" in value for value in box.env.values()):
        yield refuse("container.env", "a line of its settings holds a variable", "a file by container.files")
    named = box.cmd or box.entrypoint or box.keep_alive or box.rootfs  # an OCI layout may name a command, too
    for key in ("user", "working_dir", "init"):
        if getattr(box, key) and not named:
            yield refuse(f"container.{key}", "its /sbin/init is process 1, as root", "container.cmd", Code.INPUT)
    for section in machine.providers.nspawn.settings:
        if section not in SECTIONS:
            why = f"systemd-nspawn has no section {section}"
            yield refuse("providers.nspawn.settings", why, f"there are {', '.join(SECTIONS)}", Code.INPUT)


LIMITS = frozenset(
    (
        *("CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NOFILE", "AS", "NPROC", "MEMLOCK", "LOCKS"),
        *("SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"),
    )
)
"""Source: systemd.nspawn(5), LimitCPU= and those after it."""


def _with_the_host(machine: Machine, box: Container) -> Iterator[SeraiError]:
    """What systemd alone does: start it with the host, and again when it has ended."""
    own = machine.providers.nspawn
    if not place.by_systemd():
        why = "systemd is not process 1 here, and nobody else would"
        if box.restart != "no":
            yield refuse("container.restart", why, ENGINE)
        if own.autostart:
            yield refuse("providers.nspawn.autostart", why, "leave it out; or provider: lxc")
        return
    if own.autostart and any(nic.private for nic in machine.networks):
        why = "serai makes the bridge of a private network, and does not run when the host starts"
        yield refuse("providers.nspawn.autostart", why, "a public network on a bridge of the host's own")
