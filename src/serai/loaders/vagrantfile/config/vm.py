"""`config.vm`: its methods (define, provider, network, provision, …), and how its scopes are joined."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from serai.loaders.vagrantfile.config.keys.vm import VM
from serai.loaders.vagrantfile.config.provisioner import Provisioner, named
from serai.loaders.vagrantfile.config.section import Dummy, Section
from serai.loaders.vagrantfile.config.table import (
    Table,
    option,
    put,
    symbolised,
    taken,
    truthy,
    updated,
)
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Proc, Str, Sym, Value
from serai.util.errors import Where

COUNT = itertools.count(1)
"""What tells entries without an id apart."""


class Stated(msgspec.Struct, frozen=True):
    """A network, folder, disk or cloud_init as the file gives it."""

    type: str
    options: Hash
    where: Where


class Defined(msgspec.Struct, frozen=True):
    """One machine's `define` calls: their options joined, their blocks with the version that each speaks."""

    options: Hash
    blocks: list[tuple[str, Proc]]
    where: Where


class VmSection(Section):
    __slots__ = (
        "cloud_inits",
        "defined",
        "disks",
        "folders",
        "networks",
        "overrides",
        "provider_order",
        "providers",
        "provisioners",
    )

    def __init__(self, table: Table | None = None) -> None:
        super().__init__(table or VM_TABLE)
        self.networks: dict[str, Stated] = {}
        self.folders: dict[str, Stated] = {}
        self.disks: list[Stated] = []
        self.cloud_inits: list[Stated] = []
        self.provisioners: list[Provisioner] = []
        self.defined: dict[str, Defined] = {}
        self.providers: dict[str, list[tuple[Proc, Where]]] = {}
        self.provider_order: list[str] = []
        self.overrides: dict[str, list[Proc]] = {}

    def merged(self, later: Section) -> VmSection:
        assert isinstance(later, VmSection)
        result = super().merged(later)
        assert isinstance(result, VmSection)
        result.networks = self.networks | later.networks
        result.folders = dict(self.folders)
        for name, folder in later.folders.items():
            before = result.folders.get(name)
            options = folder.options if before is None else updated(before.options, folder.options)
            result.folders[name] = Stated(folder.type or (before.type if before else ""), options, folder.where)
        result.disks = self.disks + later.disks
        result.cloud_inits = self.cloud_inits + later.cloud_inits
        result.provisioners = provisioners_merged(self.provisioners, later.provisioners)
        result.defined = dict(self.defined)
        for name, machine in later.defined.items():
            result.defined[name] = joined_machine(result.defined.get(name), machine)
        result.providers = lists_merged(self.providers, later.providers)
        result.overrides = lists_merged(self.overrides, later.overrides)
        result.provider_order = list(dict.fromkeys([*self.provider_order, *later.provider_order]))
        return result


def lists_merged(outer: dict[str, list[Any]], inner: dict[str, list[Any]]) -> dict[str, list[Any]]:
    result = dict(outer)
    for key, items in inner.items():
        result[key] = [*result.get(key, ()), *items]
    return result


def joined_machine(before: Defined | None, machine: Defined) -> Defined:
    if before is None:
        return machine
    return Defined(updated(before.options, machine.options), [*before.blocks, *machine.blocks], before.where)


def provisioners_merged(outer: list[Provisioner], inner: list[Provisioner]) -> list[Provisioner]:
    """An inner one of the same name takes what the outer says, and stands at its own place: the outer one's with
    `preserve_order`."""
    result: list[Provisioner] = []
    rest = list(inner)
    for item in outer:
        index = next((at for at, other in enumerate(rest) if item.name and other.name == item.name), None)
        if index is None:
            result.append(item)
            continue
        joined = rest[index].over(item)
        if joined.preserve_order:
            result.append(joined)
            del rest[index]
        else:
            rest[index] = joined
    return result + rest


