"""The project's named volumes: made when the first machine needs them, gone with the last that has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from serai.providers.contract import Scope
from serai.providers.docker import connect, names
from serai.spec.container_parts import Volume, VolumeType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def named(machine: Machine) -> list[Volume]:
    """Those that have a name, each once."""
    found = {
        each.name: each
        for each in (machine.container.volumes if machine.container else ())
        if each.kind is VolumeType.VOLUME and each.name
    }
    return list(found.values())


def engine_names(scope: Scope, machine: Machine) -> dict[str, str]:
    """Name in the project -> name in the engine. Pure."""
    return {
        each.name: each.name if each.external else names.volume(scope, each.name)
        for each in named(machine)
        if each.name
    }


def ensure(client: Any, scope: Scope, machine: Machine) -> None:
    """Make them; one that is there is taken as it is. Raises Code.MISSING for an external one that is not."""
    for volume in named(machine):
        name = engine_names(scope, machine)[volume.name or ""]
        if volume.external:
            try:
                client.inspect_volume(name)
            except connect.library().errors.NotFound as error:
                raise SeraiError(
                    Code.MISSING,
                    f"{machine.name}: container.volumes: the engine has no volume {name}",
                    hint=f"docker volume create {name}, or leave external out",
                ) from error
            continue
        client.create_volume(
            name,
            driver=volume.driver,
            driver_opts=volume.options or None,
            labels=names.own(scope, **{names.VOLUME: volume.name or ""}),
        )


def sweep(client: Any, scope: Scope, containers: Collection[Mapping[str, Any]]) -> None:
    """Remove those that no container has any more. `containers`: those that are left."""
    docker = connect.library()
    used = {mount.get("Name") for each in containers for mount in each.get("Mounts") or ()}
    listed = client.volumes(filters=names.mine(scope)).get("Volumes") or []
    for volume in listed:
        if volume["Name"] in used:
            continue
        try:
            client.remove_volume(volume["Name"])
        except docker.errors.APIError as error:
            if error.status_code not in (404, 409):  # gone, or a container of somebody else has it
                raise
