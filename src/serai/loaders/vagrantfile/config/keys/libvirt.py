"""The provider block of libvirt (vagrant-libvirt 0.12): all of its options.

What its methods add is under the method's name: a list of the options of each call (`storage`, `cpu_feature`,
`pci`,
…), or the options of the last call (`watchdog`, `random`, …). `boot` lists devices. `memorybacking` lists
{"name": "access", "mode": "shared"}. `memtune` maps types to what was given. Options that were not given are
not in it.
"""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import (
    Method,
    Table,
    arguments,
    concatenated,
    deeply_updated,
    option,
    put,
    truthy,
    unless_empty,
    updated,
)
from serai.loaders.vagrantfile.ruby.values import Array, Hash, Str, Value

CONNECTION = {
    "uri": None,
    "driver": "kvm",
    "host": None,
    "port": None,
    "connect_via_ssh": False,
    "username": None,
    "password": None,
    "id_ssh_key_file": None,
    "socket": None,
    "proxy_command": None,
    "system_uri": None,
    "qemu_use_session": False,
    "default_prefix": None,
    "random_hostname": False,
    "storage_pool_name": "default",
    "storage_pool_path": None,
    "snapshot_pool_name": None,
    "forward_ssh_port": False,
    "host_device_exclude_prefixes": ["docker", "macvtap", "virbr", "vnet"],
}
MANAGEMENT = {
    "mgmt_attach": True,
    "management_network_name": "vagrant-libvirt",
    "management_network_address": "192.168.121.0/24",
    "management_network_mode": "nat",
    "management_network_device": "virbr0",
    "management_network_mac": None,
    "management_network_guest_ipv6": "yes",
    "management_network_autostart": False,
    "management_network_pci_bus": None,
    "management_network_pci_slot": None,
    "management_network_domain": None,
    "management_network_mtu": None,
    "management_network_keep": False,
    "management_network_driver_iommu": False,
    "management_network_iface_name": None,
    "management_network_model_type": None,
    "nic_model_type": None,
    "nic_adapter_count": 8,
}
DOMAIN = {
    "title": "",
    "description": "",
    "uuid": "",
    "memory": 512,  # MB
    "nodeset": None,
    "cpus": 1,
    "cpuset": None,
    "cpu_mode": "host-model",
    "cpu_model": None,
    "cpu_fallback": "allow",
    "shares": None,
    "nested": False,
    "kvm_hidden": False,
    "numa_nodes": None,
    "features": ["acpi", "apic", "pae"],
    "clock_offset": "utc",
    "clock_absolute": None,
    "clock_adjustment": None,
    "clock_basis": "utc",
    "clock_timezone": None,
    "machine_type": None,
    "machine_arch": None,
    "emulator_path": None,
    "loader": None,
    "nvram": None,
    "kernel": None,
    "initrd": None,
    "cmd_line": "",
    "dtb": None,
    "sysinfo": {},
    "autostart": False,
    "suspend_mode": "pause",
    "qemu_use_agent": False,
    "machine_virtual_size": None,  # GB
    "disk_bus": None,
    "disk_device": None,
    "disk_address_type": None,
    "disk_controller_model": None,
    "volume_cache": None,
    "graphics_type": "vnc",
    "graphics_port": None,
    "graphics_websocket": None,
    "graphics_autoport": None,
    "graphics_ip": None,
    "graphics_passwd": None,
    "graphics_gl": None,
    "video_type": None,
    "video_vram": 16384,  # KiB
    "video_accel3d": False,
    "keymap": "en-us",
    "sound_type": None,
    "memballoon_enabled": None,
    "memballoon_model": "virtio",
    "memballoon_pci_bus": "0x00",
    "memballoon_pci_slot": "0x0f",
    "tpm_model": "tpm-tis",
    "tpm_type": "passthrough",
    "tpm_path": None,
    "tpm_version": None,
}


