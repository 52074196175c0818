"""Networks that exist otherwise than the file states them: a change of each machine that is on one (DOC-2)."""

from __future__ import annotations

from collections.abc import Collection

from serai.plan.diff import Change
from serai.plan.shared import providers_on
from serai.providers.contract import Effect
from serai.run.workspace import Workspace


def network_changes(workspace: Workspace, wanted: Collection[str]) -> dict[str, list[Change]]:
    """By machine, of those that are wanted. What is refused is told once, at the first one.

    Networks that the file does not describe, and those that several providers share, are not looked at.
    """
    project = workspace.project
    of: dict[str, list[str]] = {}
    on = providers_on(project) if project.networks else {}
    for name, providers in on.items():
        if name in project.networks and not project.networks[name].external and len(providers) == 1:
            (provider, machines) = next(iter(providers.items()))
            if any(machine in wanted for machine in machines):
                of.setdefault(provider, []).append(name)
    found: dict[str, list[Change]] = {}
    for provider, names in of.items():
        ask = getattr(workspace.driver(provider), "network_changes", None)
        for each in ask({name: project.networks[name] for name in names}, wanted) if ask else ():
            machines = [name for name in wanted if name in on[each.network][provider]]
            refused = each.verdict.effect is Effect.IMMUTABLE
            for machine in machines[:1] if refused else machines:
                found.setdefault(machine, []).append(
                    Change(
                        machine=machine,
                        key=f"networks.{each.network}.{each.key}",
                        old=each.old,
                        new=each.new,
                        effect=each.verdict.effect,
                        reason=each.verdict.reason,
                        refused=each.verdict.reason if refused else "",
                    )
                )
    return found
