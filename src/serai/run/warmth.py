"""What a plan says of how new machines start: warm, or cold with the reason."""

from __future__ import annotations

from typing import cast

import msgspec

from serai.plan.up import Look
from serai.providers.kept import KeepsWarm, Outlook, Warmth
from serai.run.kept import is_asked
from serai.run.materials import Stock
from serai.run.workspace import Workspace
from serai.spec.machine import Machine


def looking(workspace: Workspace, layer: Look) -> Look:
    """What `layer` finds, and how the machine would start from there."""
    stock = Stock(workspace)

    def look(machine: Machine) -> Outlook:
        found = layer(machine)
        if not is_asked(workspace, machine):
            return found
        materials, missing = stock.preview(machine)
        if missing:
            return msgspec.structs.replace(found, warmth=Warmth(False, "its image is not here yet"))
        # A project that has no key yet has kept nothing, and a plan makes none.
        keyed = machine.ssh.key or not machine.ssh.insert_key or (workspace.scope.home / "ssh").is_dir()
        keys = stock.public_keys(machine) if keyed else ()
        materials = msgspec.structs.replace(materials, public_keys=keys, layer=found.start)
        driver = cast(KeepsWarm, workspace.driver(machine.provider))
        return msgspec.structs.replace(found, warmth=driver.warmth(machine, materials))

    return look
