"""The project's networks in libvirt: made when the first machine needs them, gone with the last; reservations.

A network is found by its name, `serai-ID-NAME`: libvirt before 9.7 gives networks no metadata.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Interface, IPv4Network
from typing import Any
from xml.etree import ElementTree

from serai.providers.contract import Materials, Scope
from serai.providers.kinds import of_containers
from serai.providers.libvirt import networks_xml, subnets, there
from serai.providers.libvirt.binding import code_of, is_gone, library
from serai.providers.libvirt.connect import asking, is_remote, opened, uris_of
from serai.providers.libvirt.network_changes import differences
from serai.providers.libvirt.networks_xml import Host
from serai.providers.libvirt.occupants import guests_of_others, joined, resting, running_on
from serai.providers.libvirt.subnets import parse
from serai.spec.network import Network, NetworkMode
from serai.util import paths
from serai.util.errors import Code, SeraiError
from serai.util.locks import lock

DEFAULT = "default"
"""libvirt's own NAT network, which its packages bring."""
UPLINK = "serai-uplink"
"""The NAT network that serai makes where `default` is not there, or cannot be started; all projects share it."""


@contextmanager
def changing() -> Iterator[None]:
    """Only one process of this user chooses subnets, bridges and addresses at a time."""
    with lock(paths.runtime() / "libvirt-networks.lock", what="the table of networks", note="serai"):
        yield


def own_name(scope: Scope, name: str) -> str:
    """What libvirt calls a network of the project's."""
    return f"serai-{scope.project_id}-{name}"


def source_of(scope: Scope, name: str, network: Network) -> str:
    """The libvirt network that an interface on the project's network `name` is joined to."""
    return network.external or own_name(scope, name)


def find(conn: Any, name: str) -> Any:
    """The network, or None."""
    libvirt = library()
    try:
        return conn.networkLookupByName(name)
    except libvirt.libvirtError as error:
        if is_gone(error):
            return None
        raise


def trees(conn: Any, without: Collection[str] = ()) -> dict[str, ElementTree.Element]:
    """All networks of this libvirt by name, but some."""
    return {
        network.name(): tree
        for network, tree in there.each(conn.listAllNetworks(), parse)
        if network.name() not in without
    }


def routes_of(conn: Any) -> dict[IPv4Network, str]:
    """Routes of the daemon's host, as far as we can see them: on another host libvirt itself must tell."""
    return {} if is_remote(conn.getURI()) else subnets.read_routes()


def _foreign_routes(conn: Any, name: str) -> dict[IPv4Network, str]:
    """All but those over the bridge of the network itself."""
    found = find(conn, name)
    own = found.bridgeName() if found is not None and found.isActive() else ""
    return {subnet: device for subnet, device in routes_of(conn).items() if device != own}


def in_use(scope: Scope) -> set[str]:
    """The subnets that are taken at the project's libvirts, its own networks not counted."""
    found: set[str] = set()
    for uri in uris_of(scope):
        conn = opened(uri)
        mine = {name for name in trees(conn) if name.startswith(own_name(scope, ""))}
        bridges = set(subnets.bridges_of([tree for name, tree in trees(conn).items() if name in mine]))
        routes = {subnet: device for subnet, device in routes_of(conn).items() if device not in bridges}
        found |= {str(subnet) for subnet in subnets.taken(trees(conn, mine), routes)}
    return found


def ensure(conn: Any, scope: Scope, name: str, network: Network, materials: Materials) -> Any:
    """The project's network, active, made anew where it is otherwise than wanted and nothing runs on it.

    Raises Code.BUSY when its subnet is somebody else's.
    """
    if network.external:
        return _active(conn, network.external, f"networks.{name}.external")
    _no_containers(name, network)
    own = own_name(scope, name)
    with changing():
        found = find(conn, own)
        if found is None:
            found = _define(conn, scope, name, network, materials)
        elif any(differences(network, parse(found))) and not running_on(conn, found):
            found = _anew(conn, scope, name, network, materials, found)
        if not found.isActive():
            with asking(f"networks.{name} cannot be started", hint="ip route and virsh net-list show why"):
                found.create()
            found.setAutostart(1)
    return found


def _no_containers(name: str, network: Network) -> None:
    """Raise for the first key that only container engines have."""
    for key in (key for key, stated in of_containers(network).items() if stated):
        why = "libvirt has no such networks, container engines have"
        raise SeraiError(Code.UNSUPPORTED, f"networks.{name}.{key}: {why}", hint="mode says what libvirt makes")


def _active(conn: Any, name: str, key: str) -> Any:
    """A network that somebody else made, started if it was not."""
    found = find(conn, name)
    if found is None:
        known = ", ".join(sorted(network.name() for network in conn.listAllNetworks())) or "none"
        raise SeraiError(Code.MISSING, f"{key}: libvirt has no network {name!r}", hint=f"there are {known}")
    if not found.isActive():
        with asking(f"{key}: network {name} cannot be started"):
            found.create()
    return found


