"""A joined configuration → MachineConfig: provider blocks run, defaults and what Vagrant adds by itself put in."""

from __future__ import annotations

import re

from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.model import Entry, MachineConfig, Plain
from serai.loaders.vagrantfile.config.order import ordered
from serai.loaders.vagrantfile.config.plain import as_plain
from serai.loaders.vagrantfile.config.push import PushSection
from serai.loaders.vagrantfile.config.root import Root
from serai.loaders.vagrantfile.config.section import Dummy, Section
from serai.loaders.vagrantfile.config.trigger import TriggerSection
from serai.loaders.vagrantfile.config.vm import Stated, VmSection
from serai.loaders.vagrantfile.ruby.runtime import Runtime
from serai.util.errors import Where

LOCAL = "127.0.0.1"
SSH_PORT = (22, 2222)
WINRM_PORTS = {"winrm": (5985, 55985), "winrm-ssl": (5986, 55986)}


def machine_of(
    rt: Runtime, name: str, root: Root, provider: str, *, primary: bool, autostart: bool
) -> MachineConfig:
    vm = root.vm
    blocks = {declared: provider_block(rt, vm, declared) for declared in vm.provider_order}
    sections = finished_sections(rt, root)
    if "box_check_update" not in vm.values and rt.environ.get("VAGRANT_BOX_UPDATE_CHECK_DISABLE"):
        sections["vm"]["box_check_update"] = False
    trigger = root.sections.get("trigger")
    return MachineConfig(
        name=name,
        primary=primary,
        autostart=autostart,
        provider=provider,
        declared=list(vm.provider_order),
        sections=sections,
        stated={
            f"{section}.{key}": where
            for section, found in root.sections.items()
            for key, where in found.places.items()
            if section != "vm" or key not in found.table.methods
        },
        networks=networks(rt, vm, sections["vm"].get("communicator")),
        folders=folders(rt, vm),
        disks=[disk(rt, item) for item in vm.disks],
        cloud_inits=[entry(rt, item, "") for item in vm.cloud_inits],
        provisioners=[item.entry(rt) for item in ordered(vm.provisioners)],
        triggers=trigger.entries(rt) if isinstance(trigger, TriggerSection) else [],
        providers={declared: block.stated(rt) for declared, block in blocks.items()},
        provider_places={declared: block.every_place() for declared, block in blocks.items()},
        unknown=unknown_of(root, blocks),
    )


def unknown_of(root: Root, blocks: dict[str, Section]) -> dict[str, Where]:
    """Namespaces, `section.key`, `provider.key`, and a provisioner's as `provision type.key`."""
    result = dict(root.strange)
    for name, section in root.sections.items():
        result.update({f"{name}.{key}": where for key, where in section.unknown.items()})
    for name, block in blocks.items():
        result.update({f"{name}.{key}": where for key, where in block.unknown.items()})
    for item in root.vm.provisioners:
        result.update({f"provision {item.type}.{key}": where for key, where in item.config.unknown.items()})
    return result


def provider_block(rt: Runtime, vm: VmSection, name: str) -> Section:
    """What a provider's blocks come to, each a scope of its own."""
    result = Section(keys.provider(name))
    for block, _ in vm.providers[name]:
        scope = result.fresh()
        rt.call(block, [scope, Dummy()])
        result = result.merged(scope)
    return result


def finished_sections(rt: Runtime, root: Root) -> dict[str, dict[str, Plain]]:
    """All of Vagrant's own, and of the others those that were spoken to."""
    result = {}
    for name in keys.SECTIONS:
        section = root.sections.get(name)
        result[name] = untouched(rt, name) if section is None else section.finished(rt)
    for name, section in root.sections.items():
        if name not in result and not isinstance(section, TriggerSection | PushSection):
            result[name] = section.finished(rt)
    return result


UNTOUCHED: dict[str, dict[str, Plain]] = {}
"""Sections that say nothing; they are the same for all machines, and nobody changes plain data in place."""


def untouched(rt: Runtime, name: str) -> dict[str, Plain]:
    found = UNTOUCHED.get(name)
    if found is None:
        table = keys.section(name)
        assert table is not None
        found = UNTOUCHED[name] = Section(table).finished(rt)
    return found


def entry(rt: Runtime, item: Stated, ident: str) -> Entry:
    options = {key: value for key, value in as_plain(rt, item.options).items() if value is not None}
    return Entry(type=item.type, id=ident, options=options, where=item.where)


def networks(rt: Runtime, vm: VmSection, communicator: Plain) -> list[Entry]:
    """In their order, and behind them the ports that Vagrant forwards by itself."""
    result = []
    for item in vm.networks.values():
        options = as_plain(rt, item.options)
        if item.type == "forwarded_port":
            for key in ("guest", "host"):
                if isinstance(options.get(key), str):
                    options[key] = number(options[key])
        options = {key: value for key, value in options.items() if value is not None}
        result.append(Entry(type=item.type, id=str(options.get("id", "")), options=options, where=item.where))
    own = dict(WINRM_PORTS) if communicator == "winrm" else {}
    place = Where("Vagrant's defaults")
    for ident, (guest, host) in {**own, "ssh": SSH_PORT}.items():
        if f"forwarded_port-{ident}" not in vm.networks:
            options = {"guest": guest, "host": host, "host_ip": LOCAL, "id": ident, "auto_correct": True,
                       "protocol": "tcp"}  # fmt: skip
            result.append(Entry(type="forwarded_port", id=ident, options=options, where=place))
    return result


def number(text: str) -> int:
    """As Ruby's to_i: the digits in front, or 0; of very many the first ones, which are no port either."""
    found = re.match(r"\s*([0-9]{1,18})", text)
    return int(found[1]) if found else 0


def folders(rt: Runtime, vm: VmSection) -> list[Entry]:
    """By the guest's path, and the project's own directory at /vagrant unless a folder stands for it."""
    result = []
    for name, item in vm.folders.items():
        found = entry(rt, item, "")
        options = {key: value for key, value in found.options.items() if key != "type"}
        guest = options.get("guestpath", name)
        result.append(Entry(type=item.type, id=str(guest), options=options, where=item.where))
    shared = any(item.options.get("hostpath") == "." for item in result)
    if not shared and "/vagrant" not in vm.folders:
        options = {"hostpath": ".", "guestpath": "/vagrant", "disabled": False}
        result.append(Entry(type="", id="/vagrant", options=options, where=Where("Vagrant's defaults")))
    return result


UNUSUAL = "_"


def disk(rt: Runtime, item: Stated) -> Entry:
    found = entry(rt, item, "")
    name = found.options.get("name")
    if isinstance(name, str):
        name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else UNUSUAL for c in name)
    elif name is None and found.options.get("primary"):
        name = "vagrant_primary"
    return Entry(type=item.type, id="" if name is None else str(name), options=found.options, where=item.where)
