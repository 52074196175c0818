"""One service → its entry in `machines:`. Every key is mapped, noted with its reason, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from serai.loaders.compose.build import map_build
from serai.loaders.compose.depends import map_depends
from serai.loaders.compose.deploy import map_count, map_deploy
from serai.loaders.compose.draft import Draft, World
from serai.loaders.compose.env import environment, label_file
from serai.loaders.compose.keys import NOTED, REFUSED, SIMPLE
from serai.loaders.compose.limits import (
    map_cpus,
    map_cpuset,
    map_devices,
    map_gpus,
    map_pids,
    map_quota,
    map_shares,
    map_size,
    map_ulimits,
)
from serai.loaders.compose.networks import map_extra_hosts, map_links, map_networks
from serai.loaders.compose.ports import map_ports
from serai.loaders.compose.process import (
    map_command,
    map_entrypoint,
    map_health,
    map_hooks,
    map_logging,
    map_namespace,
    map_platform,
    map_pull,
    map_restart,
)
from serai.loaders.compose.reading import Variables
from serai.loaders.compose.secrets import map_secrets
from serai.loaders.compose.volumes import map_volumes, map_volumes_from
from serai.loaders.yaml.nodes import Map, Node, is_null
from serai.spec.container import Container
from serai.spec.machine import Machine

Handler = Callable[[Draft, str, Node], None]

HANDLERS: Mapping[str, Handler] = {
    "build": map_build,
    "command": map_command,
    "configs": map_secrets,
    "cpu_period": map_quota,
    "cpu_quota": map_quota,
    "cpu_shares": map_shares,
    "cpus": map_cpus,
    "cpuset": map_cpuset,
    "deploy": map_deploy,
    "devices": map_devices,
    "entrypoint": map_entrypoint,
    "extra_hosts": map_extra_hosts,
    "gpus": map_gpus,
    "healthcheck": map_health,
    "ipc": map_namespace,
    "label_file": label_file,
    "links": map_links,
    "logging": map_logging,
    "pid": map_namespace,
    "pids_limit": map_pids,
    "platform": map_platform,
    "ports": map_ports,
    "post_start": map_hooks,
    "pre_stop": map_hooks,
    "pull_policy": map_pull,
    "restart": map_restart,
    "secrets": map_secrets,
    "ulimits": map_ulimits,
    "volumes": map_volumes,
    "volumes_from": map_volumes_from,
    **dict.fromkeys(("mem_limit", "mem_reservation", "memswap_limit", "shm_size"), map_size),
}
ELSEWHERE = (
    "depends_on",
    "env_file",
    "environment",
    "extends",
    "mac_address",
    "network_mode",
    "networks",
    "profiles",
    "scale",
)
"""Keys that count together with others."""
LAST = ("deploy", "label_file", "cpu_quota")
"""Keys that look at what the others have made."""
KNOWN = sorted({*SIMPLE, *NOTED, *REFUSED, *HANDLERS, *ELSEWHERE})


def map_service(name: str, node: Node, world: World, variables: Variables, provider: str) -> Draft:
    """The machine's entry, its keys in the order that a person would write."""
    service = node if isinstance(node, Map) else Map({}, {}, node.place, node.path)
    draft = Draft(name, service, world, variables)
    draft.data["provider"] = provider
    if not isinstance(node, Map):
        draft.values.wrong(node, "a map")
        return draft
    for key in sorted(service.items, key=lambda key: key in LAST):
        _key(draft, key, service.items[key])
    map_count(draft)
    environment(draft)
    map_networks(draft)
    map_depends(draft)
    if "count" in draft.data:
        _many(draft)
    if all(is_null(service.items[key]) for key in ("image", "build") if key in service.items):
        draft.problems.at(service, "needs `image` or `build`")
    draft.data = in_order(draft.data)
    return draft


def _many(draft: Draft) -> None:
    """Each of a service's machines is found by the service's name, too."""
    for nic in draft.data.get("networks", []):
        if "private" in nic:
            nic["private"]["aliases"] = [draft.name, *nic["private"].get("aliases", [])]
    if draft.get("container", "name") is not None:
        node = draft.service.items["container_name"]
        draft.problems.at(node, "only one container can have this name, and there are several", "leave it out")


def _key(draft: Draft, key: str, node: Node) -> None:
    if is_null(node) or key in ELSEWHERE or key.startswith("x-"):
        return
    if key in SIMPLE:
        path, read = SIMPLE[key]
        value = getattr(draft.values, read)(node)
        if value is not None and value != {} and value != []:
            draft.put(path, value, key, node)
    elif key in HANDLERS:
        HANDLERS[key](draft, key, node)
    elif key in NOTED:
        draft.dropped(key, node, NOTED[key])
    elif key in REFUSED:
        draft.problems.at_key(draft.service, key, REFUSED[key])
    else:
        draft.values.unknown(draft.service, key, KNOWN)


def in_order(machine: dict[str, Any]) -> dict[str, Any]:
    """The keys as the spec has them."""
    order = ["provider", "count", *Machine.__struct_fields__]
    inner = list(Container.__struct_fields__)
    found = {key: machine[key] for key in sorted(machine, key=order.index)}
    if "container" in found:
        found["container"] = {key: found["container"][key] for key in sorted(found["container"], key=inner.index)}
    return found
