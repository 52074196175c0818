"""`build` → how the image is built."""

from __future__ import annotations

from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.rebase import is_remote
from serai.loaders.compose.short import long_build
from serai.loaders.yaml.nodes import Map, Node, Scalar, is_null

TEXTS = ("dockerfile", "dockerfile_inline", "target", "network")
MAPS = ("labels",)
KEYS = ("context", "args", "cache_from", "no_cache", *TEXTS, *MAPS)
NO_BUILDKIT = "serai builds by the engine's own builder, which has no such thing"
NOTED = {
    "additional_contexts": NO_BUILDKIT,
    "cache_to": NO_BUILDKIT,
    "entitlements": NO_BUILDKIT,
    "extra_hosts": "serai passes it to no build",
    "isolation": "it is for Windows",
    "platforms": "serai builds for the machine's own `platform`",
    "privileged": NO_BUILDKIT,
    "provenance": NO_BUILDKIT,
    "pull": "`pull_policy: always` asks for newer images",
    "sbom": NO_BUILDKIT,
    "secrets": NO_BUILDKIT,
    "shm_size": "serai passes it to no build",
    "ssh": NO_BUILDKIT,
    "tags": "serai tags what it builds itself",
    "ulimits": "serai passes it to no build",
}


def map_build(draft: Draft, key: str, node: Node) -> None:
    if not isinstance(node, Map) and not (isinstance(node, Scalar) and not is_null(node)):
        draft.values.wrong(node, "a directory, or a map")
        return
    values = draft.values
    long = node if isinstance(node, Map) else Map(long_build(node), {"context": node.place}, node.place, node.path)
    options = values.map(long, KEYS, noted=NOTED)
    build: dict[str, Any] = {}
    for name, item in options.items():
        if name == "context":
            text = values.text(item) or "."
            build["git" if is_remote(text) else "context"] = text
        elif name in TEXTS:
            build[name] = values.text(item)
        elif name in MAPS:
            build[name] = values.texts(item)
        elif name == "args":
            build["args"] = _args(draft, item)
        elif name == "cache_from":
            build[name] = values.words(item)
        elif name == "no_cache":
            build[name] = values.flag(item)
        else:
            draft.dropped(f"build.{name}", item, NOTED[name])
    if "git" not in build:
        build.setdefault("context", ".")
    if "dockerfile" in build and "dockerfile_inline" in build:
        draft.problems.at(options["dockerfile_inline"], "dockerfile and dockerfile_inline cannot both be stated")
    draft.put(
        ("container", "build"), {name: value for name, value in build.items() if value is not None}, key, node
    )


def _args(draft: Draft, node: Node) -> dict[str, str]:
    """An argument without a value has that of the environment, and is left out where that has none."""
    found = {}
    for name, item in draft.values.pairs(node).items():
        value = draft.variables.look(name) if is_null(item) else draft.values.text(item)
        if value is not None:
            found[name] = value
        elif is_null(item):
            draft.dropped(f"build.args.{name}", item, "it has no value, and serai's environment has none")
    return found
