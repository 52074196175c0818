"""A VagrantConfig as JSON without places: what is compared with what Vagrant itself makes of a file."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, MachineConfig, ProvisionerEntry, VagrantConfig


def document(config: VagrantConfig) -> dict[str, Any]:
    return {
        "machines": [of_machine(machine) for machine in config.machines.values()],
        "pushes": [of_entry(item) for item in config.pushes],
    }


def of_machine(machine: MachineConfig) -> dict[str, Any]:
    return {
        "name": machine.name,
        "primary": machine.primary,
        "autostart": machine.autostart,
        "declared": machine.declared,
        "sections": machine.sections,
        "networks": [of_entry(item) for item in machine.networks],
        "folders": [of_entry(item) for item in machine.folders],
        "disks": [of_entry(item) for item in machine.disks],
        "cloud_inits": [of_entry(item) for item in machine.cloud_inits],
        "provisioners": [of_provisioner(item) for item in machine.provisioners],
        "triggers": [of_entry(item) for item in machine.triggers],
        "providers": machine.providers,
        "unknown": sorted(machine.unknown),
    }


def of_entry(entry: Entry) -> dict[str, Any]:
    return {"type": entry.type, "id": entry.id, "options": entry.options}


def of_provisioner(entry: ProvisionerEntry) -> dict[str, Any]:
    return {
        "type": entry.type,
        "name": entry.name,
        "run": entry.run,
        "before": entry.before,
        "after": entry.after,
        "preserve_order": entry.preserve_order,
        "communicator_required": entry.communicator_required,
        "options": entry.options,
    }
