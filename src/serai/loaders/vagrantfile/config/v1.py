"""Configuration of version 1 (`Vagrant::Config.run`, `configure("1")`), turned into version 2 as it is said."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.root import Root
from serai.loaders.vagrantfile.config.section import OPERATORS, Dummy
from serai.loaders.vagrantfile.config.table import arguments, option, put
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.loaders.vagrantfile.ruby.values import Hash, Proc, Str, Sym, Value

SAME = frozenset({"base_mac", "box", "box_url", "guest"})
RENAMED = {"host_name": "hostname", "auto_port_range": "usable_port_range"}
GONE = {
    "ssh": frozenset({"max_tries", "timeout", "password"}),
    "vagrant": frozenset({"dotfile_name"}),
    "vm": frozenset({"name"}),
}
"""Keys of version 1 that version 2 has nothing for."""
NETWORKS = {"hostonly": "private_network", "bridged": "public_network"}
SECTIONS = ("vm", "ssh", "nfs", "package", "vagrant")


class RootV1:
    """`config` of version 1, in front of a `config` of version 2."""

    def __init__(self, root: Root) -> None:
        self.ruby_class = "Vagrant::Config::V1::Root"
        self.root = root

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name == "vm":
            return VmV1(self.root)
        if name in SECTIONS:
            return SectionV1(self.root, name)
        rt.warn(f"config.{name}: unknown in a configuration of version 1, it has no effect",
                'write Vagrant.configure("2") and the keys of version 2')  # fmt: skip
        return Dummy()


class SectionV1:
    """A section of which the keys have stayed the same, but for some that are gone."""

    def __init__(self, root: Root, name: str) -> None:
        self.ruby_class = "Vagrant::Config::V1"
        self.root, self.name = root, name

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        if name.removesuffix("=") in GONE.get(self.name, ()):
            rt.warn(f"config.{self.name}.{name.removesuffix('=')} has no effect any more", "leave it out")
            return None
        return self.root.ruby_send(rt, self.name, [], None).ruby_send(rt, name, args, block)


class VmV1(SectionV1):
    def __init__(self, root: Root) -> None:
        super().__init__(root, "vm")

    def ruby_send(self, rt: Runtime, name: str, args: list[Value], block: Proc | None) -> Value:
        call = CALLS.get(name)
        if call is not None:
            return call(self.root.vm, rt, args, block)
        key = name.removesuffix("=") if name not in OPERATORS else name
        if key in SAME or key in RENAMED or key in GONE["vm"]:
            return super().ruby_send(rt, RENAMED.get(key, key) + name[len(key) :], args, block)
        known = sorted([*SAME, *RENAMED, *(call.removesuffix("=") for call in CALLS)])
        raise rt.raised("NoMethodError", f"config.vm of version 1 has no {key!r}, it has {', '.join(known)}")


def forward_port(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = arguments(args)
    stated = Hash()
    for name in ("adapter", "protocol"):
        if option(options, name) is not None:
            put(stated, f"virtualbox__{name}", option(options, name))
    put(stated, "guest", args[0] if args else None)
    put(stated, "host", args[1] if len(args) > 1 else None)
    return vm.ruby_send(rt, "network", [Sym("forwarded_port"), stated], None)


SHARED = {"create": False, "nfs": False, "transient": False}


def share_folder(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = arguments(args)
    name, guest, host = ([rt.to_s(item) for item in args] + ["", "", ""])[:3]
    stated = Hash([*((Sym(key), value) for key, value in SHARED.items()), *options.items()])
    put(stated, "id", Str("vagrant-root" if name == "v-root" else name))
    return vm.ruby_send(rt, "synced_folder", [Str(host), Str(guest), stated], None)


def network(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = arguments(args)
    kind = rt.to_s(args[0]) if args else ""
    if kind not in NETWORKS:
        rt.warn(f"network {kind!r}: unknown in version 1, it has no effect", "there are :hostonly and :bridged")
        return None
    if kind == "hostonly" and len(args) > 1:
        put(options, "ip", args[1])
    return vm.ruby_send(rt, "network", [Sym(NETWORKS[kind]), options], None)


def customize(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    if args and args[0] is not None:
        command = args[0]
        on_virtualbox(vm, rt, lambda settings: settings.ruby_send(rt, "customize", [command], None))
    return None


def boot_mode(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    gui = rt.to_s(args[0]) == "gui"
    on_virtualbox(vm, rt, lambda settings: settings.ruby_send(rt, "gui=", [gui], None))
    return args[0]


def on_virtualbox(vm: Any, rt: Runtime, act: Any) -> None:
    def body(args: list[Value], inner: Proc | None, me: Value) -> Value:
        return act(args[0])

    vm.ruby_send(rt, "provider", [Sym("virtualbox")], Proc(body, arity=1))


def define(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    args, options = arguments(args)
    put(options, "config_version", Str("1"))
    return vm.ruby_send(rt, "define", [*args, options], block)


def provision(vm: Any, rt: Runtime, args: list[Value], block: Proc | None) -> Value:
    return vm.ruby_send(rt, "provision", args, block)


CALLS = {
    "forward_port": forward_port,
    "share_folder": share_folder,
    "network": network,
    "customize": customize,
    "boot_mode=": boot_mode,
    "define": define,
    "provision": provision,
}
