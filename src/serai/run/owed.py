"""What a run still owes a machine that was seen ready: noted with the machine, so that a kill loses none of it."""

from __future__ import annotations

from collections.abc import Sequence

from serai.plan.provisioning import keyed
from serai.plan.steps import Act, Step
from serai.providers.contract import Provider
from serai.spec.machine import Machine
from serai.spec.provision import Run


class Owed:
    """Folders and blocks among the steps of a run, by machine."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._folders: dict[str, set[str]] = {}
        self._blocks: dict[str, list[str]] = {}
        for item in steps:
            if item.act is Act.SYNC:
                self._folders.setdefault(item.machine, set()).add(item.key)
            elif item.act is Act.PROVISION:
                for each in (f"{item.machine}:{item.key}", *item.also):
                    name, _, key = each.partition(":")
                    self._blocks.setdefault(name, []).append(key)

    def ready(self, machine: Machine, driver: Provider) -> None:
        """It answers: ready, unless folders are to come. Blocks of each start have not run in this life."""
        always = {key for key, block in keyed(machine) if block.run is Run.ALWAYS}
        marks = {key: None for key in self._blocks.get(machine.name, ()) if key in always}
        driver.mark(machine.name, marks, ready=True)  # a provider opens ports then, which hooks may need
        self.begun(machine, driver)

    def begun(self, machine: Machine, driver: Provider) -> None:
        """Something that its folders have to follow was done to one that was ready, or is about to be."""
        if self._folders.get(machine.name):
            driver.mark(machine.name, {}, ready=False)

    def synced(self, machine: Machine, key: str, driver: Provider) -> None:
        """Its folders are there."""
        self._folders.get(machine.name, set()).discard(key)
        driver.mark(machine.name, {}, ready=True)
