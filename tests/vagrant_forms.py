"""One form for two documents: what serai reads, and what a real Vagrant 2.3.4 and its plugins keep."""

from __future__ import annotations

import re
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

NEWER = {
    "vm": {"box_architecture", "box_download_disable_ssl_revoke_best_effort", "cloud_init_first_boot_only",
           "allow_fstab_modification"},
    "ssh": {"connect_retries", "connect_retry_delay", "disable_deprecated_algorithms", "key_type"},
}  # fmt: skip
NEWER["winssh"] = NEWER["ssh"] | {"forward_x11", "pty"}
"""Keys that this Vagrant does not have, or fills in later than here; winssh keeps two that cannot be set."""
COMPARED = ("libvirt", "virtualbox", "docker", "hyperv")
"""Providers whose plugins are there."""


def from_vagrant(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "machines": [vagrant_machine(machine) for machine in found["machines"]],
        "pushes": found["pushes"],
    }


def vagrant_machine(machine: dict[str, Any]) -> dict[str, Any]:
    folders = [folder(item["id"], item["options"]) for item in machine["folders"]]
    providers = {
        name: {key: value for key, value in keys.items() if value != {} or key not in ("sysinfo", "qemu_env")}
        for name, keys in machine["providers"].items()
    }
    return machine | {
        "providers": providers,
        "sections": {name: newer_out(name, keys) for name, keys in machine["sections"].items()},
        "networks": [network(item["type"], item["options"]) for item in machine["networks"]],
        "folders": folders,
        "disks": [{key: value for key, value in disk.items() if key != "id"} for disk in machine["disks"]],
        "cloud_inits": [
            {key: value for key, value in item.items() if key != "id"} for item in machine["cloud_inits"]
        ],
        "triggers": [vagrant_trigger(item) for item in machine["triggers"]],
    }


def vagrant_trigger(item: dict[str, Any]) -> dict[str, Any]:
    options = dict(item["options"])
    if "ruby_block" in options:
        options["ruby"] = options.pop("ruby_block")
    return item | {"options": options}


def newer_out(name: str, keys: dict[str, Any]) -> dict[str, Any]:
    out = NEWER.get(name, set())
    found = {key: value for key, value in keys.items() if key not in out}
    if "default" in found:
        found["default"] = {key: value for key, value in found["default"].items() if key not in out}
    return found


