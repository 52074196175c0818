"""`configs` and `secrets` → small files in the container, of files, variables and texts: there is no swarm."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null, short
from serai.util.errors import did_you_mean

TOP = ("file", "environment", "content", "external", "name")
NOTED = {
    "labels": "they are a swarm's",
    "driver": "they are a swarm's",
    "driver_opts": "they are a swarm's",
    "template_driver": "they are a swarm's",
}
PLACES = {"secrets": "/run/secrets/", "configs": "/"}
"""Where they are without a `target`. Source: Compose specification, secrets and configs of a service."""


def map_secrets(draft: Draft, key: str, node: Node) -> None:
    for item in draft.values.nodes(node):
        options: dict[str, Node] = {"source": item}
        if isinstance(item, Map):
            options = draft.values.map(item, ("source", "target", "uid", "gid", "mode"))
        source = options.get("source")
        if not isinstance(source, Scalar) or is_null(source):
            draft.problems.at(item, "needs `source`, a name of the file's own")
            continue
        known = draft.world.sections[key]
        if source.text not in known:
            near = did_you_mean(source.text, list(known)) or f"add it to the file's `{key}:`"
            draft.problems.at(source, f"{short(source.text)!r} is not in the file's {key}, {near}")
            continue
        entry = _content(draft, key, source, known[source.text])
        if entry is not None:
            draft.append(("container", "files"), {**_placed(draft, key, source.text, options), **entry}, key, item)


def _placed(draft: Draft, key: str, name: str, options: dict[str, Node]) -> dict[str, Any]:
    target = (draft.values.text(options["target"]) if "target" in options else None) or name
    found: dict[str, Any] = {"target": target if target.startswith("/") else f"{PLACES[key]}{target}"}
    for owner in ("uid", "gid"):
        if owner in options and (number := draft.values.whole(options[owner])) is not None:
            found[owner] = number
    if "mode" in options:
        text = (draft.values.text(options["mode"]) or "").removeprefix("0o")
        if text.isdigit() and len(text) <= 4:
            found["mode"] = text.rjust(4, "0")
        else:
            draft.problems.at(options["mode"], f"{short(text)!r} is not permissions in octal, for example 0440")
    return found


def _content(draft: Draft, key: str, source: Scalar, node: Node) -> dict[str, str] | None:
    """What the file holds; None after a problem."""
    values = draft.values
    options = values.map(node, TOP, noted=NOTED)
    stated = [name for name in ("file", "environment", "content", "external") if name in options]
    if "external" in options and values.flag(_bare(options["external"])):
        hint = "state `file:` or `environment:`"
        draft.problems.at(options["external"], "there is no swarm that would keep it", hint)
        return None
    stated = [name for name in stated if name != "external"]
    if len(stated) != 1:
        draft.problems.at(node, "needs one of file, environment and content")
        return None
    text = values.text(options[stated[0]])
    if text is None:
        return None
    if stated[0] == "file":
        return {"source": text}
    if stated[0] == "content":
        return {"content": text}
    value = draft.variables.look(text)
    if value is None:
        draft.problems.at(
            options["environment"], f"the variable {short(text)} is not set", f"{short(text)}=… serai …"
        )
        return None
    return {"content": value}


def _bare(node: Node) -> Node:
    """`external: {name: …}` is the old spelling of true."""
    return Scalar("true", True, node.place, node.path) if isinstance(node, Map) else node
