"""The provider block of VirtualBox. `memory` and `cpus` are shortcuts for `customize`, as there.

In the model `customize` is a list: the arguments of one call of VBoxManage (`:id` stands for the machine), or
[event, arguments] where the event is another than pre-boot. `network_adapter` maps slots to [type, options].
"""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.plain import as_plain
from serai.loaders.vagrantfile.config.table import Table, arguments, concatenated
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Sym, Value

PRE_BOOT = "pre-boot"
MARKS = (Sym("id"), Sym("name"))


def customize(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    event = PRE_BOOT
    if args and isinstance(args[0], Str):
        event, args = args[0].s, args[1:]
    command = marked(args[0]) if args else None
    call = command if event == PRE_BOOT else Array([Str(event), command])
    section.places[place_of(as_plain(rt, call))] = rt.where
    calls = section.values.setdefault("customize", Array())
    calls.append(call)
    return calls


def place_of(call: Any) -> str:
    """The key of one call's place, which is a place of its own besides that of the first."""
    return f"customize {call}"


def marked(command: Value) -> Value:
    """The arguments with `:id` as text, so that it can be told from a machine that is named id."""
    if not isinstance(command, Array):
        return command
    return Array(Str(f":{item}") if isinstance(item, Sym) and item in MARKS else item for item in command)


def modify(flag: str, section: Any, rt: Any, text: Value) -> None:
    section.places.setdefault("customize", rt.where)
    call = Array([Str("modifyvm"), Str(":id"), Str(flag), text])
    section.places[place_of(as_plain(rt, call))] = rt.where
    section.values.setdefault("customize", Array()).append(call)


def set_memory(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    modify("--memory", section, rt, Str(rt.to_s(args[0])))
    return args[0]


def set_cpus(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    modify("--cpus", section, rt, rt.send(args[0], "to_i", []))
    return args[0]


def network_adapter(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    adapters = section.values.setdefault("network_adapter", Hash())
    adapters[Str(rt.to_s(args[0] if args else None))] = Array([args[1] if len(args) > 1 else None, options])
    return None


VIRTUALBOX = Table(
    name="virtualbox",
    keys={
        "auto_nat_dns_proxy": True,
        "check_guest_additions": True,
        "default_nic_type": None,
        "destroy_unused_network_interfaces": False,
        "functional_vboxsf": True,
        "gui": False,
        "linked_clone": False,
        "linked_clone_snapshot": None,
        "name": None,
        "memory": None,
        "cpus": None,
        "customize": [],
        "network_adapter": {},
    },
    initial={"network_adapter": {"1": ["nat", {}]}},
    hidden=frozenset({"memory", "cpus"}),
    aliases={"customizations": "customize", "network_adapters": "network_adapter"},
    joined={"customize": concatenated},
    methods={
        "customize": customize,
        "memory=": set_memory,
        "cpus=": set_cpus,
        "network_adapter": network_adapter,
    },
)
