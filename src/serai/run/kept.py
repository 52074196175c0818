"""Whether a run has to do with layers at all: a project without provisioning loads nothing of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from serai.plan.steps import Act
from serai.plan.up import Look, Options, Plan
from serai.providers.kept import Outlook, may_be_warm
from serai.run.workspace import Workspace
from serai.spec.machine import Machine

if TYPE_CHECKING:
    from serai.run.layers import Keeper


SWITCH = "SERAI_LAYERS"
"""In the environment: `off` neither takes nor keeps layers."""


def off() -> bool:
    """Whether there are to be none."""
    return os.environ.get(SWITCH) == "off"


def standing(workspace: Workspace) -> AbstractContextManager[None]:
    """While it is held no layer goes that a plan has found, nor one that is made meanwhile."""
    if off() or not any(machine.provision for machine in workspace.project.machines.values()):
        return nullcontext()
    from serai.images import layers

    return layers.held() if layers.root().is_dir() else nullcontext()


def look_of(workspace: Workspace, digests: Mapping[str, Mapping[str, str]], options: Options) -> Look:
    """What a plan asks for each machine that would be made."""
    layer = _look_for_layers(workspace, digests, options)
    if not any(is_asked(workspace, machine) for machine in workspace.project.machines.values()):
        return layer
    from serai.run.warmth import looking

    return looking(workspace, layer)


def is_asked(workspace: Workspace, machine: Machine) -> bool:
    """Whether its provider can say how it would start."""
    forbidden = machine.fork is not None or (machine.warm is None and not may_be_warm(machine))
    return not forbidden and hasattr(workspace.driver(machine.provider), "warmth")


def _look_for_layers(workspace: Workspace, digests: Mapping[str, Mapping[str, str]], options: Options) -> Look:
    if (
        off()
        or not options.layers
        or not any(machine.provision for machine in workspace.project.machines.values())
    ):
        return nothing
    from serai.run.layers import looking

    return looking(workspace, digests, options)


def nothing(machine: Machine) -> Outlook:
    """Of a machine that has no layers."""
    return Outlook()


def keeper(
    workspace: Workspace, plan: Plan, digests: Mapping[str, Mapping[str, str]], options: Options
) -> Keeper | None:
    """Who keeps layers of the machines that the plan makes; None: it makes none, or not with all their blocks."""
    makes = {item.machine for item in plan.steps if item.act is Act.CREATE}
    if off() or not options.layers or not any(workspace.project.machines[name].provision for name in makes):
        return None
    from serai.run.layers import Keeper

    return Keeper(workspace, digests, fresh=not options.cache)
