"""What a container's settings depend on beside the spec: values of this host, and of what was made."""

from __future__ import annotations

import msgspec

from serai.providers.container_binds import Bind, Node
from serai.providers.container_cards import Card
from serai.providers.first_process import Process


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is not in the spec."""

    name: str
    """What machinectl lists it as."""
    hostname: str
    directory: str
    """Where its small files and its console's log are."""
    cards: tuple[Card, ...] = ()
    binds: tuple[Bind, ...] = ()
    nodes: tuple[Node, ...] = ()
    cgroups: dict[str, int] = {}
    """Controller -> version of the hierarchy it is in."""
    environment: tuple[str, ...] = ()
    """Of `env_file` and of the image, before that of the spec."""
    process: Process = Process()
    power_off: str = "SIGRTMIN+3"
    """What its init takes for an order to power off."""
    by_systemd: bool = True
    """systemd starts it, and holds it to its limits."""

    @property
    def has_namespace(self) -> bool:
        """It has a network of its own, which serai makes; else it has the host's."""
        return not any(card.kind == "none" for card in self.cards)
