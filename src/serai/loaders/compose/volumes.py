"""`volumes` → mounts: binds, volumes of the project, file systems in memory."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.short import Mount, mount
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null, listed, short
from serai.util.errors import did_you_mean
from serai.util.units import format_size

PROPAGATIONS = ("private", "rprivate", "shared", "rshared", "slave", "rslave")
SELINUX = ("z", "Z")
LONG = ("type", "source", "target", "read_only", "bind", "volume", "tmpfs")
NOTED = {"consistency": "it is for Docker Desktop", "image": "", "cluster": ""}
TYPES = ("bind", "volume", "tmpfs")
NOT_HERE = {"npipe": "named pipes are Windows'", "cluster": "there is no swarm", "image": "serai mounts no images"}


def map_volumes(draft: Draft, key: str, node: Node) -> None:
    for item in draft.values.nodes(node):
        entry = _long(draft, item) if isinstance(item, Map) else _short(draft, item)
        if entry is not None:
            draft.append(("container", "volumes"), entry, "volumes", item)


def _short(draft: Draft, item: Node) -> dict[str, Any] | None:
    parts = mount(item.text) if isinstance(item, Scalar) and not is_null(item) else None
    if parts is None:
        shown = short(item.text) if isinstance(item, Scalar) else "this"
        draft.problems.at(
            item, f"{shown!r} is not a mount", "write SOURCE:TARGET, for example ./data:/srv or data:/srv:ro"
        )
        return None
    entry: dict[str, Any] = {"target": _target(draft, parts.target, item)}
    if parts.bound:
        entry |= {"source": parts.source, "type": "bind", "create": True}
    elif parts.source:
        entry |= _named(draft, parts.source, item)
    for option in parts.options:
        _option(draft, parts, option, entry, item)
    return entry


def _option(draft: Draft, parts: Mount, option: str, entry: dict[str, Any], item: Node) -> None:
    if option == "ro":
        entry["read_only"] = True
    elif option in PROPAGATIONS and parts.bound:
        entry["propagation"] = option
    elif option == "nocopy" and not parts.bound:
        entry["nocopy"] = True
    elif option in SELINUX:
        draft.dropped(f"volumes.{option}", item, "serai changes no SELinux labels of the host's files")
    elif option in ("cached", "delegated", "consistent"):
        draft.dropped(f"volumes.{option}", item, NOTED["consistency"])
    elif option != "rw":
        known = ("ro", "rw", *PROPAGATIONS) if parts.bound else ("ro", "rw", "nocopy")
        near = did_you_mean(option, known) or f"there are {listed(known)}"
        draft.problems.at(item, f"{short(option)!r} is no option of a mount, {near}")


def _target(draft: Draft, target: str, item: Node) -> str:
    if not target.startswith("/"):
        draft.problems.at(item, f"{short(target)!r} must be an absolute path of the container")
    return target


def _named(draft: Draft, name: str, item: Node) -> dict[str, Any]:
    """A volume of the file's `volumes:`."""
    known = draft.world.sections["volumes"]
    if name not in known:
        near = (
            did_you_mean(name, list(known))
            or f"add it to the file's `volumes:`, or write ./{name} for a directory"
        )
        draft.problems.at(item, f"there is no volume {short(name)!r}, {near}")
        return {"name": name}
    return volume(draft, name, known[name])


def volume(draft: Draft, name: str, node: Node) -> dict[str, Any]:
    """A top-level volume, as each mount of it has it."""
    values = draft.values
    options = values.map(node, ("name", "driver", "driver_opts", "external", "labels"))
    entry: dict[str, Any] = {"name": name, "type": "volume"}
    external, stated = outside(draft, options)
    if external:
        return {**entry, "name": stated or name, "external": True}
    if stated:
        entry["name"] = stated
        draft.dropped(f"volumes.{name}.name", options["name"], "what serai makes is named after its project, too")
    if "labels" in options:
        draft.dropped(f"volumes.{name}.labels", options["labels"], "volumes have serai's labels alone")
    driver = values.text(options["driver"]) if "driver" in options else None
    if driver and driver not in ("local", "default"):
        entry["driver"] = driver
    if "driver_opts" in options and (opts := values.texts(options["driver_opts"])):
        if "driver" not in entry and opts.get("o") == "bind" and opts.get("device"):
            opts["device"] = str(draft.world.files.absolute(opts["device"]))  # the engine knows no project
        entry["options"] = opts
    return entry