def adds(name: str, *needed: str, only: tuple[str, ...] = ()) -> Method:
    """A method whose calls add up within a scope; `needed` options must not be nil, `only` these are kept."""

    def call(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
        options = checked(rt, name, args, needed)
        if only:
            options = kept(options, only)
        calls = section.values.get(name)
        if not isinstance(calls, Array):
            calls = section.values[name] = Array()
        calls.append(options)
        return calls

    return call


def holds(name: str, *needed: str, whole: bool = False, only: tuple[str, ...] = ()) -> Method:
    """A method that changes one hash: key by key, or as a whole."""

    def call(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
        options = checked(rt, name, args, needed)
        if only:
            options = kept(options, only)
        held = section.values.get(name)
        section.values[name] = updated(held, options) if isinstance(held, Hash) and not whole else options
        return options

    return call


def checked(rt: Any, name: str, args: list[Value], needed: tuple[str, ...]) -> Hash:
    _, options = arguments(args)
    missing = [key for key in needed if option(options, key) is None]
    if missing:
        raise rt.raised("RuntimeError", f"libvirt's {name} needs {', '.join(f':{key}' for key in missing)}")
    return options


def kept(options: Hash, only: tuple[str, ...]) -> Hash:
    return Hash((key, value) for key, value in options.items() if str(key) in only)


def boot(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values.setdefault("boot", Array()).extend(args[:1])
    return section.values["boot"]


def memorybacking(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    name = str(args[0]) if args else ""
    needed = {"source": "type", "access": "mode", "allocation": "mode"}.get(name)
    if needed and option(options, needed) is None:
        raise rt.raised("RuntimeError", f"libvirt's memorybacking :{name} needs :{needed}")
    entry = Hash()
    put(entry, "name", Str(name))
    calls = section.values.setdefault("memorybacking", Array())
    calls.append(updated(entry, options))
    return calls


LIMITS = ("hard_limit", "soft_limit", "swap_hard_limit")


def memtune(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    options = checked(rt, "memtune", args, ("type", "value"))
    kind = rt.to_s(option(options, "type"))
    if kind not in LIMITS:
        raise rt.raised("RuntimeError", f"libvirt's memtune has no type {kind!r}, there are {', '.join(LIMITS)}")
    entry = Hash()
    put(entry, "value", option(options, "value"))
    if truthy(option(options, "options")):
        put(entry, "options", option(options, "options"))
    held = section.values.setdefault("memtune", Hash())
    held[Str(kind)] = entry
    return entry


def affinity(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    _, options = arguments(args)
    held = section.values.setdefault("cpuaffinitiy", Hash())
    for vcpu, cpus in options.items():
        held[vcpu] = cpus
    return held


def storage(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    args, options = arguments(args)
    if not args or rt.to_s(args[0]) != "file":
        rt.warn("libvirt's storage knows :file alone: this one has no effect", "write storage :file, …")
        return None
    calls = section.values.setdefault("storage", Array())
    calls.append(options)
    return calls


def launchsecurity(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    _, options = arguments(args)
    if rt.to_s(option(options, "type")) != "sev":
        raise rt.raised("RuntimeError", "libvirt's launchsecurity knows the type 'sev' alone")
    section.values["launchsecurity"] = options
    return options


def qemuargs(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    _, options = arguments(args)
    calls = section.values.setdefault("qemuargs", Array())
    if truthy(option(options, "value")):
        calls.append(options)
    return calls


def placed(name: str, act: Method) -> Method:
    """The method, which notes the place of each call that adds to a list."""

    def call(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
        where = rt.where
        result = act(section, rt, args, block)
        held = section.values.get(name)
        if isinstance(held, Array) and held:
            section.calls.setdefault(id(held[-1]), (held[-1], where))
        return result

    return call


DRIVER = ("cache", "io", "copy_on_read", "discard", "detect_zeroes", "type")
METHODS: dict[str, Method] = {
    "boot": boot,
    "cpu_feature": adds("cpu_feature", "name", "policy"),
    "hyperv_feature": adds("hyperv_feature", "name", "state"),
    "clock_timer": adds("clock_timer", "name"),
    "cputopology": holds("cputopology", "sockets", "cores", "threads", only=("sockets", "cores", "threads")),
    "cpuaffinitiy": affinity,
    "cpuaffinity": affinity,
    "memorybacking": memorybacking,
    "memtune": memtune,
    "launchsecurity": launchsecurity,
    "input": adds("input", "type", "bus", only=("type", "bus")),
    "channel": adds("channel", "type"),
    "random": holds("random", only=("model",)),
    "pci": adds("pci", "bus", "slot", "function"),
    "watchdog": holds("watchdog", "model", only=("model", "action")),
    "usb_controller": holds("usb_controller", "model", only=("model", "ports")),
    "usb": adds("usb"),
    "redirdev": adds("redirdev", "type"),
    "redirfilter": adds("redirfilter", "allow"),
    "smartcard": holds("smartcard", "mode", whole=True),
    "disk_driver": holds("disk_driver", whole=True, only=DRIVER),
    "storage": storage,
    "qemuargs": qemuargs,
    "qemuenv": holds("qemuenv"),
    "serial": adds("serial"),
}
ATTRIBUTES = {
    "cpu_features": "cpu_feature",
    "features_hyperv": "hyperv_feature",
    "clock_timers": "clock_timer",
    "cpu_topology": "cputopology",
    "cpu_affinity": "cpuaffinitiy",
    "memory_backing": "memorybacking",
    "memtunes": "memtune",
    "launchsecurity_data": "launchsecurity",
    "inputs": "input",
    "channels": "channel",
    "rng": "random",
    "pcis": "pci",
    "watchdog_dev": "watchdog",
    "usbctl_dev": "usb_controller",
    "usbs": "usb",
    "redirdevs": "redirdev",
    "redirfilters": "redirfilter",
    "smartcard_dev": "smartcard",
    "disk_driver_opts": "disk_driver",
    "disks": "storage",
    "qemu_args": "qemuargs",
    "qemu_env": "qemuenv",
    "serials": "serial",
    "boot_order": "boot",
}
"""What the plugin keeps a method's calls in, and can be read or set as a whole."""

LIBVIRT = Table(
    name="libvirt",
    keys=CONNECTION | MANAGEMENT | DOMAIN | dict.fromkeys(METHODS),
    aliases=ATTRIBUTES,
    methods={name: placed(name, act) for name, act in METHODS.items()},
    joined={
        "boot": unless_empty,
        "storage": concatenated,
        "clock_timer": concatenated,
        "input": concatenated,
        "serial": concatenated,
        "memtune": updated,
        "disk_driver": updated,
        "sysinfo": deeply_updated,
        "qemuenv": updated,
    },
)
