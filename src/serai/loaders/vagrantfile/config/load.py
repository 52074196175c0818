"""Captured blocks → the machines: scopes run once each and joined in Vagrant's order, per machine and provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import msgspec

from serai.loaders.vagrantfile.config.finish import machine_of, provider_block
from serai.loaders.vagrantfile.config.model import MachineConfig
from serai.loaders.vagrantfile.config.provider_choice import chosen
from serai.loaders.vagrantfile.config.root import Root
from serai.loaders.vagrantfile.config.v1 import RootV1
from serai.loaders.vagrantfile.config.vm import Defined, VmSection
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Hash, Proc
from serai.util.errors import Where

Block = tuple[str, Proc]
"""(version of the configuration, block)"""
BoxBlocks = Callable[[str, str | None, str, str | None], list[Block]]
"""(box, constraint, provider, architecture) → the blocks of that box's own Vagrantfile; none where there is
none."""
BOX_CHANGES = 8
"""How often an override may change the box of the box that it came from, before it is one that never ends."""


class Loaded(msgspec.Struct, frozen=True):
    """One machine's joined configuration before it is plain data."""

    name: str
    root: Root
    provider: str
    defined: Defined


class Scopes:
    """Runs each block once, whatever machine it is asked for."""

    def __init__(self, rt: Runtime) -> None:
        self.rt = rt
        self.done: dict[int, tuple[Proc, Root]] = {}

    def of(self, version: str, block: Proc) -> Root:
        kept = self.done.get(id(block))
        if kept is None:
            root = Root()
            self.rt.call(block, [RootV1(root) if version == "1" else root])
            kept = self.done[id(block)] = (block, root)
        return kept[1]

    def joined(self, blocks: list[Block]) -> Root:
        return reduce(Root.merged, (self.of(version, block) for version, block in blocks), Root())

    def after(self, base: Root, blocks: list[Block], defined: dict[str, Defined]) -> Root:
        """What all of the files say once each machine's blocks and each provider's have run.

        Vagrant loads every machine before it does anything (it looks for plugins that they ask for), so what such
        a block says to the `config` around it counts for all machines.
        """
        for scope in [base, *(self.joined(machine.blocks) for machine in defined.values() if machine.blocks)]:
            for name in scope.vm.provider_order:
                provider_block(self.rt, scope.vm, name)
        said = Root()
        said.sections["vm"] = VmSection()  # so that what they say later is not heard twice
        return self.joined(blocks).merged(said)


def machines(
    rt: Runtime,
    blocks: list[Block],
    *,
    provider: str | None = None,
    providers: Mapping[str, str] = {},
    boxes: BoxBlocks | None = None,
    where: Where,
) -> tuple[Root, list[Loaded]]:
    """What all of the files say, and each machine by itself.

    `blocks`: the user's file's, then the project's. `provider`: --provider; `providers`: by machine, those of
    machines
    that exist, which count more. `where`: the place of a machine that no `define` names.
    """
    scopes = Scopes(rt)
    base = scopes.joined(blocks)
    defined = base.vm.defined or {"default": Defined(Hash(), [], where)}
    base = scopes.after(base, blocks, defined)
    return base, [
        one(scopes, base, name, machine, providers.get(name) or provider, boxes)
        for name, machine in defined.items()
    ]


def one(
    scopes: Scopes, base: Root, name: str, machine: Defined, wanted: str | None, boxes: BoxBlocks | None
) -> Loaded:
    root = base.merged(scopes.joined(machine.blocks)) if machine.blocks else base
    provider = chosen(root.vm.provider_order, wanted, scopes.rt.environ)
    result = root
    for _ in range(BOX_CHANGES):
        box = box_of(scopes.rt, result)
        scope = root
        if boxes is not None and box[0] and result.vm.values.get("ignore_box_vagrantfile") is not True:
            found = boxes(box[0], box[1], provider, box[2])
            if found:
                scope = scopes.joined(found).merged(root)
        overrides = scope.vm.overrides.get(provider, [])
        result = scope.merged(scopes.joined([("2", block) for block in overrides])) if overrides else scope
        if box_of(scopes.rt, result) == box:
            return Loaded(name, result, provider, machine)
    raise scopes.rt.refused(
        f"machine {name}: the {provider} override changes the box again and again",
        "give config.vm.box one value in the override",
    )


def box_of(rt: Runtime, root: Root) -> tuple[str, str | None, str | None]:
    values = root.vm.values
    box, version, architecture = (values.get(key) for key in ("box", "box_version", "box_architecture"))
    return (
        rt.to_s(box),
        None if version is None else rt.to_s(version),
        None if architecture is None else rt.to_s(architecture),
    )


def plain_machines(rt: Runtime, loaded: list[Loaded]) -> dict[str, MachineConfig]:
    primary = next((item.name for item in loaded if marked(item.defined, "primary") is True), None)
    if len(loaded) == 1:
        primary = loaded[0].name
    return {
        item.name: machine_of(
            rt,
            item.name,
            item.root,
            item.provider,
            primary=item.name == primary,
            autostart=marked(item.defined, "autostart") is not False,
        )
        for item in loaded
    }


def marked(machine: Defined, key: str) -> object:
    from serai.loaders.vagrantfile.config.table import option, truthy

    value = option(machine.options, key)
    return None if value is None else truthy(value)
