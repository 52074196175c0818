"""Public networks that do not say what they are joined to: asked once, kept in the project's home (VAG-7)."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from serai.providers.contract import Scope
from serai.providers.interfaces import Interface, interfaces, is_there
from serai.spec.machine import Machine, Project
from serai.spec.network import Nic, PublicNic
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, write_atomic

FILE = "public-network.json"
ANYTHING = "fake"
"""The provider that joins nothing, whatever is stated."""


class Answer(msgspec.Struct, frozen=True):
    """What was chosen: `bridge` or `dev`, and its name."""

    key: str
    name: str


def is_open(nic: Nic) -> bool:
    """Whether it is a public network that leaves open what it is joined to."""
    public = nic.public
    return public is not None and not (public.bridge or public.dev or public.network_name or public.tap)


def waiting(machines: Collection[Machine]) -> list[str]:
    """Names of the machines whose public network is open."""
    return [
        machine.name
        for machine in machines
        if machine.networks and machine.provider != ANYTHING and any(is_open(nic) for nic in machine.networks)
    ]


def remembered(scope: Scope) -> Answer | None:
    """The answer that was given earlier. None: there is none, or the host has no such interface any more."""
    try:
        answer = msgspec.json.decode((scope.home / FILE).read_bytes(), type=Answer)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError):
        return None
    return answer if is_there(answer.name) else None


def remember(scope: Scope, interface: Interface) -> Answer:
    """Keep the answer. The project file stays as it is: what a host calls its interfaces is the host's matter."""
    answer = Answer(interface.key, interface.name)
    private_dir(scope.home)
    write_atomic(scope.home / FILE, msgspec.json.format(msgspec.json.encode(answer)))
    return answer


def joined(project: Project, answer: Answer) -> Project:
    """The project with its open public networks joined."""
    changed = {name: _joined(project.machines[name], answer) for name in waiting(project.machines.values())}
    return msgspec.structs.replace(project, machines={**project.machines, **changed}) if changed else project


def _joined(machine: Machine, answer: Answer) -> Machine:
    nics = [
        msgspec.structs.replace(nic, public=_public(nic.public, answer)) if nic.public and is_open(nic) else nic
        for nic in machine.networks
    ]
    return msgspec.structs.replace(machine, networks=nics)


def _public(nic: PublicNic, answer: Answer) -> PublicNic:
    return msgspec.structs.replace(nic, **{answer.key: answer.name})


def is_remote(machine: Machine) -> bool:
    """Whether its host is another one, whose interfaces are not known here."""
    uri = machine.providers.libvirt.uri or ""
    place = uri.partition("://")[2]
    return machine.provider == "libvirt" and bool(place) and not place.startswith("/")


def unanswered(machines: Collection[Machine]) -> SeraiError | None:
    """The error where nobody can be asked, with what there is to choose from; None: nothing is open."""
    names = waiting(machines)
    if not names:
        return None
    remote = any(is_remote(machine) for machine in machines if machine.name in names)
    there = [] if remote else interfaces()
    first = there[0] if there else Interface("br0", True, "")
    return SeraiError(
        Code.INPUT,
        f"{', '.join(names)}: a public network does not say which interface of the host it is joined to",
        hint=f"write for example `- public: {{{first.key}: {first.name}}}`; serai up asks on a terminal",
        details=[f"{each.name}  {each.about}" for each in there],
    )