def define(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    name = rt.to_s(args[0]) if args else ""
    version = rt.to_s(option(options, "config_version", Str("2")))
    blocks = [] if block is None else [(version, block)]
    vm.defined[name] = joined_machine(vm.defined.get(name), Defined(options, blocks, rt.where))
    return None


def provider(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    name = rt.to_s(args[0]) if args else ""
    blocks = vm.providers.setdefault(name, [])
    if name not in vm.provider_order:
        vm.provider_order.append(name)
    if block is not None:
        blocks.append((block, rt.where))
        if block.arity == 2:
            vm.overrides.setdefault(name, []).append(overriding(rt, block))
    return None


def overriding(rt: Runtime, block: Proc) -> Proc:
    """`|p, override|` as a block of the configuration alone: what it says to `p` is swallowed."""

    def body(args: list[Value], inner: Proc | None, me: Value) -> Value:
        return rt.call(block, [Dummy(), *args])

    return Proc(body, arity=1)


def network(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    kind = rt.to_s(args[0]) if args else ""
    if kind == "forwarded_port" and not truthy(option(options, "protocol")):
        put(options, "protocol", Str("tcp"))
    own = option(options, "id")
    if truthy(own):
        key = f"{kind}-{rt.to_s(own)}"
    elif kind == "forwarded_port":
        parts = (rt.to_s(option(options, name)) for name in ("host_ip", "protocol", "host"))
        put(options, "id", Str("".join(parts)))
        key = f"{kind}-{option(options, 'id').s}"
    else:
        key = f"{kind}#{next(COUNT)}"
    before = vm.networks.get(key)
    vm.networks[key] = Stated(kind, updated(before.options, options) if before else options, rt.where)
    return None


def synced_folder(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    host = args[0] if args else None
    guest = args[1] if len(args) > 1 else None
    if truthy(option(options, "nfs")):
        taken(options, "nfs")
        put(options, "type", Sym("nfs"))
    name = taken(options, "name") if Sym("name") in options else guest
    path = None if guest is None else rt.to_s(guest).removesuffix("/")
    if path is not None:
        put(options, "guestpath", Str(path))
    put(options, "hostpath", host)
    if Sym("disabled") not in options:
        put(options, "disabled", False)
    before = vm.folders.get(path or "")
    if before is not None:
        options = updated(before.options, options)
    kind = option(options, "type")
    vm.folders["" if name is None else rt.to_s(name)] = Stated(
        rt.to_s(kind) if truthy(kind) else "", options, rt.where
    )
    return None


def provision(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    name, kind = named(rt, args, options)
    found = next((item for item in vm.provisioners if name is not None and item.name == name), None)
    if found is None:
        found = Provisioner(name, kind, rt.where)
        found.before, found.after = taken(options, "before"), taken(options, "after")
        vm.provisioners.append(found)
    found.add(rt, options, block)
    return None


def disk(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    vm.disks.append(Stated(rt.to_s(args[0]) if args else "disk", options, rt.where))
    return None


CLOUD_INIT = Table(
    name="cloud_init",
    keys=dict.fromkeys(("type", "content_type", "content_disposition_filename", "path", "inline")),
)


def cloud_init(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = symbolised(args)
    kind = rt.to_s(args[0]) if args and args[0] is not None else "user_data"
    config = Section(CLOUD_INIT)
    where = rt.where
    if block is not None:
        rt.call(block, [config, None])
    else:
        config.set_options(rt, options)
    vm.unknown.update({f"cloud_init.{key}": place for key, place in config.unknown.items()})
    kind = rt.to_s(config.values.pop("type")) if config.values.get("type") is not None else kind
    stated = Hash((Sym(key), value) for key, value in config.values.items())
    vm.cloud_inits.append(Stated(kind, stated, where))
    return None


def networks(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Array(Array([Sym(item.type), item.options]) for item in vm.networks.values())


def synced_folders(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Hash((Str(name), item.options) for name, item in vm.folders.items())


def provisioners(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Array(vm.provisioners)


def defined_vm_keys(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Array(Sym(name) for name in vm.defined)


def defined_vms(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return Hash((Sym(name), machine.options) for name, machine in vm.defined.items())


VM_TABLE = msgspec.structs.replace(
    VM,
    methods={
        "define": define,
        "provider": provider,
        "network": network,
        "synced_folder": synced_folder,
        "provision": provision,
        "disk": disk,
        "cloud_init": cloud_init,
        "networks": networks,
        "synced_folders": synced_folders,
        "provisioners": provisioners,
        "defined_vm_keys": defined_vm_keys,
        "defined_vms": defined_vms,
    },
)
