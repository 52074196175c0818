"""The container's process: its command, its end, its health, its output, the namespaces that it shares."""

from __future__ import annotations

import re
import shlex
from typing import Any

from serai.loaders.compose.draft import Draft
from serai.loaders.compose.networks import of_machine
from serai.loaders.yaml.nodes import Node, Scalar, is_null, listed, short
from serai.spec.container import RESTART_PATTERN
from serai.util.errors import did_you_mean

RESTARTS = ("no", "always", "on-failure", "unless-stopped")
HEALTH = ("test", "interval", "timeout", "retries", "start_period", "disable")
PULLS = {
    "always": "always",
    "never": "never",
    "missing": "missing",
    "if_not_present": "missing",
}
ARCHITECTURES = {"amd64": "amd64", "x86_64": "amd64", "arm64": "arm64", "aarch64": "arm64"}
"""Of an OCI platform -> serai's word."""


def map_command(draft: Draft, key: str, node: Node) -> None:
    """An empty one is the image's own."""
    words = draft.values.command(node)
    if words:
        draft.put(("container", "cmd"), words, key, node)
    elif words is not None:
        draft.dropped(key, node, "an empty command is the image's own")


def map_entrypoint(draft: Draft, key: str, node: Node) -> None:
    """An empty one takes the image's away."""
    words = draft.values.command(node)
    if words is not None:
        draft.put(("container", "entrypoint"), words, key, node)


def map_restart(draft: Draft, key: str, node: Node) -> None:
    text = node.text if isinstance(node, Scalar) else ""
    text = "no" if text in ("false", "off") else text
    if not re.fullmatch(RESTART_PATTERN, text):
        near = did_you_mean(text, RESTARTS) or f"there are {listed(RESTARTS)}, on-failure:TIMES"
        draft.problems.at(node, f"{short(text)!r} is no policy, {near}")
    else:
        draft.put(("container", "restart"), text, key, node)


def map_health(draft: Draft, key: str, node: Node) -> None:
    values = draft.values
    noted = {"start_interval": "the engine checks at `interval` from the start"}
    options = values.map(node, HEALTH, noted=noted)
    if "disable" in options and values.flag(options["disable"]):
        draft.put(("container", "health"), {"disable": True}, key, node)
        return
    health: dict[str, Any] = {}
    for name, item in options.items():
        if name == "test":
            test = _test(draft, item)
            if test == ["NONE"]:
                draft.put(("container", "health"), {"disable": True}, key, node)
                return
            health["test"] = test
        elif name == "retries":
            if (number := values.whole(item)) is not None and number > 0:
                health["retries"] = number
        elif name in noted:
            draft.dropped(f"{key}.{name}", item, noted[name])
        elif name != "disable":
            health[name] = values.seconds(item)
    health = {name: value for name, value in health.items() if value is not None}
    if health:
        draft.put(("container", "health"), health, key, node)


def _test(draft: Draft, node: Node) -> list[str] | None:
    """A text is a shell command; a list begins with CMD, CMD-SHELL or NONE."""
    if isinstance(node, Scalar) and not is_null(node):
        return ["CMD-SHELL", node.text]
    words = draft.values.words(node)
    if not words or words[0] not in ("CMD", "CMD-SHELL", "NONE") or (words[0] != "NONE" and len(words) < 2):
        draft.problems.at(
            node, "a list begins with CMD, CMD-SHELL or NONE", 'for example ["CMD", "curl", "localhost"]'
        )
        return None
    return words


def map_logging(draft: Draft, key: str, node: Node) -> None:
    options = draft.values.map(node, ("driver", "options"))
    log: dict[str, Any] = {}
    if "driver" in options:
        log["driver"] = draft.values.text(options["driver"])
    if "options" in options and (texts := draft.values.texts(options["options"])):
        log["options"] = texts
    if log:
        log.setdefault("driver", "json-file")
        draft.put(("container", "log"), log, key, node)


def map_pull(draft: Draft, key: str, node: Node) -> None:
    text = draft.values.text(node) or ""
    if text in PULLS:
        draft.put(("container", "pull"), PULLS[text], key, node)
    elif text == "build":
        draft.dropped(key, node, "what has `build` is built")
    elif text in ("daily", "weekly") or text.startswith("every_"):
        draft.dropped(key, node, "serai pulls what is missing, or always")
    else:
        known = [*PULLS, "build", "daily", "weekly"]
        draft.problems.at(node, f"{short(text)!r} is not one of {listed(known)}", did_you_mean(text, known))


def map_platform(draft: Draft, key: str, node: Node) -> None:
    """`linux/arm64`."""
    text = draft.values.text(node) or ""
    system, _, rest = text.partition("/")
    arch = ARCHITECTURES.get((rest or system).partition("/")[0])
    if arch is None or (rest and system != "linux"):
        draft.problems.at(node, f"{short(text)!r} is no platform that serai has", "linux/amd64 or linux/arm64")
    else:
        draft.put(("arch",), arch, key, node)


def map_namespace(draft: Draft, key: str, node: Node) -> None:
    """`ipc` and `pid`, which may be another service's."""
    if (text := draft.values.text(node)) is not None:
        draft.put(("container", key), of_machine(draft, text, node), key, node)


def map_hooks(draft: Draft, key: str, node: Node) -> None:
    """Commands in the container after its start, and before its end."""
    event = "after_start" if key == "post_start" else "before_stop"
    noted = {
        "user": "a hook runs as the machine's own user",
        "privileged": "a hook has the container's own rights",
    }
    for item in draft.values.nodes(node):
        options = draft.values.map(item, ("command", "working_dir", "environment"), noted=noted)
        words = draft.values.command(options["command"]) if "command" in options else None
        if not words:
            draft.problems.at(item, "needs `command`")
            continue
        for name in noted:
            if name in options:
                draft.dropped(f"{key}.{name}", options[name], noted[name])
        if "environment" in options:
            texts = draft.values.texts(options["environment"])
            words = ["env", *(f"{name}={value}" for name, value in texts.items()), *words]
        run = words[2] if words[:2] == ["sh", "-c"] and len(words) == len(("sh", "-c", "…")) else shlex.join(words)
        if "working_dir" in options:
            run = f"cd {shlex.quote(draft.values.text(options['working_dir']) or '/')} && {run}"
        draft.append(("hooks", event), {"run": run, "on": "guest"}, key, item)
