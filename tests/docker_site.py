"""A Site with fixed values, machines, and the cases of tests/render/docker, for the pure tests of containers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from serai.loaders.yaml import load
from serai.providers.contract import Materials, Scope
from serai.providers.docker import names, networks, ports, volumes
from serai.providers.docker.render import Site, text
from serai.spec.machine import Machine
from serai.spec.network import Network

ROOT = Path("/srv/shop")
SCOPE = Scope(project="shop", project_id="3f2a", root=ROOT, home=Path("/nowhere"))
MATERIALS = Materials(
    networks={"back": Network(subnet="10.40.0.0/24"), "out": Network(subnet="10.41.0.0/24", internal=False)},
    addresses={"back": "10.40.0.10/24", "out": "10.41.0.10/24"},
)
CASES = Path(__file__).parent / "render" / "docker"
HEAD = "project: shop\nnetworks: {back: {}}\nmachines:\n  web:\n"
OF_THE_SPEC = (names.SPEC, names.DIGEST)
"""Labels that hold the spec itself: with them, nothing would be idle."""


def case_names() -> list[str]:
    return sorted(path.parent.name for path in CASES.glob("*/machine.yaml"))


def machine_of(case: str, provider: str = "docker") -> Machine:
    """As a project file has it, for docker or podman."""
    lines = (CASES / case / "machine.yaml").read_text().splitlines()
    text = HEAD + "".join(f"    {line}\n" for line in lines)
    found = load(CASES / case / "serai.yaml", text=text, environ={}).machines["web"]
    return msgspec.structs.replace(found, provider=provider)


def rendered(wanted: Machine) -> str:
    """The body without what holds the spec, and the networks that are made for it alone."""
    whole = msgspec.json.decode(text(wanted, site_of(wanted)))
    whole["Labels"] = {key: value for key, value in whole["Labels"].items() if key not in OF_THE_SPEC}
    for nic in wanted.networks:
        if nic.public and nic.public.dev:
            made = networks.of_public(nic.public, wanted.provider)
            whole.setdefault("networks", []).append(networks.body(networks.public_name(nic.public), made, {}))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


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
