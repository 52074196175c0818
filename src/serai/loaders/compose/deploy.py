"""`deploy` and `scale`: how many, and with which limits. What is for a swarm has no effect, and says so."""

from __future__ import annotations

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.limits import gpu_request, map_cpus, map_pids, map_size
from serai.loaders.yaml.nodes import Node, is_null

SWARM = "it is for a swarm, and there is none"
KEYS = ("replicas", "resources", "restart_policy")
NOTED = {
    "mode": "one host runs them all: `replicas` says how many",
    "endpoint_mode": SWARM,
    "labels": "they are a swarm service's; `labels` of the service are the container's",
    "placement": SWARM,
    "rollback_config": SWARM,
    "update_config": SWARM,
}
CONDITIONS = {"none": "no", "on-failure": "on-failure", "any": "always"}


def map_deploy(draft: Draft, key: str, node: Node) -> None:
    options = draft.values.map(node, KEYS, noted=NOTED)
    for name, item in options.items():
        if name in NOTED:
            draft.dropped(f"deploy.{name}", item, NOTED[name])
    if "restart_policy" in options:
        _restart(draft, options["restart_policy"])
    resources = (
        draft.values.map(options["resources"], ("limits", "reservations")) if "resources" in options else {}
    )
    if "limits" in resources:
        _limits(draft, resources["limits"])
    if "reservations" in resources:
        _reservations(draft, resources["reservations"])


def map_count(draft: Draft) -> None:
    """`deploy.replicas`, else `scale`: how many machines the service is."""
    deploy, scale = (draft.service.items.get(key) for key in ("deploy", "scale"))
    inner = draft.values.map(deploy, KEYS, noted=NOTED) if deploy is not None and not is_null(deploy) else {}
    stated = {"deploy.replicas": inner.get("replicas"), "scale": scale}
    found: dict[str, tuple[int, Node]] = {}
    for key, node in stated.items():
        if node is not None and not is_null(node) and (number := draft.values.whole(node)) is not None:
            found[key] = number, node
    if len({number for number, _ in found.values()}) > 1:
        draft.problems.at(found["scale"][1], "scale and deploy.replicas say different numbers")
    for key, (number, node) in found.items():
        if number == 1:
            draft.told(key, node, "one machine")
        else:
            draft.put(("count",), number, key, node)
        return


def replicated(draft: Draft) -> bool:
    return "count" in draft.data


def _restart(draft: Draft, node: Node) -> None:
    values = draft.values
    noted = {"delay": "the engine waits by a rule of its own", "window": "the engine has no such time"}
    options = values.map(node, ("condition", "max_attempts"), noted=noted)
    for key, because in noted.items():
        if key in options:
            draft.dropped(f"deploy.restart_policy.{key}", options[key], because)
    stated = draft.service.items.get("restart")
    if stated is not None and not is_null(stated):
        draft.dropped("deploy.restart_policy", node, "`restart` is stated, too")
        return
    word = values.one_of(options["condition"], tuple(CONDITIONS)) if "condition" in options else "any"
    policy = CONDITIONS.get(word or "any", "always")
    if "max_attempts" in options:
        most = values.whole(options["max_attempts"])
        if policy == "on-failure" and most:
            policy = f"on-failure:{most}"
        else:
            draft.dropped("deploy.restart_policy.max_attempts", options["max_attempts"], "only on-failure counts")
    draft.put(("container", "restart"), policy, "deploy.restart_policy", node)


def _limits(draft: Draft, node: Node) -> None:
    options = draft.values.map(node, ("cpus", "memory", "pids"))
    for key, item in options.items():
        if draft.get("container", key) is not None:
            draft.dropped(f"deploy.resources.limits.{key}", item, "the service states it itself, too")
        elif key == "cpus":
            map_cpus(draft, "deploy.resources.limits.cpus", item)
        elif key == "memory":
            map_size(draft, "deploy.resources.limits.memory", item)
        else:
            map_pids(draft, "deploy.resources.limits.pids", item)


def _reservations(draft: Draft, node: Node) -> None:
    noted = {
        "cpus": "engines reserve no CPUs",
        "generic_resources": SWARM,
    }
    options = draft.values.map(node, ("memory", "devices"), noted=noted)
    for key, item in options.items():
        if key in noted:
            draft.dropped(f"deploy.resources.reservations.{key}", item, noted[key])
        elif key == "memory" and draft.get("container", "memory_reservation") is None:
            map_size(draft, "deploy.resources.reservations.memory", item)
        elif key == "devices":
            _devices(draft, item)


def _devices(draft: Draft, node: Node) -> None:
    key = "deploy.resources.reservations.devices"
    for at, item in enumerate(draft.values.nodes(node)):
        if at:
            draft.problems.at(item, "serai makes one request for GPUs a container")
        elif (request := gpu_request(draft, item)) is not None:
            draft.put(("container", "gpus"), request, key, item)
