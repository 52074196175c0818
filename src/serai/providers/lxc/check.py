"""What LXC refuses in a spec, all at once, each with the way out."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from serai.providers.container_check import arch, folders, named, networks, refusals, refuse, volumes
from serai.providers.container_check import rootfs as rootfs_there
from serai.providers.contract import Scope
from serai.providers.contradictions import once
from serai.providers.kinds import not_a_machine
from serai.providers.lxc import gather, place, render, rootfs
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

PARTS = "leave it out; container.config takes LXC's own lines"

REFUSED: dict[str, tuple[str, str]] = {
    **refusals("LXC", PARTS),
    "init": ("LXC's own init is part of lxc-execute", "leave it out: /sbin/init of the image is process 1"),
    "userns": ("LXC maps ids itself", "container: {unprivileged: true}"),
    "cgroup_parent": ("LXC chooses its control group", "container.config: lxc.cgroup.dir"),
}
"""Key of `container` -> why LXC has none, and what does it instead."""


def check(machine: Machine, scope: Scope) -> list[SeraiError]:
    """Every refusal, one a key."""
    problems = [*not_a_machine(machine), *(named(machine, each) for each in _all(machine, scope))]
    return once(problems)


def _all(machine: Machine, scope: Scope) -> Iterator[SeraiError]:
    if problem := place.why_not():
        yield problem
        return
    box = machine.container or Container()
    yield from _origin(machine, box, scope)
    yield from _keys(box, stated(box), machine.providers.lxc.autostart)
    yield from networks(machine, "LXC")
    yield from folders(machine)
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
        yield refuse("container.template", why, f"templates are {known}; or image: debian:12", Code.INPUT)
    elif len(given) > 1:
        yield refuse(given[1], f"{given[0]} says already what it is made from", "state one of them", Code.INPUT)
    elif box.template and (problem := rootfs.check_template(box.template)):
        yield problem
    else:
        yield from rootfs_there(box, scope)
    if box.template_args and not box.template:
        yield refuse("container.template_args", "there is no template", "container.template", Code.INPUT)
    yield from arch(machine)


def _keys(box: Container, given: Collection[str], autostart: bool) -> Iterator[SeraiError]:
    for key in given:
        if key in REFUSED:
            yield refuse(f"container.{key}", *REFUSED[key])
    if box.restart != "no":
        why = "LXC starts nothing again that has ended"
        yield refuse("container.restart", why, "providers: {lxc: {autostart: true}} starts it with the host")
    yield from volumes(box, "LXC")
    if box.user and not box.user.replace(":", "").isdecimal():
        why = f"LXC knows numbers alone, not {box.user!r}"
        yield refuse("container.user", why, "a uid, or uid:gid", Code.INPUT)
    if broken := [name for name, value in box.env.items() if render.BREAKS.search(f"{name}{value}")]:
        why = f"a line of LXC's configuration holds a variable, and {broken[0]!r} has a line break or a NUL"
        yield refuse("container.env", why, "a file by container.files")
    if autostart and not render.is_plain([*(box.entrypoint or ()), *box.cmd]):
        why = "what starts with the host has its command from lxc.init.cmd, where LXC splits words at each blank"
        yield refuse("container.cmd", why, "a script by container.files, and its path alone", Code.INPUT)
    for option in box.security_opt:
        if option.replace("=", ":", 1).partition(":")[0] not in ("no-new-privileges", "apparmor", "seccomp"):
            yield refuse("container.security_opt", f"LXC has no {option}", PARTS)
        elif option.startswith("apparmor") and not gather.apparmor():
            why = f"this kernel has no AppArmor, and {option} would do nothing"
            yield refuse("container.security_opt", why, "leave it out, or boot with apparmor=1")