def _define(conn: Any, scope: Scope, name: str, network: Network, materials: Materials) -> Any:
    bridge = _room(conn, scope, name, network, materials)
    with asking(f"networks.{name} cannot be made"):
        return defined(conn, networks_xml.network(own_name(scope, name), network, bridge=bridge))


def _anew(conn: Any, scope: Scope, name: str, network: Network, materials: Materials, found: Any) -> Any:
    """The same network otherwise; its reservations come back with the starts of machines.

    What cannot be made leaves the old one.
    """
    libvirt = library()
    before, active = found.XMLDesc(0), found.isActive()
    tree = parse(found)
    lent = (forward := tree.find("forward")) is not None and forward.get("mode") == NetworkMode.BRIDGE
    bridge = _room(conn, scope, name, network, materials)
    bridge = bridge if network.bridge or lent else found.bridgeName()
    text = networks_xml.network(found.name(), network, uuid=found.UUIDString(), bridge=bridge)
    with asking(f"networks.{name} cannot be made anew"):
        try:
            if active:
                found.destroy()
            renewed = defined(conn, text)
            renewed.create()
        except libvirt.libvirtError:
            with suppress(libvirt.libvirtError):
                conn.networkDefineXML(before)
                if active and not found.isActive():
                    found.create()
            raise
    return renewed


def _room(conn: Any, scope: Scope, name: str, network: Network, materials: Materials) -> str:
    """A name for its bridge. Raises Code.BUSY for a subnet that somebody else has."""
    others = trees(conn, {own_name(scope, name)})
    if network.mode is not NetworkMode.BRIDGE and network.subnet:
        subnet = IPv4Network(network.subnet)
        if who := subnets.clash(subnet, subnets.taken(others, _foreign_routes(conn, own_name(scope, name)))):
            raise SeraiError(
                Code.BUSY,
                f"networks.{name}: subnet {subnet} overlaps with one that is there already: {who}",
                hint=f"state another one: networks.{name}.subnet",
            )
        _check_gateway(name, subnet, materials)
    return network.bridge or free_bridge(conn, others)


def defined(conn: Any, xml: str) -> Any:
    """The network, held to libvirt's schema: what that does not know, libvirt would drop without a word."""
    return conn.networkDefineXMLFlags(xml, library().VIR_NETWORK_DEFINE_VALIDATE)


def _check_gateway(name: str, subnet: IPv4Network, materials: Materials) -> None:
    """The first address of a network is the host's own."""
    own = networks_xml.gateway(subnet)
    for machine, address in materials.hosts.items():
        if address == own:
            raise SeraiError(
                Code.INPUT,
                f"networks.{name}: {own} cannot be the address of {machine}: it is the host's own there",
                hint="give the machine another address",
            )


def free_bridge(conn: Any, others: dict[str, ElementTree.Element]) -> str:
    """A name for a bridge that neither libvirt nor the host has."""
    names = set(subnets.bridges_of(others.values()))
    return subnets.free_bridge(names if is_remote(conn.getURI()) else names | subnets.interfaces())


def uplink(conn: Any, wanted: str | None) -> Any:
    """The network that leads to the world: the one named, else `default`, else one of serai's own; active."""
    if wanted:
        return _active(conn, wanted, "networks: uplink.network_name")
    libvirt = library()
    with changing():
        found = find(conn, DEFAULT)
        if found is not None and not found.isActive():
            try:
                found.create()
            except libvirt.libvirtError:
                found = None  # in a nested host 192.168.122.0/24 is the way out: it cannot be a network here
        if found is not None:
            return found
        own = find(conn, UPLINK)
        if own is None:
            others = trees(conn)
            subnet = subnets.free_subnet(subnets.UPLINKS, subnets.taken(others, routes_of(conn)))
            spec = Network(subnet=str(subnet), mode=NetworkMode.NAT)
            xml = networks_xml.network(UPLINK, spec, bridge=free_bridge(conn, others))
            with asking("the uplink network cannot be made"):
                own = defined(conn, xml)
        if not own.isActive():
            with asking("the uplink network cannot be started"):
                own.create()
        return own


def reserve(network: Any, host: Host, *, domain: str | None = None) -> str:
    """Reserve an address for a MAC, live and for good; gives it, with its prefix.

    `host.address` empty: one is chosen. `host.name` is told by DHCP, and by DNS where the network does that.
    An empty answer: the network has no DHCP of libvirt's.
    """
    name = network.name()
    with changing(), asking(f"network {name}: no address can be reserved for {host.mac}"):
        tree = parse(network)
        chosen = _chosen(network, tree, host)
        if chosen is None:
            return ""
        wanted = Host(mac=host.mac, name=host.name, address=str(chosen.ip))
        _place(network, tree, wanted)
        _name(network, tree, wanted, domain)
        return str(chosen)