def network(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """Vagrant gives every network a protocol, and an id of its own where none is stated."""
    options = dict(options)
    if kind != "forwarded_port":
        options.pop("protocol", None)
    if UUID.fullmatch(str(options.get("id", ""))):
        del options["id"]
    return {"type": kind, "options": options}


def folder(ident: str, options: dict[str, Any]) -> dict[str, Any]:
    options = dict(options)
    kind = options.pop("type", "")
    return {"type": kind, "id": options.get("guestpath", ident), "options": options}


def from_serai(found: dict[str, Any]) -> dict[str, Any]:
    pushes = list(found["pushes"])
    return {"machines": [serai_machine(machine) for machine in found["machines"]], "pushes": pushes}


OWN_SECTIONS = ("vm", "ssh", "winrm", "winssh", "rdp", "nfs", "smb", "package", "vagrant", "solaris", "solaris11",
                "smartos", "windows")  # fmt: skip


def serai_machine(machine: dict[str, Any]) -> dict[str, Any]:
    return machine | {
        "sections": {name: newer_out(name, machine["sections"][name]) for name in OWN_SECTIONS},
        "networks": [network(item["type"], item["options"]) for item in machine["networks"]],
        "folders": [{**item, "options": dict(item["options"])} for item in machine["folders"]],
        "disks": [serai_disk(item) for item in machine["disks"]],
        "cloud_inits": [{"type": item["type"], **item["options"]} for item in machine["cloud_inits"]],
        "provisioners": [item | {"options": kept_options(item)} for item in machine["provisioners"]],
        "triggers": sorted(machine["triggers"], key=lambda item: item["type"] != "before"),
        "providers": {
            name: AS_KEPT.get(name, dict)(keys) for name, keys in machine["providers"].items() if name in COMPARED
        },
        "unknown": [name for name in machine["unknown"] if "." not in name],
    }


def serai_disk(item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": item["type"], "primary": False, "provider_config": {}}
    for key, value in item["options"].items():
        provider, _, inner = key.partition("__")
        if inner:
            found["provider_config"][provider] = {inner: value}
        elif isinstance(value, dict):
            found["provider_config"][key] = value
        else:
            found[key] = value
    return found | ({"name": item["id"]} if item["id"] else {})


def kept_options(item: dict[str, Any]) -> dict[str, Any]:
    """A provisioner's options as its plugin keeps them."""
    options = dict(item["options"])
    if item["type"] in ("docker", "podman"):
        options["__containers"] = {run["name"]: without(run, "name") for run in options.pop("run")}
        options["__build_images"] = [[one["path"], without(one, "path")] for one in options.pop("build_image")]
        options.setdefault("images", [])
    if item["type"] == "salt":
        options["pillar_data"] = options.pop("pillar")
    return options


def without(options: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != key}


def virtualbox(keys: dict[str, Any]) -> dict[str, Any]:
    result = dict(keys)
    if "customize" in result:
        result["customizations"] = [as_event(call) for call in result.pop("customize")]
    if "network_adapter" in result:
        result["network_adapters"] = {"1": ["nat", {}]} | result.pop("network_adapter")
    return result


def as_event(call: list[Any]) -> list[Any]:
    if len(call) == 2 and isinstance(call[1], list):
        event, argv = call
    else:
        event, argv = "pre-boot", call
    return [event, ["id" if item == ":id" else item for item in argv]]


def docker(keys: dict[str, Any]) -> dict[str, Any]:
    result = dict(keys)
    if "link" in result:
        result["links"] = result.pop("link")
    return result


LISTS = {
    "cpu_feature": ("cpu_features", {}),
    "hyperv_feature": ("features_hyperv", {}),
    "clock_timer": ("clock_timers", {}),
    "input": ("inputs", {}),
    "channel": ("channels", {}),
    "pci": ("pcis", {"domain": "0x0000"}),
    "usb": ("usbs", {}),
    "redirdev": ("redirdevs", {}),
    "redirfilter": ("redirfilters", {"class": -1, "vendor": -1, "product": -1, "version": -1}),
    "qemuargs": ("qemu_args", {}),
    "serial": ("serials", {"type": "pty"}),
}
HASHES = {
    "cputopology": ("cpu_topology", {}),
    "cpuaffinitiy": ("cpu_affinity", {}),
    "random": ("rng", {}),
    "watchdog": ("watchdog_dev", {"action": "reset"}),
    "usb_controller": ("usbctl_dev", {}),
    "smartcard": ("smartcard_dev", {"type": "spicevmc"}),
    "launchsecurity": ("launchsecurity_data", {"cbitpos": 47, "reducedPhysBits": 1, "policy": "0x0003"}),
    "disk_driver": ("disk_driver_opts", {}),
    "qemuenv": ("qemu_env", {}),
    "boot": ("boot_order", {}),
}
STORED = ("device", "type", "address_type", "size", "path", "bus", "cache", "allow_existing", "shareable",
"serial",
          "io", "copy_on_read", "discard", "detect_zeroes", "pool", "wwn")  # fmt: skip


def libvirt(keys: dict[str, Any]) -> dict[str, Any]:
    """The calls of methods as vagrant-libvirt stores them, with its defaults."""
    result = dict(keys)
    for name, (kept, defaults) in LISTS.items():
        if name in result:
            result[kept] = [defaults | entry for entry in result.pop(name)]
    for name, (kept, defaults) in HASHES.items():
        if name in result:
            value = result.pop(name)
            result[kept] = defaults | value if isinstance(value, dict) else value
    for entry in result.pop("storage", ()):
        store(result, entry)
    if "memorybacking" in result:
        result["memory_backing"] = [
            {"name": entry["name"], "config": without(entry, "name")} for entry in result.pop("memorybacking")
        ]
    if "memtune" in result:
        result["memtunes"] = {
            kind: {"value": entry["value"], "config": {"unit": "KiB"} | entry.get("options", {})}
            for kind, entry in result.pop("memtune").items()
        }
    return result


def store(result: dict[str, Any], entry: dict[str, Any]) -> None:
    if entry.get("device") == "cdrom":
        found = {"type": "raw", "bus": "ide"} | entry
        result.setdefault("cdroms", []).append(
            {key: found[key] for key in ("type", "dev", "bus", "path") if key in found}
        )
    elif entry.get("device") == "floppy":
        found = {"bus": "fdc"} | entry
        result.setdefault("floppies", []).append(
            {key: found[key] for key in ("dev", "bus", "path") if key in found}
        )
    else:
        found = {"type": "qcow2", "size": "10G", "bus": "virtio", "cache": "default"} | entry
        result.setdefault("disks", []).append({key: found[key] for key in STORED if key in found})


AS_KEPT = {"libvirt": libvirt, "virtualbox": virtualbox, "docker": docker}
