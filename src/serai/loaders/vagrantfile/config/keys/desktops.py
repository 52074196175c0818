"""Provider blocks of other hypervisors: hyperv, vmware, parallels, qemu, xenserver."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import Table, arguments, concatenated, updated
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Value


def finish_hyperv(keys: dict[str, Any]) -> None:
    linked = bool(keys["linked_clone"] or keys["differencing_disk"])
    keys["linked_clone"] = keys["differencing_disk"] = linked
    keys["enable_automatic_checkpoints"] = bool(keys["enable_automatic_checkpoints"])
    keys["enable_checkpoints"] = bool(keys["enable_checkpoints"] or keys["enable_automatic_checkpoints"])


HYPERV = Table(
    name="hyperv",
    keys={
        "memory": None,  # MB
        "maxmemory": None,
        "cpus": None,
        "vmname": None,
        "vlan_id": None,
        "mac": None,
        "ip_address_timeout": 120,  # seconds
        "linked_clone": False,
        "differencing_disk": False,
        "auto_start_action": "Nothing",
        "auto_stop_action": "ShutDown",
        "enable_checkpoints": True,
        "enable_automatic_checkpoints": False,
        "enable_virtualization_extensions": False,
        "enable_enhanced_session_mode": False,
        "vm_integration_services": {},
    },
    initial={"vm_integration_services": {}},
    finish=finish_hyperv,
)
VMWARE = Table(
    name="vmware_desktop",
    keys={
        "vmx": {},
        "gui": False,
        "memory": None,
        "cpus": None,
        "linked_clone": True,
        "clone_directory": None,
        "base_mac": None,
        "base_address": None,
        "functional_hgfs": True,
        "unmount_default_hgfs": True,
        "enable_vmrun_ip_lookup": True,
        "force_vmware_license": None,
        "nat_device": None,
        "port_forward_network_pause": 0,  # seconds
        "shared_folder_special_char": None,
        "ssh_info_public": False,
        "utility_host": None,
        "utility_port": None,
        "utility_certificate_path": None,
        "verify_vmnet": True,
        "allowlist_verified": None,
        "whitelist_verified": None,
    },
    initial={"vmx": {}},
    joined={"vmx": updated},
)


def customize(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    event = args[0] if args and isinstance(args[0], Str) else None
    command = args[0] if event is None and args else args[1] if len(args) > 1 else None
    calls = section.values.setdefault("customize", Array())
    calls.append(command if event is None or event.s == "pre-boot" else Array([event, command]))
    return calls


def network_adapter(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    adapters = section.values.setdefault("network_adapter", Hash())
    adapters[Str(rt.to_s(args[0] if args else None))] = Array([args[1] if len(args) > 1 else None, options])
    return None


PARALLELS = Table(
    name="parallels",
    keys={
        "name": None,
        "memory": None,
        "cpus": None,
        "customize": [],
        "check_guest_tools": True,
        "update_guest_tools": False,
        "linked_clone": True,
        "linked_clone_snapshot": None,
        "functional_psf": True,
        "optimize_power_consumption": True,
        "destroy_unused_network_interfaces": False,
        "regen_src_uuid": True,
        "network_adapter": {},
        "use_linked_clone": None,
    },
    methods={"customize": customize, "network_adapter": network_adapter},
    joined={"customize": concatenated},
)
QEMU = Table(
    name="qemu",
    keys=dict.fromkeys(
        ("ssh_host", "ssh_port", "ssh_auto_correct", "arch", "machine", "cpu", "smp", "memory", "net_device",
         "drive_interface", "image_path", "qemu_bin", "qemu_dir", "extra_qemu_args", "extra_netdev_args",
         "extra_drive_args", "control_port", "debug_port", "no_daemonize", "firmware_format", "other_default",
         "extra_image_opts", "disk_resize")
    ),
    loose=True,
)  # fmt: skip
XENSERVER = Table(
    name="xenserver",
    keys=dict.fromkeys(
        ("xs_host", "xs_port", "xs_username", "xs_password", "xs_use_ssl", "name", "pv", "hvm", "memory", "vcpus",
         "xva_url", "use_himn", "use_himn_as_control", "additional_disks", "api_timeout", "storage_repository",
         "sr_uuid")
    ),
    loose=True,
)  # fmt: skip
