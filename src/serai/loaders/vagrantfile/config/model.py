"""What a Vagrantfile comes to: per machine, all keys merged and finished, as plain data.

Between the evaluator (which records and merges) and the mapping (which makes a spec of it). `Plain` is None, bool,
int, float, str (symbols too), list or dict; never a value of the evaluator. Keys have Vagrant's names, without
`config.`; options keep `provider__key` as written (`scoped` reads them).
"""

from __future__ import annotations

from typing import Any

import msgspec

from serai.util.errors import Where

Plain = Any


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One network, folder, disk, cloud_init or trigger: its type or name, its options, and its place."""

    type: str
    """network: forwarded_port, private_network, public_network · folder: its `type`, or "" · disk: disk, dvd,
    floppy · cloud_init: user_data · trigger: before or after"""
    id: str
    """What equal ones are merged by; for a folder the guest's path, for a disk its name."""
    options: dict[str, Plain]
    where: Where


class ProvisionerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One provisioner, in its final place. `before`/`after` are already worked in, and kept to be shown."""

    type: str
    name: str | None
    run: str | None
    """once, always, never; None: not stated (once)."""
    before: str | None = None
    after: str | None = None
    preserve_order: bool = False
    communicator_required: bool = True
    options: dict[str, Plain]
    """Finished, with the type's defaults. Methods that add (docker's `run`, salt's `pillar`, chef's `add_recipe`)
    are under their own name, as lists of what they were given."""
    where: Where


class MachineConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One machine for one provider: `provider` is the one that its blocks were run for."""

    name: str
    primary: bool
    autostart: bool
    provider: str
    declared: list[str]
    """Providers with a block, in the order of their first call."""
    sections: dict[str, dict[str, Plain]]
    """`vm`, `ssh`, `winrm`, `nfs`, `vagrant`, … and each plugin's namespace (hostmanager, vbguest, …): the keys
    that have a value that is not nil, defaults included."""
    stated: dict[str, Where]
    """`vm.box` → the place that set it last; keys that only have their default are not in it."""
    networks: list[Entry]
    folders: list[Entry]
    disks: list[Entry]
    cloud_inits: list[Entry]
    provisioners: list[ProvisionerEntry]
    triggers: list[Entry]
    providers: dict[str, dict[str, Plain]]
    """For every declared provider, what its blocks say, defaults left out; what adds up (`customize`, `storage`)
    is a list of what it was given: {"customize": [["modifyvm", ":id", "--memory", "512"]]}."""
    provider_places: dict[str, dict[str, Where]]
    """By key; of libvirt's lists each entry has its own, too: `storage[0]`."""
    unknown: dict[str, Where]
    """Namespaces and keys that nobody knows: `vm.memroy` → its place."""


class VagrantConfig(msgspec.Struct, frozen=True, kw_only=True):
    """All of a Vagrantfile. `machines` in the order of their first definition."""

    machines: dict[str, MachineConfig]
    pushes: list[Entry] = []
    notices: list[tuple[Where, str, str]] = []
    """(place, what, what to do): commands that were not run, plugins that are not known, …"""
    read: list[str] = []
    """Absolute paths of the files that it came from, and of those that it read or looked for."""
    looked_at: dict[str, str | None] = {}
    """Environment variables that it read, with their values: with `read`, what its result hangs on."""


def scoped(options: dict[str, Plain], provider: str) -> dict[str, Plain]:
    """Options as that provider sees them: `provider__key` over `key`, other providers' left out."""
    own = {key: value for key, value in options.items() if "__" not in key}
    prefix = f"{provider}__"
    return own | {key.removeprefix(prefix): value for key, value in options.items() if key.startswith(prefix)}


def text_of(value: Plain) -> str:
    """What Ruby's to_s makes of it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
