"""What a container may take: CPUs, memory, processes, GPUs, `ulimits`; of the service and of its `deploy`."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.values import Values
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null
from serai.util.units import format_size

SIZES = {
    "mem_limit": "memory",
    "deploy.resources.limits.memory": "memory",
    "deploy.resources.reservations.memory": "memory_reservation",
    "mem_reservation": "memory_reservation",
    "memswap_limit": "memory_swap",
    "shm_size": "shm_size",
}
PERIOD = 100_000
"""Microseconds. Source: Linux, cpu.cfs_period_us's default."""
UNLIMITED = "-1 is no limit, which is what serai sets without one"
GPU_KEYS = ("driver", "count", "device_ids", "capabilities", "options")
EVERY = -1


def map_size(draft: Draft, key: str, node: Node) -> None:
    """A size of memory. -1 is none."""
    if isinstance(node, Scalar) and node.text == "-1":
        draft.dropped(key, node, UNLIMITED)
    elif (size := draft.values.size(node)) is not None:
        draft.put(("container", SIZES[key]), format_size(size), key, node)


def map_pids(draft: Draft, key: str, node: Node) -> None:
    number = draft.values.whole(node)
    if number is not None and number < 1:
        draft.dropped(key, node, UNLIMITED)
    elif number is not None:
        draft.put(("container", "pids"), number, key, node)


def map_cpus(draft: Draft, key: str, node: Node) -> None:
    number = draft.values.number(node)
    if number == 0:
        draft.dropped(key, node, "0 is no limit, which is what serai sets without one")
    elif number is not None:
        draft.put(("container", "cpus"), int(number) if number == int(number) else number, key, node)


def map_quota(draft: Draft, key: str, node: Node) -> None:
    """`cpu_quota` of each `cpu_period`, which is a number of CPUs."""
    quota, period = (draft.service.items.get(name) for name in ("cpu_quota", "cpu_period"))
    values = draft.values
    if key == "cpu_period":
        if quota is None:
            values.seconds(node)
            draft.dropped(key, node, "it goes with cpu_quota, which is not stated")
        return
    number = values.number(node)
    length = _microseconds(values, period) if period is not None and not is_null(period) else PERIOD
    if number and length:
        draft.put(("container", "cpus"), round(number / length, 6), "cpu_quota", node, "quota / period")


def _microseconds(values: Values, node: Node) -> float | None:
    if isinstance(node, Scalar) and node.text.isdigit():
        return values.number(node)
    seconds = values.seconds(node)
    return None if seconds is None else seconds * 1e6


def map_shares(draft: Draft, key: str, node: Node) -> None:
    number = draft.values.whole(node)
    if number == 0:
        draft.dropped(key, node, "0 is the engine's own weight")
    elif number is not None:
        draft.put(("container", "cpu_shares"), number, key, node)


def map_cpuset(draft: Draft, key: str, node: Node) -> None:
    if (text := draft.values.text(node)) is not None:
        draft.put(("container", "cpuset"), text.replace(" ", ""), key, node)


def map_ulimits(draft: Draft, key: str, node: Node) -> None:
    """One number for both, or `soft` and `hard`."""
    found: dict[str, Any] = {}
    for name, item in (node.items if isinstance(node, Map) else {}).items():
        if isinstance(item, Map):
            inner = draft.values.map(item, ("soft", "hard"))
            if len(inner) < 2:
                draft.problems.at(item, "needs `soft` and `hard`")
            soft, hard = (draft.values.whole(inner[part]) if part in inner else None for part in ("soft", "hard"))
        else:
            soft = hard = draft.values.whole(item)
        if soft is not None and hard is not None:
            found[name] = {"soft": soft, "hard": hard}
    if not isinstance(node, Map):
        draft.values.wrong(node, "a map of limits")
    if found:
        draft.put(("container", "ulimits"), found, key, node)


def map_gpus(draft: Draft, key: str, node: Node) -> None:
    """`all`, or a list of requests, of which a container has one."""
    if isinstance(node, Scalar):
        if draft.values.one_of(node, ("all",)):
            draft.put(("container", "gpus"), {"count": EVERY}, key, node)
        return
    requests = draft.values.nodes(node)
    for more in requests[1:]:
        draft.problems.at(more, "serai makes one request for GPUs a container")
    if requests and (request := gpu_request(draft, requests[0])) is not None:
        draft.put(("container", "gpus"), request, key, requests[0])


def gpu_request(draft: Draft, node: Node) -> dict[str, Any] | None:
    """One request for devices, as `gpus` and `deploy` have it. Without `gpu` among its capabilities: None."""
    values = draft.values
    options = values.map(node, GPU_KEYS)
    request: dict[str, Any] = {}
    capabilities = values.words(options["capabilities"]) if "capabilities" in options else []
    if "count" in options:
        count = options["count"]
        every = isinstance(count, Scalar) and count.text == "all"
        request["count"] = EVERY if every else values.whole(count)
    if "device_ids" in options:
        request["ids"] = values.words(options["device_ids"])
    if "driver" in options:
        request["driver"] = values.text(options["driver"])
    if [word for word in capabilities if word != "gpu"]:
        request["capabilities"] = capabilities
    if "options" in options and (texts := values.texts(options["options"])):
        request["options"] = texts
    request = {name: value for name, value in request.items() if value is not None}
    return request or {"count": EVERY}


def map_devices(draft: Draft, key: str, node: Node) -> None:
    """`PATH[:INSIDE[:PERMISSIONS]]`, or its long form."""
    words = []
    for item in draft.values.nodes(node):
        if not isinstance(item, Map):
            word = draft.values.text(item)
            words += [word] if word else []
            continue
        options = draft.values.map(item, ("source", "target", "permissions"))
        if "source" not in options:
            draft.problems.at(item, "needs `source`, the device of the host")
            continue
        source = draft.values.text(options["source"]) or ""
        parts = [source, draft.values.text(options["target"]) or "" if "target" in options else source]
        if "permissions" in options:
            parts.append(draft.values.text(options["permissions"]) or "rwm")
        words.append(":".join(parts) if len(parts) > 2 or parts[1] != source else source)
    if words:
        draft.put(("container", "devices"), words, key, node)
