"""What a container's XML depends on beside the spec: where its files are, its networks, values of the host."""

from __future__ import annotations

import msgspec

from serai.providers.first_process import Process
from serai.providers.libvirt.site import Link


class Bind(msgspec.Struct, frozen=True):
    """A file or directory of the host in the container."""

    source: str
    target: str
    readonly: bool = False


class Node(msgspec.Struct, frozen=True):
    """A device of the host."""

    path: str
    block: bool = False


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is not in the spec."""

    name: str
    """Of the domain."""
    uuid: str
    metadata: str
    arch: str
    root: str
    """Directory of its root filesystem."""
    memory: int
    """Bytes that the host has: its limit where none is stated, as libvirt wants one."""
    links: tuple[Link, ...] = ()
    addresses: dict[int, str] = {}
    """Number of the link -> its address with prefix, which libvirt sets."""
    gateway: str = ""
    """Where the first link leads out; empty: nowhere."""
    binds: tuple[Bind, ...] = ()
    nodes: tuple[Node, ...] = ()
    environment: tuple[str, ...] = ()
    process: Process = Process()
    idmap: tuple[str, ...] = ()
    """`u INSIDE HOST SIZE`; none: root inside is root outside."""
