"""Layers in a run: what a new machine starts from, and keeping what its blocks have made."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from serai.guest.transport import Transport
from serai.plan.provisioning import keyed
from serai.plan.up import Look, Options
from serai.providers.contract import Feature, Mark, Materials, Progress
from serai.providers.kept import Keeping, KeepsLayers, Outlook, Start
from serai.providers.kinds import is_container
from serai.run.chain import Chain, Circumstances, Link, Named, chain
from serai.run.materials import Stock
from serai.run.secrets import mask_of
from serai.run.workspace import Workspace
from serai.spec.machine import Machine
from serai.spec.provision import Run
from serai.util.errors import Code, SeraiError


def driver_of(workspace: Workspace, machine: Machine) -> KeepsLayers | None:
    """The machine's provider, where it can keep layers."""
    driver = workspace.driver(machine.provider)
    return cast(KeepsLayers, driver) if hasattr(driver, "keep_layer") else None


class Chains:
    """The chains of a project's machines; what is the same for all of them is worked out once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._mask = cache(lambda: mask_of(workspace.project))
        self._named = Named()

    def of(self, machine: Machine, materials: Materials, digests: Mapping[str, str]) -> Chain:
        """Without links, and with the reason, where the machine's provider keeps no layers of it."""
        driver = driver_of(self._workspace, machine)
        if driver is None:
            why = self._workspace.capabilities(machine.provider).why_not.get(Feature.LAYERS, "")
            return Chain(ends=f"{machine.provider} keeps none: {why}" if why else "")
        base, why = driver.layer_base(machine, materials)
        if not base:
            return Chain(ends=why)
        binds, scope = bool(getattr(driver, "binds", False)), self._workspace.scope
        return chain(Circumstances(machine, materials, scope, self._mask(), binds, self._named), base, digests)


def longest(driver: KeepsLayers, machine: Machine, found: Chain, digests: Mapping[str, str]) -> Start | None:
    """The layer of the most blocks that is there; restarts that follow it are done by starting from it."""
    links = list(found.links)
    for last in range(len(links) - 1, -1, -1):
        if not links[last].kept or (known := driver.layer_of(links[last].key)) is None:
            continue
        count = last + 1
        while count < len(links) and links[count].starts:
            count += 1
        blocks = dict(keyed(machine))
        done = [link.block for link in links[:count] if blocks[link.block].run is Run.ONCE]
        layer, at = known
        marks = {key: Mark(digest=digests[key], at=at) for key in done}
        return Start(id=layer, key=links[last].key, blocks=tuple(done), at=at, marks=marks)
    return None


def looking(workspace: Workspace, digests: Mapping[str, Mapping[str, str]], options: Options) -> Look:
    """What a plan asks of each machine that would be made: the layer it starts from, and why none goes further."""
    stock, chains = Stock(workspace), Chains(workspace)

    def look(machine: Machine) -> Outlook:
        if not machine.provision or machine.fork is not None:
            return Outlook()
        driver = driver_of(workspace, machine)
        if driver is None:
            return Outlook(ends=chains.of(machine, Materials(), {}).ends)
        materials, missing = stock.preview(machine)
        if missing:
            return Outlook()  # nothing can stand on an image that is not there
        found = chains.of(machine, materials, digests[machine.name])
        start = longest(driver, machine, found, digests[machine.name]) if options.reuses else None
        return Outlook(start, found.ends)

    return look


class Keeper:
    """Keeps layers of the machines that a run has made, while their blocks are done in order."""

    def __init__(
        self, workspace: Workspace, digests: Mapping[str, Mapping[str, str]], *, fresh: bool = False
    ) -> None:
        self._workspace = workspace
        self._all = Chains(workspace)
        self._digests = digests
        self._fresh = fresh
        self._titles: dict[str, dict[str, str]] = {}
        self._chains: dict[str, list[Link]] = {}
        self._tips: dict[str, Any] = {}
        self._lock = threading.Lock()

    def begin(self, machine: Machine, materials: Materials, start: Start | None) -> None:
        """The machine is about to be made. Raises Code.FAILED when it is not the one that was planned."""
        if not machine.provision or machine.fork is not None:
            return
        found = self._all.of(machine, materials, self._digests[machine.name])
        links = list(found.links)
        if start is not None:
            if all(link.key != start.key for link in links):
                why = "its addresses, its image or its files are others than when it was planned"
                raise SeraiError(
                    Code.FAILED, f"{machine.name}: the layer to start from is not its own: {why}", hint="serai up"
                )
            links = _after(links, start.blocks)
        with self._lock:
            self._titles[machine.name] = {link.block: link.title for link in found.links}
            self._chains[machine.name] = links

    def done(self, machine: Machine, materials: Materials, block: str, way: Transport, progress: Progress) -> str:
        """A block has succeeded: keep what the machine is now, where that goes on from before. Why it failed."""
        with self._lock:
            links = self._chains.get(machine.name, [])
            if not links or links[0].block != block:
                self._chains.pop(machine.name, None)  # out of its order: nothing of what follows is of the chain
                return ""
            link = links.pop(0)
            tip = self._tips.pop(machine.name, None)
        if not link.kept:
            if tip is not None:
                self._tips[machine.name] = tip
            return ""
        driver = driver_of(self._workspace, machine)
        assert driver is not None
        titles = self._titles[machine.name]
        until = list(titles).index(block) + 1
        kept = Keeping(
            key=link.key, blocks=tuple(titles.values())[:until], project=link.project, tip=tip, fresh=self._fresh
        )
        try:
            tip = driver.keep_layer(machine, materials, kept, way, progress)
        except (SeraiError, OSError) as error:
            return f"no layer is kept after {block}: {error}"
        if tip is not None:
            self._tips[machine.name] = tip
        return ""


def _after(links: list[Link], done: tuple[str, ...]) -> list[Link]:
    """What is still to run: blocks of each start run again, in their place."""
    return [link for link in links if link.block not in done]


def anew(way: Transport, machine: Machine) -> None:
    """SSH host keys of its own, for a guest that no seed tells who it is."""
    from serai.guest.identity import become, of_container, own_keys

    become(way, machine, of_container(machine) if is_container(machine) else own_keys(machine))
