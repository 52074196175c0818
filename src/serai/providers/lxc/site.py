"""What a configuration depends on beside the spec: values of this host, and of what was made."""

from __future__ import annotations

import msgspec

from serai.providers.first_process import Process


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """One network of the container's: `lxc.net.N`."""

    kind: str = "veth"
    """`veth`, `macvlan`, `phys`, `none` (the host's network) or `empty`."""
    name: str = ""
    """In the container: `eth0`."""
    link: str = ""
    """The bridge, or the device."""
    mode: str = ""
    """Of macvlan."""
    mac: str = ""
    mtu: int | None = None
    address: str = ""
    """With its prefix; empty: the guest asks by DHCP, or has none."""
    gateway: str = ""


class Bind(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file or directory of the host in the container."""

    source: str
    target: str
    """Absolute."""
    file: bool = False
    readonly: bool = False
    propagation: str = ""


class Node(msgspec.Struct, frozen=True, omit_defaults=True):
    """A device of the host."""

    source: str
    target: str
    rule: str
    """`c 10:229 rwm`"""


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is not in the spec."""

    hostname: str
    base: str = ""
    """The configuration as the template left it."""
    cards: tuple[Card, ...] = ()
    binds: tuple[Bind, ...] = ()
    nodes: tuple[Node, ...] = ()
    cgroups: dict[str, int] = {}
    """Controller -> version of the hierarchy it is in: 1 or 2. One that is not here cannot limit."""
    idmap: tuple[str, ...] = ()
    """`u 0 100000 65536`; empty: root inside is root outside."""
    environment: tuple[str, ...] = ()
    """Of `env_file` and of the image, before that of the spec."""
    process: Process = Process()
    apparmor: bool = False
    """This kernel confines by it."""
    console: str = ""
    """File that gets all that its console says."""
