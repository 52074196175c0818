"""`config.vm.network` → `networks:` of the machine and of the project (VAG-6, VAG-7, VAG-8, VAG-9)."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Interface, IPv6Network
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, MachineConfig, Plain
from serai.loaders.vagrantfile.mapping.container_networks import contained
from serai.loaders.vagrantfile.mapping.draft import Draft, Options, listed, number, truth
from serai.loaders.vagrantfile.mapping.forward import forwarded
from serai.loaders.vagrantfile.mapping.wires import KEYS as TUNNEL
from serai.loaders.vagrantfile.mapping.wires import wire
from serai.util.errors import Where

MODELS = {
    "virtio": "virtio",
    "virtio-net-pci": "virtio",
    "e1000": "e1000",
    "e1000e": "e1000e",
    "rtl8139": "rtl8139",
    "82540em": "e1000",
    "82543gc": "e1000",
    "82545em": "e1000",
    "vmxnet3": "virtio",
}
"""Cards of libvirt, VirtualBox and VMware -> serai's. Source: VBoxManage(1), --nictype; vmx(5)."""
MODES = {"nat": "nat", "route": "route", "open": "open", "none": "isolated", "veryisolated": "isolated"}
RANGES = (("dhcp_start", "dhcp_stop"), ("dhcp_lower", "dhcp_upper"))
"""libvirt's and VirtualBox's words for the addresses that DHCP gives."""
PLACES = "the engine says where on the bus a card is"
LEFT = "serai's networks have no such switch"
BOOTP = "serai's networks boot nobody: that needs a server of your own on it"
SOCKETS = "it states no whole tunnel: a type, and the ports of its ends"
VBOX = "it is about VirtualBox's own networks"
REASONS = {
    "adapter": "cards are in the order in which they are written",
    "iface_name": "the engine names the tap device, and removes it",
    "bus": PLACES,
    "slot": PLACES,
    "driver_iommu": PLACES,
    "autostart": "a network is there while its machines are",
    "always_destroy": "a network that serai made goes with the last machine of the project",
    "bridge_stp": LEFT,
    "bridge_delay": LEFT,
    "guest_ipv6": "IPv6 is on a network that has such addresses; the guest's own is not touched",
    "ipv6_prefix": "no ipv6_address is stated",
    "dhcp_ip": VBOX,
    "adapter_ip": VBOX,
    "name": VBOX,
    "host_ip": "the host has the first address of the subnet, where the provider puts it on the network",
    "forward_device": "libvirt takes the device of the host's default route",
    "dhcp_bootp_file": BOOTP,
    "dhcp_bootp_server": BOOTP,
    "tftp_root": BOOTP,
    **dict.fromkeys(TUNNEL, SOCKETS),
    "auto_config": "serai tells a guest all of its addresses: write the card's own settings by a provisioner",
    "hostname": "machines find each other by name anyway",
    "gateway": "a private network leads nowhere: the default route is the uplink's",
    "route": "the default route is the uplink's",
    "use_dhcp_assigned_default_route": "the guest takes the route that DHCP gives with the lower metric",
    "ovs_interfaceid": "the engine gives the port its id",
    "type": "the address says it",
    "lxc__bridge_name": "it is LXC's",
}


def map_networks(draft: Draft, subnets: Subnets) -> None:
    """All entries, in their order."""
    for entry in draft.config.networks:
        if entry.type == "forwarded_port":
            draft.attempt("forwarded_port", entry.where, forwarded, draft, entry)
        elif entry.type == "private_network":
            draft.attempt("private_network", entry.where, _private, draft, entry, subnets)
        elif entry.type == "public_network":
            draft.attempt("public_network", entry.where, _public, draft, entry)
        else:
            draft.dropped(f"network {entry.type}", entry.where, "there is no such kind of network")


class Subnets:
    """The private networks of the whole file: machines with addresses of one subnet share one (VAG-6)."""

    def __init__(self) -> None:
        self.networks: dict[str, dict[str, Any]] = {}
        self.places: dict[str, Where] = {}
        self._by_subnet: dict[IPv4Network, str] = {}

    def learn(self, options: dict[str, Plain]) -> None:
        """See a subnet before names are given: the widest of those that overlap counts."""
        subnet = subnet_of(options)
        if subnet is not None and not wire(options) and not _named(options):
            self._by_subnet.setdefault(subnet, "")

    def name(self, options: dict[str, Plain], where: Where) -> str:
        """The network of an interface, made when it is new."""
        subnet, joined = subnet_of(options), wire(options)
        stated = joined or _named(options)
        if subnet is not None and not stated:
            subnet = max(
                (one for one in self._by_subnet if one.supernet_of(subnet)), key=lambda one: one.num_addresses
            )
        name = stated or (_short(subnet) if subnet is not None else _short6(options) or "private-dhcp")
        network = self.networks.setdefault(name, {})
        self.places.setdefault(name, where)
        if joined:
            network["dhcp"] = False  # a wire has machines at its ends alone
        if subnet is not None:
            network.setdefault("subnet", str(subnet))
        return name


