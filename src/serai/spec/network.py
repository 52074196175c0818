"""Networks of a project and interfaces of a machine (NET-1, NET-2)."""

from enum import StrEnum

from msgspec import Meta

from serai.spec.base import Name, Port, Spec
from serai.spec.notes import Annotated

MAC_PATTERN = r"^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"
Mac = Annotated[str, Meta(pattern=MAC_PATTERN, examples=["52:54:00:12:34:56"])]


class Protocol(StrEnum):
    TCP = "tcp"
    UDP = "udp"


class ForwardedPort(Spec, frozen=True):
    """A port of the host that leads to a port of the guest (VAG-8). Short: `8080:80`, `127.0.0.1:8080:80/udp`."""

    guest: Annotated[Port, Meta(description="port in the guest")]
    host: Annotated[Port, Meta(description="port on the host")]
    protocol: Annotated[Protocol, Meta(description="tcp or udp")] = Protocol.TCP
    host_ip: Annotated[str, Meta(description="address on the host; 0.0.0.0 opens it to the network")] = "127.0.0.1"
    guest_ip: Annotated[str | None, Meta(description="address in the guest; default: the one it got by DHCP")] = (
        None
    )
    auto_correct: Annotated[bool, Meta(description="take the next free port when this one is taken")] = False
    id: Annotated[str | None, Meta(description="a name to refer to it")] = None


class NicModel(StrEnum):
    VIRTIO = "virtio"
    E1000 = "e1000"
    E1000E = "e1000e"
    RTL8139 = "rtl8139"


QueueSize = Annotated[int, Meta(ge=256, le=1024)]


class NicTuning(Spec, frozen=True):
    """What every interface may state (NET-1, NET-2)."""

    mac: Annotated[Mac | None, Meta(description="hardware address; default: one that stays the same")] = None
    model: Annotated[NicModel, Meta(description="the card that the guest sees")] = NicModel.VIRTIO
    mtu: Annotated[
        Annotated[int, Meta(ge=576, le=65535)] | None, Meta(description="MTU; default: the network's")
    ] = None
    queues: Annotated[
        Annotated[int, Meta(ge=1, le=256)] | None, Meta(description="queue pairs of a virtio card; default: 1")
    ] = None
    vhost: Annotated[
        bool | None, Meta(description="packets go through the host's kernel; default: where /dev/vhost-net is")
    ] = None
    rx_queue_size: Annotated[
        QueueSize | None, Meta(description="receive ring, a power of two: 256, 512, 1024")
    ] = None
    tx_queue_size: Annotated[QueueSize | None, Meta(description="send ring; above 256 only with vhost-user")] = (
        None
    )
    filter: Annotated[str | None, Meta(description="an nwfilter of libvirt's", examples=["clean-traffic"])] = None
    mac_spoofing: Annotated[bool, Meta(description="false: the guest may only send with its own address")] = True
    trust_guest_rx_filters: Annotated[
        bool, Meta(description="let the guest set the filters of a macvtap card (VAG-9)")
    ] = False


class UplinkType(StrEnum):
    AUTO = "auto"
    USER = "user"
    PASST = "passt"
    NETWORK = "network"
    NONE = "none"


class UplinkNic(NicTuning, frozen=True):
    """The first interface, which leads to the world and serai in. Short: `uplink: passt`."""

    type: Annotated[
        UplinkType,
        Meta(
            description="user: QEMU's own, without root; passt: the same, faster; network: one of the engine's; "
            "none; auto: network where libvirt runs as root, the engine's bridge for containers, else user"
        ),
    ] = UplinkType.AUTO
    network_name: Annotated[
        str | None,
        Meta(
            description="the engine's network; default: libvirt's `default` or one of serai's, docker's `bridge`"
        ),
    ] = None


class PrivateNic(NicTuning, frozen=True):
    """An interface on a network between machines (VAG-6). Short: `private: backend`."""

    network: Annotated[
        Name, Meta(description="a network of `networks:`; made with defaults when it is not there")
    ] = "private"
    address: Annotated[
        str | None,
        Meta(description="static address, `10.40.0.10`; default: one is reserved from the subnet (dhcp)"),
    ] = None
    ipv6: Annotated[
        str | None,
        Meta(description="static IPv6 address with its prefix, beside that", examples=["fd00:40::10/64"]),
    ] = None
    portgroup: Annotated[str | None, Meta(description="port group of the network (VAG-9)")] = None
    aliases: Annotated[
        list[str], Meta(description="of containers: further names that it is found by on this network")
    ] = []


class MacvtapMode(StrEnum):
    """How the interfaces of one device see each other. Source: libvirt, formatdomain, direct attachment."""

    BRIDGE = "bridge"
    VEPA = "vepa"
    PRIVATE = "private"
    PASSTHROUGH = "passthrough"


