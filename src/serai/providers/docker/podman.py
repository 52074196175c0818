"""The `podman` provider: docker's driver over podman's compatible socket (`podman system service`)."""

from __future__ import annotations

from typing import ClassVar

from serai.providers.docker.driver import Docker


class Podman(Docker):
    """What podman says otherwise is taken where it is read: its states, its names of exit codes."""

    name: ClassVar[str] = "podman"
