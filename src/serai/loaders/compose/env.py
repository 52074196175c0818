"""`environment` over `env_file`: what the process is given, worked out when the file is read."""

from __future__ import annotations

from serai.loaders.compose.draft import Draft
from serai.loaders.yaml.nodes import Map, Node, Scalar, Seq, is_null

FROM_FILE = "read from it; `environment` counts more"


def environment(draft: Draft) -> None:
    """Both keys together. A name without a value has the environment's, and is left out where that has none."""
    env: dict[str, str] = {}
    files = draft.service.items.get("env_file")
    if files is not None and not is_null(files):
        for item in files.items if isinstance(files, Seq) else [files]:
            env |= _file(draft, item)
        draft.told("env_file", files, "container.env", FROM_FILE)
    stated = draft.service.items.get("environment")
    if stated is not None and not is_null(stated):
        for name, node in draft.values.pairs(stated).items():
            value = draft.variables.look(name) if is_null(node) else draft.values.text(node)
            if not name or "\0" in name or "=" in name:
                draft.problems.at(node, f"{name!r} cannot be the name of a variable")
            elif value is None:
                env.pop(name, None)
                draft.dropped(f"environment.{name}", node, "it has no value, and serai's environment has none")
            else:
                env[name] = value
    if env:
        key = "environment" if stated is not None and not is_null(stated) else "env_file"
        draft.put(
            ("container", "env"), env, key, stated if key == "environment" and stated else files or draft.service
        )


def _file(draft: Draft, item: Node) -> dict[str, str]:
    needed, raw = True, False
    node: Node | None = item
    if isinstance(item, Map):
        options = draft.values.map(item, ("path", "required", "format"))
        node = options.get("path")
        if "required" in options:
            needed = draft.values.flag(options["required"]) is not False
        if "format" in options:
            raw = True
            if draft.values.one_of(options["format"], ("raw",)) != "raw":
                return {}
    if not isinstance(node, Scalar) or is_null(node):
        draft.problems.at(item, "must be the path of a file, or a map with `path`")
        return {}
    return draft.world.files.environment(node.text, node, draft.variables, needed=needed, raw=raw)


def label_file(draft: Draft, key: str, node: Node) -> None:
    """Labels from files, below those that are stated."""
    labels: dict[str, str] = {}
    for item in node.items if isinstance(node, Seq) else [node]:
        if isinstance(item, Scalar) and not is_null(item):
            labels |= draft.world.files.environment(item.text, item, draft.variables)
        else:
            draft.problems.at(item, "must be the path of a file")
    draft.put(("container", "labels"), {**labels, **(draft.get("container", "labels") or {})}, key, node)