def tell_name(network: Any, host: Host, *, domain: str | None = None) -> None:
    """Have the network's DNS know a machine, where it runs one."""
    with changing(), asking(f"network {network.name()} cannot be told the name {host.name}"):
        _name(network, parse(network), host, domain)


def _chosen(network: Any, tree: ElementTree.Element, host: Host) -> IPv4Interface | None:
    if not host.address:
        busy = {lease["ipaddr"] for lease in leases(network) if str(lease.get("mac")).lower() != host.mac.lower()}
        return subnets.pick_address(tree, host.mac, busy)
    if tree.find("ip/dhcp") is None:
        return None
    return IPv4Interface(f"{host.address}/{subnets.subnets_of(tree)[0].prefixlen}")


def _place(network: Any, tree: ElementTree.Element, host: Host) -> None:
    """The DHCP entry; an older one of the same MAC is replaced, and on a network of serai's one of a guest
    that does not run: a Vagrantfile may hold machines of one address, of which one is up at a time."""
    libvirt = library()
    for other in tree.iterfind("ip/dhcp/host"):
        mine = str(other.get("mac")).lower() == host.mac.lower()
        if mine and (other.get("ip"), other.get("name", "")) == (host.address, host.name):
            return
        taken = other.get("ip") == host.address
        if taken and not mine and not _gives_way(network, other):
            raise SeraiError(
                Code.BUSY,
                f"network {network.name()}: {host.address} is reserved for {other.get('mac')}",
                hint=f"virsh net-dumpxml {network.name()}",
            )
        if mine or taken:
            _update(network, libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE, "IP_DHCP_HOST", _text(other))
    entry = networks_xml.dhcp_host(host)
    _update(network, libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, "IP_DHCP_HOST", entry)


def _gives_way(network: Any, held: ElementTree.Element) -> bool:
    own = network.name().startswith("serai-")
    return own and str(held.get("mac")).lower() in resting(network.connect(), network)


def _name(network: Any, tree: ElementTree.Element, host: Host, domain: str | None) -> None:
    """The DNS entry; another one of the same address is replaced. A network without DNS is left alone."""
    libvirt = library()
    dns = tree.find("dns")
    if not host.name or (dns is not None and dns.get("enable") == "no") or tree.find("ip") is None:
        return
    for other in tree.iterfind("dns/host"):
        same = (other.get("ip") == host.address, other.findtext("hostname") == host.name)
        if all(same):
            return
        if same == (False, True) and not network.name().startswith("serai-"):
            return  # somebody else's machine is called so there
        if any(same):
            _update(network, libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE, "DNS_HOST", _by_address(other))
    entry = networks_xml.dns_host(host, domain)
    _update(network, libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, "DNS_HOST", entry)


def _by_address(host: ElementTree.Element) -> str:
    """What deletes a DNS entry: with the names as well, libvirt would find each entry that has one of them."""
    return ElementTree.tostring(ElementTree.Element("host", {"ip": host.get("ip", "")}), encoding="unicode")


def _text(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode").strip()


def _update(network: Any, command: int, section: str, xml: str) -> None:
    """Change a part of the network as it is defined and, when it is active, as it runs."""
    libvirt = library()
    flags = libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
    if network.isActive():
        flags |= libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
    network.update(command, getattr(libvirt, f"VIR_NETWORK_SECTION_{section}"), -1, xml, flags)


def forget(network: Any, macs: Collection[str], addresses: Collection[str]) -> None:
    """Take back what was reserved for a machine: addresses, and the names of these addresses."""
    libvirt = library()
    wanted = {mac.lower() for mac in macs}
    with changing():
        tree = parse(network)
        mine = [host for host in tree.iterfind("ip/dhcp/host") if str(host.get("mac")).lower() in wanted]
        gone = {host.get("ip") for host in mine} | {address.partition("/")[0] for address in addresses}
        entries = [("IP_DHCP_HOST", host) for host in mine]
        entries += [("DNS_HOST", host) for host in tree.iterfind("dns/host") if host.get("ip") in gone]
        for section, host in entries:
            try:
                text = _by_address(host) if section == "DNS_HOST" else _text(host)
                _update(network, libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE, section, text)
            except libvirt.libvirtError as error:
                if code_of(error) not in ("VIR_ERR_OPERATION_INVALID", "VIR_ERR_NO_NETWORK"):
                    raise


def leases(network: Any) -> list[dict[str, Any]]:
    """What its DHCP server has given out; none of a network that runs no DHCP."""
    libvirt = library()
    try:
        return list(network.DHCPLeases())
    except libvirt.libvirtError:
        return []


def release(conn: Any, names: Collection[str]) -> None:
    """Remove networks of ours that no domain is joined to any more."""
    libvirt = library()
    with changing():
        for name in names:
            network = find(conn, name)
            if network is None or name in joined(conn) or guests_of_others(conn, network):
                continue
            try:
                if network.isActive():
                    network.destroy()
                network.undefine()
            except libvirt.libvirtError as error:
                if not is_gone(error):
                    raise
