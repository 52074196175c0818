"""The `podman` provider: docker's driver over podman's compatible socket (`podman system service`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from serai.providers.contract import Materials
from serai.providers.docker.driver import Docker
from serai.spec.machine import Machine

if TYPE_CHECKING:
    from serai.providers.docker.lifecycle import Place


class Podman(Docker):
    """What podman says otherwise is taken where it is read: its states, its names of exit codes."""

    name: ClassVar[str] = "podman"

    def before_start(self, place: Place, machine: Machine, materials: Materials, made: str) -> None:
        super().before_start(place, machine, materials, made)
        from serai.providers.docker import cni, lifecycle, networks

        links = {link.network: link for link in networks.links(place.scope, machine, materials)}
        cni.lead_ports_in(place.client, made, lambda name: lifecycle.join(place, made, links[name]), links)