def subnet_of(options: dict[str, Plain]) -> IPv4Network | None:
    """What `ip` and `netmask`, `network_address` or docker's `subnet` say; None for what is no IPv4.

    A netmask that is none counts as one that is not stated.
    """
    if subnet := options.get("subnet") or options.get("docker_network__subnet"):
        try:
            return IPv4Network(str(subnet), strict=False)
        except ValueError:
            return None
    address = options.get("ip") or options.get("network_address")
    stated = options.get("netmask")
    mask = stated if stated and _is_netmask(stated) else "255.255.255.0"
    try:
        return IPv4Network(f"{address}/{mask}", strict=False) if address else None
    except ValueError:
        return None


def _is_netmask(value: Plain) -> bool:
    """Of IPv4, as 255.255.255.0 or 24."""
    try:
        IPv4Network(f"0.0.0.0/{value}")
    except ValueError:
        return False
    return True


def _named(options: dict[str, Plain]) -> str:
    """The name that the file gives the network: libvirt's, or that of VirtualBox's internal network."""
    inner = options.get("intnet")
    name = options.get("network_name") or (("intnet" if inner is True else inner) if inner else "")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", str(name)).strip("-._")[:63] if name else ""


def _short(subnet: IPv4Network) -> str:
    octets = str(subnet.network_address).split(".")
    return "net-" + ".".join(octets[: max(1, -(-subnet.prefixlen // 8))])


def _short6(options: dict[str, Plain]) -> str:
    """The network of an IPv6 address, by the part of it that all its machines have."""
    if ":" not in str(options.get("ip") or ""):
        return ""
    network = _interface6(options).network
    words = network.network_address.exploded.split(":")[: max(1, -(-network.prefixlen // 16))]
    return "net6-" + "-".join(word.lstrip("0") or "0" for word in words)


def _interface6(options: dict[str, Plain]) -> IPv6Interface:
    """Vagrant takes 64 for the prefix of an IPv6 address that states none."""
    mask = str(options.get("netmask") or "")
    return IPv6Interface(f"{options['ip']}/{mask if mask.isdecimal() else 64}")


def _private(draft: Draft, entry: Entry, subnets: Subnets) -> None:
    options = Options.of(draft, "private_network", entry)
    known = private_options(draft.config, entry)
    ip = str(known.get("ip") or "")
    name = subnets.name(known, entry.where)
    network = subnets.networks[name]
    options.quiet("type")
    for key in TUNNEL if wire(known) else ():
        options.take(key)
    for key in ("network_name", "intnet", "network_address", "netmask", "subnet", "docker_network__subnet"):
        options.take(key)
    mask = known.get("netmask")
    if mask and (ip or known.get("network_address")) and ":" not in ip and not _is_netmask(mask):
        options.refuse("netmask", f"{mask!r} is no netmask")
    nic: dict[str, Any] = {"network": name}
    if ":" in ip:
        options.take("ip")
        nic["ipv6"] = str(_interface6(known))
    elif ip:
        nic["address"] = options.take("ip")
    _network(options, network)
    if draft.contained:
        _mac(options, nic)
        contained(draft, options, network, nic)
    else:
        _card(options, nic)
    if mtu := number(options.take("mtu")):
        network["mtu"] = mtu
    draft.append(("networks",), {"private": nic}, "", entry.where)
    options.done(f"networks[{len(draft.data['networks']) - 1}].private", REASONS)


def private_options(config: MachineConfig, entry: Entry) -> dict[str, Plain]:
    """As the provider sees them. To docker `name` is a network that it has already."""
    from serai.loaders.vagrantfile.mapping.draft import seen

    options = seen(entry.options, config.provider)
    if config.provider == "docker" and options.get("name"):
        options.setdefault("network_name", options["name"])
    return options


def _network(options: Options, network: dict[str, Any]) -> None:
    """What libvirt's options say of the network itself."""
    if mode := options.take("forward_mode"):
        if str(mode) in MODES:
            network["mode"] = MODES[str(mode)]
        else:
            options.drop("forward_mode", f"there is no mode {mode}")
    if (dhcp := options.take("dhcp_enabled")) is not None and not truth(dhcp):
        network["dhcp"] = False
    if first := options.take("ipv6_address"):
        network["ipv6"] = str(IPv6Network(f"{first}/{options.take('ipv6_prefix') or 64}", strict=False))
    if domain := options.take("domain_name"):
        network["domain"] = str(domain)
    for first, last in RANGES:
        low, high = options.take(first), options.take(last)
        if low and high:
            network["dhcp_range"] = f"{low}-{high}"
        elif low or high:
            options.drop(first if low else last, f"a range has both, {first} and {last}")


def _card(options: Options, nic: dict[str, Any]) -> None:
    """What every interface of a virtual machine may state."""
    _mac(options, nic)
    for key in ("model_type", "nic_type"):
        if stated := options.take(key):
            if (model := MODELS.get(str(stated).lower())) is None:
                options.drop(key, f"QEMU has no card {stated}; virtio is taken")
            elif model != "virtio":
                nic["model"] = model
    if queues := number(options.take("driver_queues")):
        nic["queues"] = queues
    if driver := options.take("driver_name"):
        nic["vhost"] = str(driver) == "vhost"
    if truth(options.take("trust_guest_rx_filters")):
        nic["trust_guest_rx_filters"] = True


def _mac(options: Options, nic: dict[str, Any]) -> None:
    if mac := options.take("mac"):
        if (text := mac_of(mac)) is None:
            options.drop("mac", "the engine is left to choose, as `auto` says" if mac == "auto" else "it is none")
        else:
            nic["mac"] = text


def mac_of(value: Plain) -> str | None:
    """An address with its colons; VirtualBox writes none."""
    digits = re.sub(r"[:.-]", "", str(value))
    if not re.fullmatch(r"[0-9A-Fa-f]{12}", digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)).lower()


def _public(draft: Draft, entry: Entry) -> None:
    options = Options.of(draft, "public_network", entry)
    nic: dict[str, Any] = {}
    because = _join(draft, options, nic)
    if ip := options.take("ip"):
        mask = options.take("netmask") or "255.255.255.0"
        try:
            nic["address"] = f"{ip}/{IPv4Network(f'0.0.0.0/{mask}').prefixlen}"
        except ValueError:
            nic["address"] = f"{ip}/{mask}"
        if gateway := options.take("gateway"):
            nic["gateway"] = str(gateway)
    if portgroup := options.take("portgroup"):
        nic["portgroup"] = str(portgroup)
    _mac(options, nic) if draft.contained else _card(options, nic)
    if mtu := number(options.take("mtu")):
        nic["mtu"] = mtu
    draft.append(("networks",), {"public": nic}, "", entry.where)
    options.done(f"networks[{len(draft.data['networks']) - 1}].public", REASONS, because)


def _join(draft: Draft, options: Options, nic: dict[str, Any]) -> str:
    """What it is joined by (VAG-9), and a word to it."""
    kind, dev, bridges = options.take("type"), options.take("dev"), listed(options.take("bridge"))
    if draft.contained and (named := options.take("bridge_name")):  # vagrant-lxc's
        bridges = [named]
    mode = options.take("mode")
    if name := options.take("network_name"):
        nic["network_name"] = str(name)
        return ""
    if truth(options.take("ovs")):
        nic["ovs"] = True
    if dev and (str(kind) == "bridge" or nic.get("ovs")):
        nic["bridge"] = str(dev)
        return ""
    if dev:
        nic["dev"] = str(dev)
        if mode and str(mode) != "bridge":
            nic["mode"] = str(mode)
        return ""
    return _bridged(draft, [str(bridge) for bridge in bridges], nic)


def _bridged(draft: Draft, names: list[str], nic: dict[str, Any]) -> str:
    """VirtualBox calls a device of the host a bridge, too; the first name that this host has counts."""
    for name in names:
        short = name.partition(":")[0].strip()
        if short in draft.host.interfaces:
            bridge = draft.host.interfaces[short]
            nic["bridge" if bridge or nic.get("ovs") else "dev"] = short
            return "" if bridge else f"{short} is no bridge: the card is joined to it by macvtap"
    if len(names) == 1 and (re.match(r"(br|virbr|vmbr|ovs)[-\w]*$", names[0]) or nic.get("ovs")):
        nic["bridge"] = names[0]
        return ""
    return f"this host has no interface {' or '.join(names)}: `serai up` asks" if names else "`serai up` asks"
