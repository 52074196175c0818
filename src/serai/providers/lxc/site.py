"""What a configuration depends on beside the spec: values of this host, and of what was made."""

from __future__ import annotations

import msgspec

from serai.providers.container_binds import Bind, Node
from serai.providers.container_cards import Card
from serai.providers.first_process import Process


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
