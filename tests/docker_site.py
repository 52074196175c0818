"""A Site with fixed values, and machines, for the pure tests of containers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from serai.providers.contract import Materials, Scope
from serai.providers.docker import networks, ports, volumes
from serai.providers.docker.render import Site
from serai.spec.machine import Machine
from serai.spec.network import Network

ROOT = Path("/srv/shop")
SCOPE = Scope(project="shop", project_id="3f2a", root=ROOT, home=Path("/nowhere"))
MATERIALS = Materials(
    networks={"back": Network(subnet="10.40.0.0/24"), "out": Network(subnet="10.41.0.0/24", internal=False)},
    addresses={"back": "10.40.0.10/24", "out": "10.41.0.10/24"},
)


def machine(**spec: Any) -> Machine:
    return msgspec.convert({"name": "web", "provider": "docker", "image": "nginx:1.25", **spec}, Machine)


def site_of(wanted: Machine, materials: Materials = MATERIALS) -> Site:
    """As the engine would have it when nothing is in its way."""
    return Site(
        project="shop",
        project_id="3f2a",
        root=ROOT,
        image=wanted.image or "serai/rootfs:0123456789abcdef",
        image_command=("/entry.sh", "serve"),
        links=networks.links(SCOPE, wanted, materials, {"db": "database"}),
        forwards=tuple(forward for forward, _ in ports.wanted(wanted)),
        peers={"db": "database"},
        volumes=volumes.engine_names(SCOPE, wanted),
    )
