"""What providers with Feature.WARM or Feature.LAYERS keep of a machine, and make others from."""

from __future__ import annotations

import os
from typing import Any, Protocol

import msgspec

from serai.guest.transport import Transport
from serai.providers.contract import Mark, Materials, Progress
from serai.spec.machine import Machine


class Start(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The layer that a machine is made from: what its first blocks would make is there already."""

    id: str
    """The provider's own word for it."""
    key: str
    """What it was found by."""
    blocks: tuple[str, ...]
    """Keys of the machine's blocks that are done in it, and those that a start makes needless."""
    at: float = 0.0
    """When it was kept (Unix time)."""
    marks: dict[str, Mark] = {}
    """That these blocks have run."""


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """A layer that is to be kept of a running machine."""

    key: str
    blocks: tuple[str, ...]
    """What has been done in it, for people."""
    project: str = ""
    """Id of the project whose own it is; empty: all of this person's may start from it."""
    tip: Any = None
    """What the provider gave for the machine's layer before this one, where that was kept just now."""
    fresh: bool = False
    """Also where there is one of that key already."""


class Warmth(msgspec.Struct, frozen=True):
    """How a machine that is to be made will start."""

    warm: bool
    """From a template: it does not boot."""
    why: str
    """Which template, or why it boots: a few words."""


class Outlook(msgspec.Struct, frozen=True):
    """What a machine that is to be made starts from."""

    start: Start | None = None
    """The layer."""
    ends: str = ""
    """Why no layer goes further: `site: cache is false`."""
    warmth: Warmth | None = None
    """None: its provider has no warm starts, or the image is not there yet."""


SWITCH = "SERAI_WARM"
"""In the environment: `off` starts machines warm only where the file says `warm: true`."""


def may_be_warm(machine: Machine) -> bool:
    """Whether it is asked for, or not forbidden."""
    return os.environ.get(SWITCH) != "off" if machine.warm is None else machine.warm


class KeepsWarm(Protocol):
    """Of Feature.WARM."""

    def warmth(self, machine: Machine, materials: Materials) -> Warmth:
        """How one would start that were made of these materials. It makes nothing."""
        ...

    def newborn(self, machine: Machine, materials: Materials) -> str:
        """The script that tells a woken guest who it is; empty: it knows, or has been told."""
        ...

    def is_woken(self, name: str) -> bool:
        """Whether it has not booted in this life."""
        ...

    def knows_itself(self, machine: Machine) -> None:
        """That script has run; or wait until what it was told is done."""
        ...

    def keep_warm(self, machine: Machine, materials: Materials, way: Transport, progress: Progress) -> bool:
        """One that is ready becomes a template; True: it was away meanwhile."""
        ...


class Forks(Protocol):
    """Of Feature.FORK; `newborn` and `knows_itself` are as above, and `create` takes Materials.moment."""

    def fork_point(self, machine: Machine, materials: Materials, way: Transport, progress: Progress) -> str:
        """A running machine leaves what forks start from, and goes on: `Materials.moment`."""
        ...

    def fork_end(self, moment: str) -> None:
        """No more forks are made from there."""
        ...


class KeepsLayers(Protocol):
    """Of Feature.LAYERS. `create` takes Materials.layer, too, and keeps its marks with the machine."""

    def layer_base(self, machine: Machine, materials: Materials) -> tuple[str, str]:
        """(digest of what its guest starts from, why it has no layers): one is empty. Both: nothing is said."""
        ...

    def layer_of(self, key: str) -> tuple[str, float] | None:
        """The id of the layer of that key, and when it was kept (Unix time); None: there is none that is whole."""
        ...

    def keep_layer(
        self, machine: Machine, materials: Materials, kept: Keeping, way: Transport, progress: Progress
    ) -> object:
        """Keep what a running machine is now; it runs on. Gives the next call's `kept.tip`; None: nothing is kept.

        Raises SeraiError when it cannot be kept, and the machine runs on all the same.
        """
        ...
