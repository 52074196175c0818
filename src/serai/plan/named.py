"""What a machine comes after: what its file says, and machines whose volumes, network or names it has (DOC-2).

An engine makes a container with volumes of another only when that is there, and starts one in another's namespace
only when that runs. Source: moby, daemon: registerMountPoints, getNetworkedContainer, registerLinks. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from serai.spec.machine import After, Machine
from serai.util.errors import Code, SeraiError

MACHINE = "machine:"
"""What a namespace of another machine begins with."""


def named(machine: Machine) -> dict[str, str]:
    """Names that the container block needs to be there -> the key that says so. Names of others are among them."""
    box = machine.container
    if box is None:
        return {}
    found = {each.partition(":")[0]: "volumes_from" for each in box.volumes_from}
    if not any(nic.private for nic in machine.networks):  # elsewhere names are looked up when they are used
        found |= {each.partition(":")[0]: "links" for each in box.links}
    for key in ("network_mode", "ipc", "pid"):
        word = getattr(box, key) or ""
        if word.startswith(MACHINE):
            found[word.removeprefix(MACHINE)] = key
    found.pop(machine.name, None)
    return found


def comes_after(machines: Mapping[str, Machine], name: str) -> Mapping[str, After]:
    """Machine -> how far it must be before this one starts."""
    machine = machines[name]
    if machine.fork is not None and machine.fork in machines:
        return {machine.fork: After.PROVISIONED, **machine.after}
    if machine.container is None:
        return machine.after
    return {**{other: After.STARTED for other in named(machine) if other in machines}, **machine.after}


def made_before(machines: Mapping[str, Machine], name: str) -> list[str]:
    """Those that must be made before this one is."""
    return [other for other in named(machines[name]) if other in machines]


def refuse_circles(machines: Mapping[str, Machine], wanted: Iterable[str]) -> None:
    """Raise Code.INPUT where machines name each other, so that none could be the first. `after` alone is the
    loader's to look at."""
    wanted = list(wanted)
    if not any(named(machines[name]) for name in wanted):
        return
    from graphlib import CycleError, TopologicalSorter  # few machines name others

    graph = {name: list(comes_after(machines, name)) for name in wanted}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        keys = [key for name in circle for other, key in named(machines[name]).items() if other in circle]
        what = f"{circle[0]}: container.{keys[0]}" if keys else f"{circle[0]}: after"
        why = f"machines wait for each other in a circle: {' → '.join(circle)}"
        raise SeraiError(
            Code.INPUT, f"{what}: {why}", hint="a private network has names for all of them"
        ) from error
