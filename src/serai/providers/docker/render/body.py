"""The body of `POST /containers/create`: process, environment, checks. Source: moby, api/swagger.yaml."""

from __future__ import annotations

from typing import Any

import msgspec

from serai.providers.contract import Forward
from serai.providers.docker import names
from serai.providers.docker.render.host import host_config, network_mode
from serai.providers.docker.render.site import Link, Site
from serai.spec.container import Container
from serai.spec.container_parts import Health
from serai.spec.machine import Machine, digest

NANOSECONDS = 1_000_000_000
STAY = """\
trap 'kill -TERM "$p" 2>/dev/null; exit 0' TERM INT
if [ $# -gt 0 ]; then "$@" & p=$!; wait "$p" || exit $?; fi
while :; do sleep 86400 & p=$!; wait "$p"; done"""
"""Runs the command, and stays when it has ended well (DOC-1); a failure is the container's own."""


MACS = (1, 44)
"""API from which each interface may have a hardware address of its own. Source: moby, API version history."""


def text(machine: Machine, site: Site) -> str:
    """The body for a person, with the networks that are connected afterwards."""
    whole = {"name": container_name(machine, site), **body(machine, site)}
    if later := site.links[1:]:
        whole["then"] = [{"network": link.network, **endpoint(link)} for link in later]
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def container_name(machine: Machine, site: Site) -> str:
    """What the engine will call it."""
    stated_name = machine.container.name if machine.container else None
    return stated_name or f"{site.project}-{machine.name}-{site.project_id}"


def body(machine: Machine, site: Site) -> dict[str, Any]:
    """All of it, without keys that say nothing."""
    container = machine.container or Container()
    found = {
        **_identity(machine, container, site),
        "Image": site.image,
        **_command(container, site),
        "Env": [f"{key}={value}" for key, value in {**site.environment, **container.env}.items()],
        "WorkingDir": container.working_dir,
        "User": container.user,
        "Tty": container.tty,
        "OpenStdin": container.stdin_open,
        "StopSignal": container.stop_signal,
        "StopTimeout": None if container.stop_timeout is None else round(container.stop_timeout),
        "Healthcheck": _health(container.health) if container.health else None,
        "ExposedPorts": {port: {} for port in _exposed(container, site.forwards)},
        "Labels": labels(machine, site),
        "HostConfig": host_config(machine, container, site),
        "NetworkingConfig": _first(site.links),
        "MacAddress": _mac_of_the_container(machine, site),
    }
    found = {key: value for key, value in found.items() if value not in (None, False, [], {}, "")}
    if options := options_of(machine):
        from serai.providers.docker.render.raw import merged

        return merged(found, options, machine.provider, site.api)
    return found


def _mac_of_the_container(machine: Machine, site: Site) -> str:
    """The first interface's, for an engine that does not read the one of an endpoint; docker 25 and later do."""
    if not site.links or (machine.provider == "docker" and site.knows(MACS)):
        return ""
    return site.links[0].mac


def options_of(machine: Machine) -> dict[str, Any]:
    """Further options of its engine, as the file states them."""
    return (machine.providers.podman if machine.provider == "podman" else machine.providers.docker).options


def _identity(machine: Machine, container: Container, site: Site) -> dict[str, Any]:
    """Host name and domain; whoever shares the names of another has no own."""
    shared = network_mode(container, site).startswith(("host", "container:")) or container.uts == "host"
    if shared and machine.hostname is None:
        return {}
    return {"Hostname": machine.hostname or machine.name, "Domainname": container.domainname}


def _command(container: Container, site: Site) -> dict[str, Any]:
    """Entry point and command, over the image's. An empty entry point is a list with an empty word."""
    if container.keep_alive:
        words = [*(container.entrypoint or ()), *container.cmd] or list(site.image_command)
        return {"Entrypoint": ["/bin/sh", "-c", STAY, "stay"], "Cmd": words}
    entrypoint = container.entrypoint if container.entrypoint is None else container.entrypoint or [""]
    return {"Entrypoint": entrypoint, "Cmd": container.cmd}


def _health(health: Health) -> dict[str, Any]:
    """Durations in nanoseconds; what is not stated stays the image's."""
    if health.disable:
        return {"Test": ["NONE"]}
    found: dict[str, Any] = {"Test": health.test} if health.test else {}
    for key, seconds in (
        ("Interval", health.interval),
        ("Timeout", health.timeout),
        ("StartPeriod", health.start_period),
    ):
        if seconds is not None:
            found[key] = round(seconds * NANOSECONDS)
    if health.retries is not None:
        found["Retries"] = health.retries
    return found


def _exposed(container: Container, forwards: tuple[Forward, ...]) -> list[str]:
    """`80/tcp`, each once."""
    stated_ports = [port if "/" in port else f"{port}/tcp" for port in container.expose]
    return list(dict.fromkeys([*stated_ports, *(f"{each.guest}/{each.protocol}" for each in forwards)]))


def labels(machine: Machine, site: Site) -> dict[str, str]:
    """A person's own, and those that serai finds the container and its spec by."""
    own = {
        names.PROJECT: site.project,
        names.PROJECT_ID: site.project_id,
        names.ROOT: str(site.root),
        names.MACHINE: machine.name,
        names.DIGEST: digest(machine),
        names.SPEC: msgspec.json.encode(machine, order="deterministic").decode(),
        names.FORWARDS: msgspec.json.encode(site.forwards).decode() if site.forwards else "",
    }
    stated_labels = machine.container.labels if machine.container else {}
    return {**stated_labels, **{key: value for key, value in own.items() if value}}


def _first(links: tuple[Link, ...]) -> dict[str, Any] | None:
    """The network that it is made on; the engine's own bridge takes no addresses and no names."""
    if not links:
        return None
    first = links[0]
    if first.network != "bridge":
        return {"EndpointsConfig": {first.network: endpoint(first)}}
    return {"EndpointsConfig": {first.network: {"MacAddress": first.mac}}} if first.mac else None


def endpoint(link: Link) -> dict[str, Any]:
    """How the container is on one network."""
    found: dict[str, Any] = {
        "IPAMConfig": {"IPv4Address": link.address} if link.address else None,
        "Aliases": list(link.aliases),
        "MacAddress": link.mac,
        "Links": list(link.links),
    }
    return {key: value for key, value in found.items() if value}