def outside(draft: Draft, options: dict[str, Node]) -> tuple[bool, str]:
    """Whether the engine has it already, and its name there. `external: {name: …}` is the old spelling."""
    name = draft.values.text(options["name"]) if "name" in options else None
    node = options.get("external")
    if isinstance(node, Map):
        inner = draft.values.map(node, ("name",))
        return True, (draft.values.text(inner["name"]) if "name" in inner else None) or name or ""
    external = node is not None and draft.values.flag(node) is True
    return external, name or ""


def _long(draft: Draft, item: Map) -> dict[str, Any] | None:
    values = draft.values
    options = values.map(item, LONG, noted=NOTED)
    kind = values.text(options["type"]) if "type" in options else "volume"
    if kind in NOT_HERE:
        draft.problems.at(options["type"], NOT_HERE[kind])
        return None
    if kind not in TYPES or "target" not in options:
        at = options.get("type", item) if kind not in TYPES else item
        draft.problems.at(
            at, "needs `target`" if kind in TYPES else f"{short(str(kind))!r} is not one of {listed(TYPES)}"
        )
        return None
    if "consistency" in options:
        draft.dropped("volumes.consistency", options["consistency"], NOTED["consistency"])
    entry: dict[str, Any] = {"target": _target(draft, values.text(options["target"]) or "/", options["target"])}
    source = values.text(options["source"]) if "source" in options else None
    if kind == "bind":
        if not source:
            draft.problems.at(item, "a bind needs `source`")
            return None
        bare = source if source.startswith(("/", ".", "~")) else f"./{source}"
        entry |= {"source": bare, "type": "bind", "create": True}
    elif kind == "volume" and source:
        entry |= _named(draft, source, options["source"])
    elif kind == "tmpfs":
        entry["type"] = "tmpfs"
    if "read_only" in options and values.flag(options["read_only"]):
        entry["read_only"] = True
    _beside(draft, options, kind, entry)
    return entry


def _beside(draft: Draft, options: dict[str, Node], kind: str, entry: dict[str, Any]) -> None:
    """`bind:`, `volume:` and `tmpfs:` of the long form."""
    values = draft.values
    for part, known in {
        "bind": ("propagation", "create_host_path", "selinux", "recursive"),
        "volume": ("nocopy", "subpath", "labels"),
        "tmpfs": ("size", "mode"),
    }.items():
        if part not in options:
            continue
        inner = values.map(options[part], known)
        if part != kind:
            draft.dropped(f"volumes.{part}", options[part], f"the mount is a {kind}")
            continue
        for key, node in inner.items():
            if key == "propagation":
                entry["propagation"] = values.one_of(node, PROPAGATIONS)
            elif key == "nocopy":
                entry["nocopy"] = values.flag(node)
            elif key == "size":
                entry["size"] = format_size(values.size(node) or 0)
            elif key == "subpath":
                draft.problems.at(node, "serai mounts whole volumes")
            elif key == "create_host_path":
                entry["create"] = values.flag(node) is not False
            else:
                draft.dropped(f"volumes.{part}.{key}", node, "no provider of serai's passes it on")


def map_volumes_from(draft: Draft, key: str, node: Node) -> None:
    """Other services' mounts; `container:NAME` is one that is not of the project."""
    words = []
    for item in draft.values.nodes(node):
        text = draft.values.text(item) or ""
        name = text.removeprefix("container:").partition(":")[0]
        if text.startswith("container:"):
            text = text.removeprefix("container:")
        elif name not in draft.world.services:
            near = did_you_mean(name, list(draft.world.services))
            draft.problems.at(item, f"there is no service {short(name)!r}" + (f", {near}" if near else ""))
            continue
        words.append(text)
    if words:
        draft.put(("container", "volumes_from"), words, key, node)
