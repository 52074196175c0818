"""What `serai status` prints: one bulk look at each provider, as a table or JSON. Without click, for its start."""

from __future__ import annotations

import sys
from typing import Any

from serai.cli.say import put
from serai.cli.table import coloured, columns, where


def status(options: object, names: tuple[str, ...], *, as_json: bool) -> None:
    """Print the states of the machines that the names mean; of none: of all, and of those not in the file."""
    from serai.run.workspace import open_workspace

    workspace = open_workspace(options)
    observed = workspace.observe()
    workspace.settled(observed)
    chosen = [machine.name for machine in workspace.targets(names, extra=observed)]
    if not names:
        chosen += [name for name in observed if name not in workspace.project.machines]
    if as_json:
        put(document(workspace, observed, chosen))
        return
    project = workspace.project
    rows = [_row(name, project.machines.get(name), observed.get(name), project.networks) for name in chosen]
    for line in columns(rows):
        put(line)
    if chosen and not any(name in observed for name in chosen):
        sys.stdout.flush()
        sys.stderr.write("next: serai up\n")


def _row(name: str, machine: Any, seen: Any, networks: Any) -> tuple[str, ...]:
    from serai.providers.contract import State

    state = seen.state if seen else State.ABSENT
    provider = seen.provider if seen else machine.provider
    note = ""
    if seen and seen.problem:
        note = seen.problem
    elif seen and seen.pending:
        note = f"{', '.join(sorted(seen.pending))}: waits for a restart (serai reload {name})"
    elif machine is None:
        note = f"not in the project file (serai destroy {name})"
    elif seen:
        note = _elsewhere(machine, seen, networks)
    return (name, coloured(state), provider, where(seen), note)


def _elsewhere(machine: Any, seen: Any, networks: Any) -> str:
    """That it is in another subnet than the file states; empty: it is not."""
    if machine is None or seen is None or not any(network.subnet for network in networks.values()):
        return ""
    from serai.plan.subnets import elsewhere

    return elsewhere(machine, networks, seen)


def document(workspace: Any, observed: Any, chosen: list[str]) -> str:
    """`{"project": …, "machines": {NAME: {…}}}`, the stable form of `status --json`."""
    import msgspec

    project = workspace.project
    machines = {name: describe(project.machines.get(name), observed.get(name)) for name in chosen}
    for name in chosen:
        if note := _elsewhere(project.machines.get(name), observed.get(name), project.networks):
            machines[name]["elsewhere"] = note
    body = {"project": workspace.scope.project, "machines": machines}
    return msgspec.json.format(msgspec.json.encode(body)).decode()


def beside(scope: Any, name: str, seen: Any) -> dict[str, Any]:
    """One machine of `global-status --json`."""
    found = describe(None, seen)
    del found["in_file"]
    return {"project": scope.project, "root": str(scope.root), "name": name, **found}


def describe(machine: Any, seen: Any) -> dict[str, Any]:
    """One machine of `status --json`; neither: one that was not in the file, and is gone."""
    if seen is None:
        return {
            "state": "absent",
            "provider": machine.provider if machine else "",
            "native_state": "",
            "addresses": [],
            "forwards": [],
            "in_file": machine is not None,
        }
    return {
        "state": seen.state,
        "provider": seen.provider,
        "native_state": seen.native_state,
        "addresses": seen.addresses,
        "forwards": [
            {
                "id": forward.id,
                "protocol": forward.protocol,
                "host_ip": forward.host_ip,
                "host": forward.host,
                "guest": forward.guest,
            }
            for forward in seen.forwards
        ],
        "pending": seen.pending,
        "provisioned": sorted(key for key in seen.marks if not key.startswith("@")),
        "snapshots": seen.snapshots,
        "problem": seen.problem,
        "in_file": machine is not None,
    }
