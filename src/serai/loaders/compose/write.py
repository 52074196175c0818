"""Project → compose.yaml: containers as services. What Compose cannot say is refused, all of it at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from serai.loaders.compose.write_container import Loss, container_keys, seconds
from serai.loaders.compose.write_networks import attachments, network, ports
from serai.loaders.dumped import dumped
from serai.spec.base import stated
from serai.spec.container import Container
from serai.spec.machine import After, Machine, Project
from serai.util.errors import SeraiErrors

CONTAINERS = ("docker", "podman")
"""Providers whose machines are a Compose file's services."""
MANUAL = "manual"
"""The profile of machines without autostart."""
CONDITIONS = {
    After.STARTED: "service_started",
    After.READY: "service_healthy",
    After.SUCCEEDED: "service_completed_successfully",
}
PLATFORMS = {"amd64": "linux/amd64", "arm64": "linux/arm64"}
SAID = (
    "after",
    "aliases",
    "arch",
    "autostart",
    "container",
    "cpu",
    "halt_timeout",
    "hooks",
    "hostname",
    "image",
    "memory",
    "name",
    "networks",
    "provider",
    "synced_folders",
)
"""Keys of a machine that Compose has words for, at least in part."""


def to_yaml(project: Project, names: Collection[str] | None = None) -> str:
    """The file; with `names`, of these machines only. Raises SeraiErrors (UNSUPPORTED) for what cannot be said."""
    return dumped(to_compose(project, names))


def to_compose(project: Project, names: Collection[str] | None = None) -> dict[str, Any]:
    """The file as plain data, `$` written as `$$`."""
    machines = {name: machine for name, machine in project.machines.items() if names is None or name in names}
    loss = Loss()
    jobs = {name for machine in machines.values() for name, how in machine.after.items() if how is After.SUCCEEDED}
    services: dict[str, Any] = {}
    volumes: dict[str, Any] = {}
    configs: dict[str, Any] = {}
    for name, machine in machines.items():
        if machine.provider not in CONTAINERS:
            way = "--provider docker, or serai render NAME for what its engine is told"
            loss.add(name, f"a Compose file holds containers, and this is a machine of {machine.provider}", way)
            continue
        loss.named(name)
        services[name] = _service(machine, name in jobs, set(project.machines), loss, volumes, configs)
    used = {nic.private.network for machine in machines.values() for nic in machine.networks if nic.private}
    networks = {
        name: network(name, project.networks.get(name), loss)
        for name in [*project.networks, *sorted(used)]
        if name in used
    }
    if loss.errors:
        raise SeraiErrors(loss.errors)
    sections = {"services": services, "networks": networks, "volumes": volumes, "configs": configs}
    return {
        "name": project.project,
        **{key: escaped(value) for key, value in sections.items() if value},
    }


def escaped(value: Any) -> Any:
    """`$` begins a variable in a Compose file."""
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value


def _service(
    machine: Machine, job: bool, known: set[str], loss: Loss, volumes: dict[str, Any], configs: dict[str, Any]
) -> dict[str, Any]:
    container = machine.container or Container()
    for key in stated(machine):
        if key not in SAID:
            loss.key(key)
    if container.job and not job:
        loss.key("container.job", "nothing waits until it has succeeded")
    service: dict[str, Any] = {}
    if machine.image is not None:
        service["image"] = machine.image
    if machine.arch is not None:
        service["platform"] = PLATFORMS.get(machine.arch)
        if machine.arch not in PLATFORMS:
            loss.key("arch")
    if machine.hostname is not None:
        service["hostname"] = machine.hostname
    service |= container_keys(machine, container, loss, volumes, configs)
    if "volumes_from" in service:
        others = (
            word if word.partition(":")[0] in known else f"container:{word}" for word in container.volumes_from
        )
        service["volumes_from"] = list(others)
    service |= _sizes(machine, container, loss)
    if entries := ports(machine, loss):
        service["ports"] = entries
    if container.network_mode is None:
        service |= attachments(machine, container, loss)
    if machine.after:
        service["depends_on"] = {
            name: {"condition": _condition(name, how, loss)} for name, how in machine.after.items()
        }
    if not machine.autostart:
        service["profiles"] = [MANUAL]
    return {key: value for key, value in service.items() if value is not None}


def _condition(name: str, how: After, loss: Loss) -> str:
    if how not in CONDITIONS:
        loss.key(f"after.{name}", f"it has no word for {how}")
    return CONDITIONS.get(how, "service_started")


def _sizes(machine: Machine, container: Container, loss: Loss) -> dict[str, Any]:
    """`cpu.count`, `memory.size` and `halt_timeout`, where the container itself says nothing."""
    found: dict[str, Any] = {}
    for section, key in (("cpu", "count"), ("memory", "size")):
        for other in stated(getattr(machine, section)):
            if other != key:
                loss.key(f"{section}.{other}")
    if container.cpus is None and machine.cpu.count is not None and "cpu" in stated(machine):
        found["cpus"] = machine.cpu.count
    if container.memory is None and "memory" in stated(machine):
        found["mem_limit"] = f"{machine.memory.size}b"
    if container.stop_timeout is None and "halt_timeout" in stated(machine):
        found["stop_grace_period"] = seconds(machine.halt_timeout)
    return found
