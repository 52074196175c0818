"""What Vagrant refuses about a configuration, all at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from serai.loaders.vagrantfile.config import keys
from serai.loaders.vagrantfile.config.load import Loaded
from serai.loaders.vagrantfile.config.model import Entry, MachineConfig
from serai.loaders.vagrantfile.config.order import ALL, EACH, shown_name
from serai.loaders.vagrantfile.config.validate_provisioner import problems as of_provisioner
from serai.loaders.vagrantfile.ruby.values import Str, Sym
from serai.util.errors import Code, SeraiError, Where, did_you_mean
from serai.util.paths import expanduser, is_dir

Problem = tuple[Where, str, str]
"""(place, what is wrong, what to do)"""

HOSTNAME = re.compile(r"[A-Za-z0-9][-.A-Za-z0-9]*")
NETWORKS = ("forwarded_port", "private_network", "public_network")
PORTS = range(1, 65536)
DISKS = ("disk", "dvd", "floppy")
CONTENT_TYPES = frozenset(
    f"text/{kind}"
    for kind in ("cloud-boothook", "cloud-config", "cloud-config-archive", "jinja2", "part-handler", "upstart-job",
                 "x-include-once-url", "x-include-url", "x-shellscript")
)  # fmt: skip
WITHOUT_BOX = frozenset({"docker", "lxc", "managed", "aws", "azure", "google", "qemu", "xenserver"})
"""Providers whose machines may come from elsewhere than a box."""


def problems(loaded: list[Loaded], machines: dict[str, MachineConfig], root: Path) -> list[SeraiError]:
    """Each once, though all machines share what stands outside of them. `root`: what paths are relative to."""
    seen: dict[tuple[str, str], SeraiError] = {}
    for item in loaded:
        for where, what, hint in of_machine(item, machines[item.name], root):
            error = SeraiError(Code.INPUT, what, hint=hint, where=where)
            seen.setdefault((str(where), what), error)
    return list(seen.values())


def of_machine(item: Loaded, machine: MachineConfig, root: Path) -> Iterator[Problem]:
    file = item.defined.where
    if re.search(r"[\[\]{}/]", machine.name):
        yield file, f"machine {machine.name!r}: a name cannot have any of [ ] {{ }} /", "give it another name"
    yield from of_keys(item, machine)
    yield from of_box(machine, file)
    yield from of_networks(machine)
    yield from of_folders(machine, root)
    yield from of_disks(machine)
    yield from of_cloud_inits(machine)
    yield from of_order(item, machine)
    for entry in machine.provisioners:
        if not keys.is_provisioner(entry.type):
            hint = (
                did_you_mean(entry.type, sorted(keys.PROVISIONERS)) or f"there are {', '.join(keys.PROVISIONERS)}"
            )
            yield entry.where, f"machine {machine.name}: there is no provisioner {entry.type!r}", hint
        else:
            yield from of_provisioner(machine.name, entry, root)


def of_keys(item: Loaded, machine: MachineConfig) -> Iterator[Problem]:
    """Names that a known section does not have. Only the provider that is used is checked, as Vagrant does."""
    tables = {name: section.table for name, section in item.root.sections.items() if not section.table.loose}
    tables |= {
        f"provision {entry.type}": entry.config.table
        for entry in item.root.vm.provisioners
        if not entry.config.table.loose
    }
    tables[machine.provider] = keys.provider(machine.provider)
    for name, where in machine.unknown.items():
        section, _, key = name.partition(".")
        table = tables.get(section)
        if not key or table is None or (section in keys.PROVIDERS and section != machine.provider):
            continue
        known = [*table.keys, *table.aliases, *(method for method in table.methods if method[-1] != "=")]
        hint = did_you_mean(key, known) or "leave it out: Vagrant has no such setting there"
        yield where, f"{section.removeprefix('provision ')}.{key}: unknown setting", hint


def place(machine: MachineConfig, key: str, default: Where) -> Where:
    return machine.stated.get(key, default)


def of_box(machine: MachineConfig, file: Where) -> Iterator[Problem]:
    vm, name = machine.sections["vm"], f"machine {machine.name}"
    box, clone = vm.get("box"), vm.get("clone")
    if box is None and clone is None and machine.provider not in WITHOUT_BOX:
        yield place(machine, "vm.box", file), f"{name}: it has no box", 'write config.vm.box = "…"'
    elif box is not None and clone is not None:
        yield place(machine, "vm.clone", file), f"{name}: it has both a box and a clone", "keep one of them"
    elif box == "":
        yield place(machine, "vm.box", file), f"{name}: its box is empty", 'write config.vm.box = "…"'
    hostname = vm.get("hostname")
    if hostname is not None and not HOSTNAME.fullmatch(str(hostname)):
        hint = "a hostname has letters, digits, hyphens and dots, and begins with a letter or digit"
        yield place(machine, "vm.hostname", file), f"{name}: hostname {hostname!r} cannot be one", hint
    yield from of_version(machine, file)
    checksum, kind = vm.get("box_download_checksum"), vm.get("box_download_checksum_type")
    if bool(checksum) != bool(kind):
        where = place(machine, "vm.box_download_checksum", place(machine, "vm.box_download_checksum_type", file))
        yield where, f"{name}: a box's checksum needs both its value and its type", "state both, or neither"
    for key in ("allow_fstab_modification", "allow_hosts_modification"):
        if not isinstance(vm.get(key), bool):
            yield (
                place(machine, f"vm.{key}", file),
                f"{name}: vm.{key} is not true or false",
                "write true or false",
            )


def of_version(machine: MachineConfig, file: Where) -> Iterator[Problem]:
    wanted = machine.sections["vm"].get("box_version")
    if wanted in (None, ">= 0"):
        return
    from serai.util.gem_version import Malformed, requirement

    for part in str(wanted).split(","):
        try:
            requirement(part.strip())
        except Malformed:
            where = place(machine, "vm.box_version", file)
            yield (
                where,
                f"machine {machine.name}: box_version {part.strip()!r} is no constraint",
                'as ">= 1.2, < 2"',
            )


def of_networks(machine: MachineConfig) -> Iterator[Problem]:
    name = f"machine {machine.name}"
    used: set[tuple[str, ...]] = set()
    named = False
    for entry in machine.networks:
        options = entry.options
        if entry.type not in NETWORKS:
            hint = did_you_mean(entry.type, NETWORKS) or f"there are {', '.join(NETWORKS)}"
            yield entry.where, f"{name}: there is no network type {entry.type!r}", hint
        if "hostname" in options:
            if named:
                yield entry.where, f"{name}: more than one network sets the hostname", "let one of them do it"
            if "ip" not in options:
                yield entry.where, f"{name}: a network with hostname needs an ip", "add ip:"
            named = True
        if entry.type == "forwarded_port":
            yield from of_port(name, entry, used)
        kind = options.get("type")
        if entry.type == "private_network" and kind and kind != "dhcp" and "ip" not in options:
            yield (
                entry.where,
                f"{name}: a private network of type {kind!r} needs an ip",
                'add ip:, or type: "dhcp"',
            )


def of_port(name: str, entry: Entry, used: set[tuple[str, ...]]) -> Iterator[Problem]:
    options = entry.options
    guest, host = options.get("guest"), options.get("host")
    if not guest or not host:
        yield entry.where, f"{name}: a forwarded port needs both guest: and host:", "add the one that is missing"
        return
    key = (str(options.get("host_ip")), str(options.get("protocol")), str(host))
    if key in used:
        yield (
            entry.where,
            f"{name}: host port {host} ({options.get('protocol')}) is forwarded twice",
            "take another",
        )
    used.add(key)
    for port in (guest, host):
        if not isinstance(port, int) or port not in PORTS:
            yield entry.where, f"{name}: {port!r} is no port", "ports go from 1 to 65535"


def of_folders(machine: MachineConfig, root: Path) -> Iterator[Problem]:
    name = f"machine {machine.name}"
    used = set()
    for entry in machine.folders:
        options = entry.options
        if options.get("disabled"):
            continue
        guest, host = options.get("guestpath", ""), str(options.get("hostpath", ""))
        if not guest and not entry.id:
            yield entry.where, f"{name}: a synced folder needs a path in the guest, or a name", "add it"
        elif guest and not guest.startswith("/") and not re.match(r"\w+:", guest):
            yield entry.where, f"{name}: a folder's path in the guest is relative: {guest!r}", "begin it with /"
        elif guest and guest in used:
            yield entry.where, f"{name}: two folders are at {guest} in the guest", "give one another path"
        used.add(guest)
        if not options.get("create") and not is_dir(root / expanduser(host)):
            yield (
                entry.where,
                f"{name}: the folder {host!r} is not there on the host",
                "make it, or add create: true",
            )
        if entry.type == "nfs" and not options.get("nfs__quiet") and ("owner" in options or "group" in options):
            yield (
                entry.where,
                f"{name}: owner and group do nothing on NFS ({host})",
                "leave them out, or change type",
            )
        if "mount_options" in options and not isinstance(options["mount_options"], list):
            yield entry.where, f"{name}: mount_options is not a list", 'write mount_options: ["…"]'


def of_disks(machine: MachineConfig) -> Iterator[Problem]:
    name = f"machine {machine.name}"
    primary = [entry for entry in machine.disks if entry.options.get("primary") and entry.type == "disk"]
    if len(primary) > 1:
        yield primary[1].where, f"{name}: there is more than one primary disk", "let one be primary"
    seen: set[str] = set()
    for entry in machine.disks:
        if entry.type not in DISKS:
            yield entry.where, f"{name}: there is no disk type {entry.type!r}", f"there are {', '.join(DISKS)}"
        if not entry.id:
            yield entry.where, f"{name}: a disk needs a name", "add name:"
        elif entry.id in seen:
            yield entry.where, f"{name}: there are two disks {entry.id!r}", "give one another name"
        seen.add(entry.id)
        if entry.type == "disk" and not entry.options.get("size"):
            yield entry.where, f"{name}: disk {entry.id!r} has no size", 'add size: "10GB"'
        if entry.type == "dvd" and not entry.options.get("file"):
            yield entry.where, f"{name}: dvd {entry.id!r} has no file", "add file:"


def of_cloud_inits(machine: MachineConfig) -> Iterator[Problem]:
    name = f"machine {machine.name}"
    for entry in machine.cloud_inits:
        kind = entry.options.get("content_type")
        if entry.type != "user_data":
            yield (
                entry.where,
                f"{name}: cloud_init knows user_data alone, not {entry.type!r}",
                "leave the type out",
            )
        if not isinstance(kind, str) or kind not in CONTENT_TYPES:
            what = "has no content_type" if kind is None else f"knows no content_type {kind!r}"
            yield entry.where, f"{name}: cloud_init {what}", f"there are {', '.join(sorted(CONTENT_TYPES))}"
        if "path" in entry.options and "inline" in entry.options:
            yield entry.where, f"{name}: cloud_init has both path and inline", "keep one of them"


def of_order(item: Loaded, machine: MachineConfig) -> Iterator[Problem]:
    """`before` and `after` of provisioners."""
    name = f"machine {machine.name}"
    all_of_them = item.root.vm.provisioners
    for one in all_of_them:
        label = f"{name}: provisioner {shown_name(one) or one.type!r}"
        if one.before is not None and one.after is not None:
            yield one.where, f"{label} has both before and after", "keep one of them"
        for word in ("before", "after"):
            wanted = getattr(one, word)
            if wanted is None or wanted in (EACH, ALL):
                continue
            if isinstance(wanted, Sym) or not isinstance(wanted, Str):
                yield one.where, f"{label}: {word} is neither a name (a string), :each nor :all", f'{word}: "name"'
                continue
            others = [other for other in all_of_them if other is not one and shown_name(other) == wanted.s]
            if not others:
                yield one.where, f"{label}: {word} names {wanted.s!r}, and there is none", "name one that is there"
            elif any(other.before is not None or other.after is not None for other in others):
                hint = "name one that has neither before nor after"
                yield one.where, f"{label}: {word} names {wanted.s!r}, which itself hangs on another", hint
