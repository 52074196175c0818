"""Networks of a project and interfaces of a machine (NET-1, VAG-6..8)."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from serai.spec.base import Name, Port, Spec

MAC_PATTERN = r"^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"
Mac = Annotated[str, Meta(pattern=MAC_PATTERN, examples=["52:54:00:12:34:56"])]


class Protocol(StrEnum):
    TCP = "tcp"
    UDP = "udp"


class ForwardedPort(Spec, frozen=True):
    """A port of the host that leads to a port of the guest. Short: `8080:80`, `127.0.0.1:8080:80/udp`."""

    guest: Annotated[Port, Meta(description="port in the guest")]
    host: Annotated[Port, Meta(description="port on the host")]
    protocol: Annotated[Protocol, Meta(description="tcp or udp")] = Protocol.TCP
    host_ip: Annotated[str, Meta(description="address on the host; 0.0.0.0 opens it to the network")] = "127.0.0.1"
    guest_ip: Annotated[str | None, Meta(description="address in the guest; default: the one it got by DHCP")] = (
        None
    )
    auto_correct: Annotated[bool, Meta(description="take the next free port when this one is taken")] = False
    id: Annotated[str | None, Meta(description="a name to refer to it")] = None


class PrivateNic(Spec, frozen=True):
    """An interface on a network between machines. Short: `private: backend`."""

    network: Annotated[
        Name, Meta(description="a network of `networks:`; made with defaults when it is not there")
    ] = "private"
    address: Annotated[
        str | None,
        Meta(description="static address, `10.40.0.10`; default: one is reserved from the subnet (dhcp)"),
    ] = None
    mac: Annotated[Mac | None, Meta(description="hardware address; default: one that stays the same")] = None


class PublicNic(Spec, frozen=True):
    """An interface on the host's own network."""

    bridge: Annotated[str | None, Meta(description="bridge or device of the host")] = None
    mac: Annotated[Mac | None, Meta(description="hardware address; default: one that stays the same")] = None


class Nic(Spec, frozen=True):
    """One entry of a machine's `networks:`; exactly one of the keys."""

    forwarded_port: ForwardedPort | None = None
    private: PrivateNic | None = None
    public: PublicNic | None = None


class Network(Spec, frozen=True):
    """A network of the project, between its machines."""

    subnet: Annotated[
        str | None,
        Meta(description="IPv4 subnet; default: a free one of 10.40.0.0/16", examples=["10.40.0.0/24"]),
    ] = None
    mtu: Annotated[Annotated[int, Meta(ge=576, le=65535)] | None, Meta(description="MTU of its interfaces")] = None
