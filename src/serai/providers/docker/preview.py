"""The body that a container would be made of, before it exists, and how it differs from what the engine has."""

from __future__ import annotations

from typing import Any

from serai.providers.contract import Materials, Scope
from serai.providers.docker import files, images, names, networks, observe, ports, volumes
from serai.providers.docker.lifecycle import Place
from serai.providers.docker.render import Site, text
from serai.spec.machine import Machine
from serai.util.errors import SeraiError


def preview(scope: Scope, provider: str, machine: Machine, materials: Materials) -> str:
    """With the ports that it asks for. Nothing is asked of the engine, and nothing written."""
    return text(machine, _site(scope, machine, materials, tuple(each for each, _ in ports.wanted(machine))))


def _site(scope: Scope, machine: Machine, materials: Materials, forwards: Any) -> Site:
    try:
        image = images.reference(machine, scope)
    except SeraiError:
        image = f"<{machine.container.rootfs if machine.container else machine.image}>"
    return Site(
        project=scope.project,
        project_id=scope.project_id,
        root=scope.root,
        image=image,
        environment=files.environment(machine, scope.root),
        links=networks.links(scope, machine, materials),
        forwards=forwards,
        foreign=materials.foreign,
        peers=Peers(scope),
        volumes=volumes.engine_names(scope, machine),
    )


class Peers(dict[str, str]):
    """Every machine's container by its usual name."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def get(self, key: str, default: Any = None) -> str:
        return names.peer(self._scope, key, {})


def difference(place: Place, machine: Machine, materials: Materials) -> list[str]:
    """A diff of the bodies: of the spec that the container has, and of the one that is wanted."""
    from difflib import unified_diff

    found = place.find(machine.name)
    labels = (found or {}).get("Labels") or {}
    was = observe.spec_of(labels)
    forwards = observe.forwards_of(labels)
    before = text(was, _site(place.scope, was, materials, forwards)) if was else ""
    wanted = tuple(each for each, _ in ports.wanted(machine))
    after = text(
        machine,
        _site(
            place.scope,
            machine,
            materials,
            wanted if not was or wanted != tuple(each for each, _ in ports.wanted(was)) else forwards,
        ),
    )
    return list(unified_diff(before.splitlines(), after.splitlines(), "made", "wanted", lineterm=""))
