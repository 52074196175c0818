"""`providers: {docker: {options: …}}`: further arguments of the docker SDK, in the body of a container.

They are checked by the SDK's own types: names, forms, and the version of the API that an argument needs.
Source: docker SDK for Python, types.HostConfig and types.ContainerConfig.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from typing import Any

from serai.providers.docker.connect import library
from serai.util.errors import Code, SeraiError, did_you_mean

NOT_AN_OPTION = ("self", "version", "image", "host_config", "networking_config", "detach", "lxc_conf")
"""Arguments that are no options: what the SDK wires together itself, and what engines have not any more."""
ANY_VERSION = "1.51"
"""An API that knows every argument: where the engine is not asked."""


def merged(body: Mapping[str, Any], options: Mapping[str, Any], provider: str, api: str = "") -> dict[str, Any]:
    """The body with the options. Raises Code.INPUT for one that nobody knows, or that a key says already."""
    top, host = known()
    found: dict[str, Any] = {key: value for key, value in body.items() if key != "HostConfig"}
    inner = dict(body.get("HostConfig") or {})
    for name, value in options.items():
        key = f"providers.{provider}.options.{name}"
        if name not in top | host:
            hint = did_you_mean(name, sorted(top | host)) or "those of create_container and create_host_config"
            raise SeraiError(Code.INPUT, f"{key}: the docker SDK has no such argument", hint=hint)
        into = inner if name in host else found
        for word, made in _made(key, name, value, name in host, api or ANY_VERSION).items():
            if word in into:
                why, way_out = (
                    f"the container has {word} by keys of its own",
                    "leave one of them out (serai render)",
                )
                raise SeraiError(Code.INPUT, f"{key}: {why}", hint=way_out)
            into[word] = made
    return {**found, "HostConfig": inner} if inner else found


def known() -> tuple[set[str], set[str]]:
    """Names of arguments: of the container, and of its host configuration."""
    types = library().types
    host = set(signature(types.HostConfig).parameters)
    top = set(signature(types.ContainerConfig).parameters)
    return top - host - {*NOT_AN_OPTION}, host - {*NOT_AN_OPTION}


def _made(key: str, name: str, value: Any, host: bool, api: str) -> dict[str, Any]:
    """What the SDK makes of one argument, in the engine's words."""
    docker = library()
    kind = docker.types.HostConfig if host else docker.types.ContainerConfig
    usual = {"version": api} if host else {"version": api, "image": "", "command": None}
    try:
        without, whole = kind(**usual), kind(**{**usual, name: value})
    except (docker.errors.DockerException, TypeError, ValueError, AttributeError, KeyError) as error:
        raise SeraiError(Code.INPUT, f"{key}: {error}", hint="as the docker SDK's documentation has it") from error
    return {word: made for word, made in whole.items() if made != without.get(word)}
