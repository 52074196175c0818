"""What serai's things are called in an engine, and the labels that they are found by. Pure.

Labels hold all that is known when a container is made: the engine is the database. They cannot be changed later;
what changes (marks, a live resize) is in `state.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers.contract import Scope
from serai.spec.machine import Machine

PREFIX = "serai."
PROJECT = f"{PREFIX}project"
PROJECT_ID = f"{PREFIX}id"
ROOT = f"{PREFIX}root"
"""The project's directory."""
MACHINE = f"{PREFIX}machine"
DIGEST = f"{PREFIX}digest"
"""Of the spec it was made from."""
SPEC = f"{PREFIX}spec"
"""That spec, as JSON."""
FORWARDS = f"{PREFIX}forwards"
"""Forwarded ports as they really are, as JSON."""
NETWORK = f"{PREFIX}network"
VOLUME = f"{PREFIX}volume"
SNAPSHOT = f"{PREFIX}snapshot"
SNAPSHOT_AT = f"{PREFIX}snapshot.at"


LAYER = f"{PREFIX}layer"
"""The key of a layer that an image is."""
HOME = f"{PREFIX}home"
"""Whose layer: the digest of a SERAI_HOME."""


def layer(key: str, token: str) -> str:
    """The tag of a layer: `serai/layer:KEY-TOKEN`."""
    return f"serai/layer:{key}-{token}"


def container(scope: Scope, machine: Machine) -> str:
    """`shop-web-1f2a3b4c`, or what the file calls it."""
    stated = machine.container.name if machine.container else None
    return stated or f"{scope.project}-{machine.name}-{scope.project_id}"


def peer(scope: Scope, machine: str, known: Mapping[str, str]) -> str:
    """The container of another machine: as it is called, else as it will be."""
    return known.get(machine) or f"{scope.project}-{machine}-{scope.project_id}"


def network(scope: Scope, name: str) -> str:
    return f"{scope.project}-{name}-{scope.project_id}"


def volume(scope: Scope, name: str) -> str:
    return f"{scope.project}-{name}-{scope.project_id}"


def built(scope: Scope, machine: str) -> str:
    """The tag of an image that is built for a machine; images have names in lower case."""
    return f"serai/{scope.project}-{machine}:{scope.project_id}".lower()


def snapshot(scope: Scope, machine: str, name: str) -> str:
    """The tag of a snapshot: `serai/snapshot-shop-web-1f2a3b4c:before`."""
    return f"serai/snapshot-{scope.project}-{machine}-{scope.project_id}".lower() + f":{name}"


def plain(tag: str) -> str:
    """A tag of ours as docker has it: podman puts a registry before it."""
    return tag.removeprefix("localhost/").removeprefix("docker.io/").removeprefix("library/")


def own(scope: Scope, **more: str) -> dict[str, str]:
    """Labels of everything that belongs to the project."""
    return {PROJECT: scope.project, PROJECT_ID: scope.project_id, **more}


def mine(scope: Scope) -> dict[str, list[str]]:
    """The filter that finds everything of the project."""
    return {"label": [f"{PROJECT_ID}={scope.project_id}"]}
