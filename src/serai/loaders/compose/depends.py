"""`depends_on`, and what else says that a service is needed first → `after`."""

from __future__ import annotations

from serai.loaders.compose.draft import Draft
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null, short
from serai.util.errors import did_you_mean

CONDITIONS = {
    "service_started": "started",
    "service_healthy": "ready",
    "service_completed_successfully": "succeeded",
}
KEYS = ("condition", "required")
NOTED = {"restart": "serai restarts what you name: `serai reload`"}
SHARED = ("network_mode", "ipc", "pid")


def map_depends(draft: Draft) -> None:
    """All of them; what is stated counts more than what follows from other keys."""
    stated = draft.service.items.get("depends_on")
    if stated is not None and not is_null(stated):
        _stated(draft, stated)
    for key, name, node in _implied(draft):
        if name in draft.world.services and name not in (draft.get("after") or {}) and name != draft.name:
            _after(draft, key, name, "started", node)


def _stated(draft: Draft, stated: Node) -> None:
    if isinstance(stated, Map):
        for name, options in stated.items.items():
            inner = draft.values.map(options, KEYS, noted=NOTED)
            if "restart" in inner and draft.values.flag(inner["restart"]):
                draft.dropped(f"depends_on.{name}.restart", inner["restart"], NOTED["restart"])
            condition = inner.get("condition")
            word = (
                draft.values.one_of(condition, tuple(CONDITIONS)) if condition is not None else "service_started"
            )
            required = draft.values.flag(inner["required"]) is not False if "required" in inner else True
            if word in CONDITIONS:
                _after(draft, "depends_on", name, CONDITIONS[word], options, required=required)
        return
    for item in draft.values.nodes(stated):
        if isinstance(item, Scalar) and not is_null(item):
            _after(draft, "depends_on", item.text, "started", item)
        else:
            draft.values.wrong(item, "the name of a service")


def _after(draft: Draft, key: str, name: str, how: str, node: Node, *, required: bool = True) -> None:
    world = draft.world
    if name not in world.services:
        if not required:
            draft.dropped(f"{key}.{name}", node, "there is no such service, and it is not required")
            return
        near = did_you_mean(name, list(world.services))
        draft.problems.at(node, f"there is no service {short(name)!r}" + (f", {near}" if near else ""))
        return
    profile = world.off.get(name)
    if profile is not None and draft.name not in world.off:
        if required and key == "depends_on":
            hint = f"serai --profile {profile} …"
            draft.problems.at(
                node, f"the service {short(name)!r} is of the profile {profile}, which is not active", hint
            )
        else:
            draft.dropped(f"{key}.{name}", node, f"it is of the profile {profile}, which is not active")
        return
    draft.put(("after", name), how, key, node)


def _implied(draft: Draft) -> list[tuple[str, str, Node]]:
    """Services whose network, volumes or namespaces this one takes. Source: Compose specification, `links`."""
    found: list[tuple[str, str, Node]] = []
    for key in ("links", "volumes_from"):
        node = draft.service.items.get(key)
        for item in node.items if isinstance(node, Seq) else ():
            if isinstance(item, Scalar) and not item.text.startswith("container:"):
                found.append((key, item.text.partition(":")[0], item))
    for key in SHARED:
        node = draft.service.items.get(key)
        if isinstance(node, Scalar) and node.text.startswith("service:"):
            found.append((key, node.text.removeprefix("service:"), node))
    return found
