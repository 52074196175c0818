"""What a file states and this version cannot do, whatever the provider: said before anything is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from serai.plan.provisioning import keyed
from serai.plan.shared import providers_on
from serai.plan.up import features_needed
from serai.providers.contract import ALIVE, Observed
from serai.run.materials import in_store
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError, SeraiErrors


def refuse_blocks(due: Iterable[tuple[Machine, Collection[str]]]) -> None:
    """Raise for blocks that would run now, and that this version cannot run (VAG-10)."""
    errors: list[SeraiError] = []
    for machine, keys in due:
        if not keys:
            continue
        from serai.provisioners.registry import can_run
        from serai.provisioners.vagrant import refusal

        kinds = {key: block.kind for key, block in keyed(machine) if not can_run(block)}
        errors += [refusal(machine.name, key, kinds[key]) for key in keys if key in kinds]
    if errors:
        raise SeraiErrors(errors)


def of_networks(workspace: Workspace, machines: Collection[Machine]) -> list[SeraiError]:
    """What the providers cannot do of the networks that these machines are on, and cards that have one MAC there.
    One that several providers share is made by one of them, which says it then."""
    wanted = {nic.private.network for machine in machines for nic in machine.networks if nic.private}
    found: list[SeraiError] = []
    for name, providers in providers_on(workspace.project).items() if wanted else ():
        if name not in wanted or len(providers) > 1:
            continue
        check = getattr(workspace.driver(next(iter(providers))), "check_network", None)
        if check is not None:
            found += check(name, workspace.project.networks.get(name, Network()))
    return found + _of_macs(workspace, machines)


def of_open_networks(machines: Collection[Machine]) -> tuple[list[SeraiError], list[str]]:
    """The refusal of public networks that nobody has said the interface of, and whose they are (VAG-7)."""
    if not any(nic.public for machine in machines for nic in machine.networks):
        return [], []
    from serai.run.public import unanswered, waiting

    error = unanswered(machines)
    return [error] if error else [], waiting(machines)


def of_together(
    workspace: Workspace, machines: Collection[Machine], observed: Mapping[str, Observed]
) -> list[SeraiError]:
    """Of machines that would be up together and state one port of the host, or one address, which one that runs
    may have, too. Only a Vagrantfile comes so far: it may well hold machines of which one is up at a time."""
    from serai.spec import addressing, listening

    names = {machine.name for machine in machines}
    alive = {name for name, seen in observed.items() if seen.state in ALIVE} - names
    standing = [machine for name, machine in workspace.project.machines.items() if name in alive]
    ports = list(listening.collisions(machines))
    found = [each for each in addressing.collisions((*standing, *machines)) if each.machine.name in names]
    if not ports and not found:
        return []
    if workspace.again is not None:
        try:
            workspace.again(names | {each.other for each in found})
        except SeraiErrors as wrong:
            return list(wrong.errors)  # with their places in the file
    hint = "auto_correct: true takes the next free one"
    errors = [SeraiError(Code.INPUT, f"{each.machine.name}: {each.message}", hint=hint) for each in ports]
    hint = "let one of them be up at a time, or give it another"
    return errors + [SeraiError(Code.INPUT, f"{each.machine.name}: {each.message}", hint=hint) for each in found]


def _of_macs(workspace: Workspace, machines: Collection[Machine]) -> list[SeraiError]:
    """Of machines whose card has the MAC of another one's, of all the project, on the same network."""
    project = workspace.project.machines
    if len(project) < 2:
        return []
    from serai.providers.mac_collisions import collisions

    return list(collisions(workspace.scope.project_id, project.values(), {each.name for each in machines}))


def of_images(
    workspace: Workspace, machines: Iterable[Machine], observed: Mapping[str, Observed]
) -> list[SeraiError]:
    """Images that nobody knows, of machines that would be made of them, or anew of another than before."""
    wanted: dict[str, Machine] = {}
    for machine in machines:
        seen = observed.get(machine.name)
        had = seen.applied.image if seen and seen.applied else None
        if machine.image and (seen is None or had not in (None, machine.image)) and in_store(machine):
            wanted.setdefault(machine.image, machine)
    found: list[SeraiError] = []
    for image, machine in wanted.items():
        from serai.images import resolve

        try:
            given = workspace.project.images
            resolve.check(image, project_images=given, arch=machine.arch, base=workspace.scope.root)
        except SeraiError as error:
            found.append(SeraiError(error.code, f"{machine.name}: {error.message}", hint=error.hint))
    return found


def of_vagrant(workspace: Workspace, absent: Sequence[Machine]) -> list[SeraiError]:
    """Of machines that Vagrant itself has made from this file: they are taken over, not made twice."""
    if not absent or not (workspace.scope.root / ".vagrant").is_dir():
        return []
    from serai.run.adopt_vagrant import of_project, refusal

    known = of_project(workspace.file)
    found = [refusal(workspace, machine, known) for machine in absent if known]
    return [error for error in found if error is not None]


def no_way_in(machine: Machine) -> SeraiError:
    """Of a machine that is reached as only Windows is."""
    return SeraiError(
        Code.UNSUPPORTED,
        f"{machine.name}: communicator {machine.communicator}: this version has no way into Windows",
        hint="communicator: ssh, for a guest with an SSH server",
    )


def complaints(
    workspace: Workspace, machine: Machine, *, alive: bool = False
) -> tuple[Machine, list[SeraiError], list[str]]:
    """What its provider refuses, of the machine with the fallbacks that this host needs; a note for each."""

    def judge(machine: Machine) -> list[SeraiError]:
        found = workspace.driver(machine.provider).check(machine)
        if alive:
            found = [error for error in found if error.code is not Code.BUSY]  # it has taken them itself
        return found or _missing_features(workspace, machine)

    found = judge(machine)
    if found and any(folder.fallback for folder in machine.synced_folders):
        from serai.run.fallbacks import settled

        return settled(machine, found, judge)
    return machine, found, []


def _missing_features(workspace: Workspace, machine: Machine) -> list[SeraiError]:
    needed = features_needed(machine)
    if not needed:
        return []
    able = workspace.capabilities(machine.provider)
    return [
        SeraiError(
            Code.UNSUPPORTED,
            f"{machine.name}: {machine.provider} cannot do {feature}: "
            + able.why_not.get(feature, "it has no such thing"),
        )
        for feature in needed
        if feature not in able.has
    ]
