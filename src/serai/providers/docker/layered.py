"""What the driver has of layers: kept.KeepsLayers, over an engine."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from serai.providers.contract import Materials, Progress, quiet
from serai.spec.machine import Machine

if TYPE_CHECKING:
    from serai.guest.transport import Transport
    from serai.providers.kept import Keeping


class Layered:
    """Of a provider that has an engine to ask."""

    engine: Any
    """Where it is."""

    def asking(self, what: str) -> AbstractContextManager[Any]:
        raise NotImplementedError

    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        from serai.providers.docker import layers

        with self.asking(machine.name) as place:
            return layers.base(place, self.engine, machine)

    def layer_of(self, key: str) -> tuple[str, float] | None:
        from serai.images import layers

        found = layers.find(key)
        return (found.id, found.at) if found else None

    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress = quiet
    ) -> object:
        from serai.providers.docker import layers

        with self.asking(machine.name) as place:
            return layers.keep(place, self.engine, machine, kept, way, progress)
