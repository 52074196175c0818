"""Who holds layers that are no files of the store: images of an engine, trees and volumes of a hypervisor.

The store has a record of each (images/layers.py), and asks here for the rest. An engine that does not answer
raises: nothing of it counts as gone.
"""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from serai.images.layers import Layer

HOLDERS = {
    "docker": "serai.providers.docker.layers",
    "podman": "serai.providers.docker.layers",
}
"""Provider -> the module that has what Holder says."""


class Holder(Protocol):
    """Of layers with `native`."""

    def broken(self, layer: Layer) -> str:
        """Why no machine can be made of it, or an empty string."""
        ...

    def used(self, layers: Collection[Layer]) -> set[str]:
        """Ids of those that machines stand on; of an engine that does not answer, all."""
        ...

    def drop(self, layer: Layer) -> None:
        """It goes. Not there: does nothing. Raises when something stands on it."""
        ...


def of(provider: str) -> Holder:
    """The holder of a provider's layers."""
    return cast(Holder, import_module(HOLDERS[provider]))
