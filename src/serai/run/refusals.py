"""What a file states and this version cannot do, whatever the provider: said before anything is made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from serai.plan.provisioning import keyed
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError, SeraiErrors


def refuse_blocks(due: Iterable[tuple[Machine, Collection[str]]]) -> None:
    """Raise for blocks that would run now, and that this version cannot run (VAG-10)."""
    errors: list[SeraiError] = []
    for machine, keys in due:
        kinds = {key: block.vagrant.type for key, block in keyed(machine) if block.vagrant is not None}
        if found := [key for key in keys if key in kinds]:
            from serai.provisioners.vagrant import refusal

            errors += [refusal(machine.name, key, kinds[key]) for key in found]
    if errors:
        raise SeraiErrors(errors)


def of_vagrant(workspace: Workspace, absent: Sequence[Machine]) -> list[SeraiError]:
    """Of machines that Vagrant itself has made from this file: they are taken over, not made twice."""
    if not absent or not (workspace.scope.root / ".vagrant").is_dir():
        return []
    from serai.run.adopt_vagrant import of_project, refusal

    known = of_project(workspace.file)
    found = [refusal(workspace, machine, known) for machine in absent if known]
    return [error for error in found if error is not None]


def no_way_in(machine: Machine) -> SeraiError:
    """Of a machine that is reached by something else than SSH."""
    return SeraiError(
        Code.UNSUPPORTED,
        f"{machine.name}: communicator {machine.communicator}: this version has no way into Windows",
        hint="communicator: ssh, for a guest with an SSH server",
    )
