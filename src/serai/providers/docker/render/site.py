"""What a container is rendered with beside its spec: names, addresses and paths that were found out before."""

from __future__ import annotations

from pathlib import Path

import msgspec

from serai.providers.contract import Forward


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """A network that the container is on."""

    network: str
    """The engine's name of it; `bridge` is the engine's own."""
    address: str = ""
    """IPv4 address without prefix; empty: the engine chooses."""
    aliases: tuple[str, ...] = ()
    mac: str = ""
    links: tuple[str, ...] = ()
    """`CONTAINER:ALIAS`."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The place of one container in its engine."""

    project: str
    project_id: str
    root: Path
    """The project's directory: relative paths of binds start there."""
    image: str
    """What the engine has: a reference, a tag or an id."""
    image_command: tuple[str, ...] = ()
    """Entry point and command of the image, for `keep_alive`."""
    environment: dict[str, str] = {}
    """Of `env_file`, read."""
    links: tuple[Link, ...] = ()
    """The first is stated when the container is made, the others are connected before it starts."""
    forwards: tuple[Forward, ...] = ()
    peers: dict[str, str] = {}
    """Machine -> its container's name."""
    foreign: dict[str, str] = {}
    """Name -> address of machines of other providers: the engine's DNS does not know them."""
    volumes: dict[str, str] = {}
    """Volume of the project -> its name in the engine."""
    api: str = ""
    """Version of the API that the engine speaks, `1.41`; empty: it was not asked."""
    binds: tuple[tuple[str, str], ...] = ()
    """(path on the host, path in the container) of files that must be there before it starts; read only."""

    def knows(self, version: tuple[int, ...]) -> bool:
        """Whether the engine speaks this version of the API or a later one; False where it was not asked."""
        return bool(self.api) and tuple(int(part) for part in self.api.split(".")) >= version