class PublicNic(NicTuning, frozen=True):
    """An interface on the host's own network (VAG-7, VAG-9). At most one of bridge, dev, network_name and tap."""

    bridge: Annotated[str | None, Meta(description="bridge of the host, Linux or Open vSwitch (NET-4, NET-5)")] = (
        None
    )
    dev: Annotated[
        str | None, Meta(description="device of the host, by macvtap: the host itself cannot reach the guest then")
    ] = None
    mode: Annotated[MacvtapMode, Meta(description="of macvtap")] = MacvtapMode.BRIDGE
    network_name: Annotated[str | None, Meta(description="a network that libvirt has")] = None
    portgroup: Annotated[str | None, Meta(description="port group of that network")] = None
    ovs: Annotated[bool, Meta(description="the bridge is Open vSwitch's")] = False
    tap: Annotated[str | None, Meta(description="a tap device that is there already, and stays (NET-3)")] = None
    address: Annotated[
        str | None, Meta(description="static address with its prefix; default: dhcp", examples=["192.168.1.50/24"])
    ] = None
    gateway: Annotated[str | None, Meta(description="default route, with a static address")] = None


class Nic(Spec, frozen=True):
    """One entry of a machine's `networks:`; exactly one of the keys."""

    forwarded_port: ForwardedPort | None = None
    private: PrivateNic | None = None
    public: PublicNic | None = None
    uplink: UplinkNic | None = None


class NetworkMode(StrEnum):
    """What a network is joined to. Source: libvirt, formatnetwork, `<forward mode>`."""

    ISOLATED = "isolated"
    NAT = "nat"
    ROUTE = "route"
    OPEN = "open"
    BRIDGE = "bridge"


class NetworkDriver(StrEnum):
    """How a container engine makes a network."""

    BRIDGE = "bridge"
    MACVLAN = "macvlan"
    IPVLAN = "ipvlan"


class PortGroup(Spec, frozen=True):
    """Interfaces of one kind on a network."""

    vlan: Annotated[Annotated[int, Meta(ge=1, le=4094)] | None, Meta(description="VLAN tag (Open vSwitch)")] = None
    default: Annotated[bool, Meta(description="for interfaces that name none")] = False
    trust_guest_rx_filters: Annotated[bool, Meta(description="as of an interface")] = False


class Network(Spec, frozen=True):
    """A network of the project, between its machines (VAG-6, NET-5)."""

    subnet: Annotated[
        str | None,
        Meta(description="IPv4 subnet; default: a free one of 10.40.0.0/16", examples=["10.40.0.0/24"]),
    ] = None
    ipv6: Annotated[
        str | None,
        Meta(
            description="IPv6 subnet beside that; default: that of the first IPv6 address on it",
            examples=["fd00:40::/64"],
        ),
    ] = None
    mtu: Annotated[Annotated[int, Meta(ge=576, le=65535)] | None, Meta(description="MTU of its interfaces")] = None
    mode: Annotated[
        NetworkMode,
        Meta(description="isolated, nat, route, open (as route, without firewall rules), or a bridge of the host"),
    ] = NetworkMode.ISOLATED
    bridge: Annotated[
        str | None, Meta(description="mode bridge: the host's; else the name of the one that is made")
    ] = None
    dhcp: Annotated[bool, Meta(description="addresses by DHCP, with a reservation for each machine")] = True
    dhcp_range: Annotated[
        str | None,
        Meta(
            description="addresses that are given to machines which state none; default: all of the subnet",
            examples=["10.40.0.100-10.40.0.200"],
        ),
    ] = None
    dns: Annotated[bool, Meta(description="names of its machines by DNS")] = True
    domain: Annotated[str | None, Meta(description="domain of these names", examples=["shop.test"])] = None
    portgroups: Annotated[dict[Name, PortGroup], Meta(description="port groups by name")] = {}
    driver: Annotated[
        NetworkDriver | None,
        Meta(description="of containers: bridge, or macvlan and ipvlan, which join `parent`; default: bridge"),
    ] = None
    parent: Annotated[
        str | None,
        Meta(description="macvlan, ipvlan: the device of the host, `eth0`, or `eth0.7` for a VLAN of it"),
    ] = None
    internal: Annotated[
        bool | None, Meta(description="of containers: no way out of it; default: true for isolated, else false")
    ] = None
    gateway: Annotated[
        str | None, Meta(description="of containers: default route; default: the first address")
    ] = None
    ip_range: Annotated[
        str | None, Meta(description="of containers: where the engine takes addresses from; default: the subnet")
    ] = None
    options: Annotated[
        dict[str, str],
        Meta(
            description="of containers: options of the driver",
            examples=[{"com.docker.network.bridge.enable_icc": "false"}],
        ),
    ] = {}
    external: Annotated[
        str | None, Meta(description="a network that the engine has already: serai neither makes nor removes it")
    ] = None

    def given(self) -> tuple[str, str] | None:
        """First and last address of `dhcp_range`."""
        if self.dhcp_range is None:
            return None
        first, _, last = self.dhcp_range.partition("-")
        return first.strip(), last.strip()
