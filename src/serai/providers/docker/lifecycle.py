"""Containers made, started, stopped, removed; each act can be done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from serai.providers import ports as host_ports
from serai.providers.contract import Forward, Mark, Materials, Progress, Scope
from serai.providers.docker import connect, files, images, names, networks, observe, ports, state, volumes
from serai.providers.docker.render import Site, body
from serai.providers.docker.render.body import MACS, endpoint
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

USUAL = 10.0
"""Seconds that an engine gives a process to end, where nothing is stated. Source: docker stop, --time."""
TAKEN = "is already in use by"
"""In the engine's words where a container has the name: docker's and podman's codes differ."""
REMOVING = (404, 409)
"""What the engine says where it is gone already, or somebody else removes it just now."""


class Place:
    """A client, with what it is used for."""

    def __init__(self, client: Any, scope: Scope, provider: str, *, local: bool) -> None:
        self.client = client
        self.scope = scope
        self.provider = provider
        self.local = local
        """The engine runs on this host: its ports and files are ours."""

    def containers(self) -> list[dict[str, Any]]:
        """The project's, in one call."""
        found: list[dict[str, Any]] = self.client.containers(all=True, filters=names.mine(self.scope))
        return found

    def find(self, name: str) -> dict[str, Any] | None:
        """The summary of a machine's container."""
        label = [f"{names.PROJECT_ID}={self.scope.project_id}", f"{names.MACHINE}={name}"]
        found = self.client.containers(all=True, filters={"label": label})
        return found[0] if found else None

    def need(self, name: str) -> str:
        """The id of a machine's container. Raises Code.FAILED where there is none."""
        found = self.find(name)
        if found is None:
            raise SeraiError(Code.FAILED, f"{name} does not exist", hint=f"serai up {name}")
        return str(found["Id"])


def peers(containers: list[dict[str, Any]]) -> dict[str, str]:
    """Machine -> what its container is called."""
    return {
        (each.get("Labels") or {}).get(names.MACHINE, ""): str((each.get("Names") or ["/"])[0]).lstrip("/")
        for each in containers
    }


def site_of(
    place: Place,
    machine: Machine,
    materials: Materials,
    image: str,
    containers: list[dict[str, Any]],
    forwards: tuple[Forward, ...],
) -> Site:
    """All that the body is rendered with."""
    base = images.reference(machine, place.scope) if materials.layer else image  # a layer has this one's command
    container = machine.container or Container()
    known = peers(containers)
    command: tuple[str, ...] = ()
    if container.keep_alive and not container.cmd and not container.entrypoint:
        config = place.client.inspect_image(base).get("Config") or {}
        command = (*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ()))
    return Site(
        project=place.scope.project,
        project_id=place.scope.project_id,
        root=place.scope.root,
        image=image,
        image_command=command,
        environment=files.environment(machine, place.scope.root),
        links=networks.links(place.scope, machine, materials, known),
        forwards=forwards,
        foreign=materials.foreign,
        peers={name: names.peer(place.scope, name, known) for name in known},
        volumes=volumes.engine_names(place.scope, machine),
        api=str(place.client.api_version),
        binds=files.bound(place.scope, place.provider, machine),
    )


def create(place: Place, machine: Machine, materials: Materials, progress: Progress, image: str = "") -> str:
    """Make it, not started; what a killed create left is replaced. Its id. `image`: in place of the spec's."""
    _refuse_macs(place, machine, materials)
    image = image or images.ensure(place.client, place.scope, machine, progress)
    marks: dict[str, Mark] = {}
    if materials.layer:
        from serai.providers.docker import layers

        image, marks = layers.image_of(materials.layer), materials.layer.marks
    progress("making the container")
    try:
        container = _joined(place, machine, materials, image)
    except connect.library().errors.APIError as error:
        # Its name is taken: seldom, so that it is not asked for each time.
        found = place.find(machine.name) if TAKEN in str(error.explanation) else None
        if found is None:
            raise
        remove(place, str(found["Id"]))
        container = _joined(place, machine, materials, image)
    if (archive := files.archive(machine, place.scope.root)) and not (
        machine.container and machine.container.read_only
    ):
        place.client.put_archive(container, "/", archive)
    state.change(place.scope, place.provider, machine.name, container, lambda kept: kept.marks.update(marks))
    return container


def _joined(place: Place, machine: Machine, materials: Materials, image: str) -> str:
    """Its networks, its volumes, and the container on them."""
    with networks.using():
        networks.ensure(place.client, place.scope, machine, materials)
        volumes.ensure(place.client, place.scope, machine)
        if any(nic.forwarded_port for nic in machine.networks):
            with host_ports.allocating():
                containers = place.containers()
                forwards = ports.allocate(machine, taken(containers, machine.name), local=place.local)
                container = _made(place, machine, materials, image, containers, forwards)
        else:
            needs_peers = machine.container is not None and _names_peers(machine.container)
            container = _made(place, machine, materials, image, place.containers() if needs_peers else [], ())
        _connect(place, machine, materials, container)
        return container


def _refuse_macs(place: Place, machine: Machine, materials: Materials) -> None:
    """Raise for a hardware address that an old docker would leave out: it knows one a container."""
    version = tuple(int(part) for part in str(place.client.api_version).split("."))
    if place.provider != "docker" or version >= MACS:
        return
    for link in networks.links(place.scope, machine, materials)[1:]:
        if link.mac:
            raise SeraiError(
                Code.UNSUPPORTED,
                f"{machine.name}: networks.mac: docker before 25.0 gives {link.mac} to the first interface alone, "
                f"and the one on {link.network} is another",
                hint="leave it out, or uplink: none where this is the only other",
            )


def _names_peers(container: Container) -> bool:
    """Whether its body names containers of other machines."""
    words = (container.network_mode, container.ipc, container.pid)
    return bool(container.links or container.volumes_from) or any(word and "machine:" in word for word in words)


def taken(containers: list[dict[str, Any]], without: str) -> host_ports.Taken:
    """The ports that the project's other containers have."""
    found: host_ports.Taken = {}
    for each in containers:
        labels = each.get("Labels") or {}
        name = labels.get(names.MACHINE, "")
        if name != without:
            found |= {host_ports.key_of(forward): name for forward in observe.forwards_of(labels)}
    return found


def _made(
    place: Place,
    machine: Machine,
    materials: Materials,
    image: str,
    containers: list[dict[str, Any]],
    forwards: tuple[Forward, ...],
) -> str:
    site = site_of(place, machine, materials, image, containers, forwards)
    platform = f"linux/{machine.arch}" if machine.arch else None
    made = place.client.create_container_from_config(
        body(machine, site), name=names.container(place.scope, machine), platform=platform
    )
    return str(made["Id"])


def _connect(place: Place, machine: Machine, materials: Materials, container: str) -> None:
    """Join the networks beyond the first one."""
    for link in networks.links(place.scope, machine, materials)[1:]:
        join(place, container, link)


def join(place: Place, container: str, link: Any) -> None:
    wanted = endpoint(link)
    place.client.connect_container_to_network(
        container,
        link.network,
        ipv4_address=link.address or None,
        aliases=wanted.get("Aliases"),
        links=[tuple(each.split(":", 1)) for each in link.links] or None,
        mac_address=link.mac or None,
    )


def endpoint_of(place: Place, seen: Mapping[str, Any], container: str) -> dict[str, Any]:
    """What was asked for of an endpoint that the engine shows; the container's id is a name that it adds itself.

    podman tells what there is alone, while it runs.
    """
    aliases = [alias for alias in seen.get("Aliases") or () if not container.startswith(alias)]
    asked = seen.get("IPAMConfig")
    if place.provider == "podman" and not asked and seen.get("IPAddress"):
        asked = {"IPv4Address": seen["IPAddress"]}
    found = {"IPAMConfig": asked, "Aliases": aliases, "Links": seen.get("Links")}
    return {key: value for key, value in found.items() if value}


def rejoin(place: Place, container: str, network: str, was: Mapping[str, Any]) -> None:
    """Join a network as `endpoint_of` told it."""
    place.client.connect_container_to_network(
        container,
        network,
        ipv4_address=(was.get("IPAMConfig") or {}).get("IPv4Address"),
        aliases=was.get("Aliases"),
    )


def start(
    place: Place,
    machine: Machine,
    progress: Progress,
    before: Callable[[str], object] = lambda container: None,
    made: str = "",
) -> str:
    """Start it; one that is paused goes on. Its id, which `before` is told before it is started.

    `made`: the id of one that was made just now, which need not be looked for.
    """
    found = {"Id": made, "State": "created"} if made else place.find(machine.name)
    if found is None:
        raise SeraiError(Code.FAILED, f"{machine.name} does not exist", hint=f"serai up {machine.name}")
    container = str(found["Id"])
    if found["State"] == "paused":
        place.client.unpause(container)
    elif found["State"] != "running":
        progress("starting")
        before(container)
        place.client.start(container)

        def begun(kept: state.Kept) -> None:
            kept.started_at, kept.halted, kept.pending, kept.ready_at = round(time.time(), 3), False, {}, 0.0

        state.change(place.scope, place.provider, machine.name, container, begun)
    return container


def stop(place: Place, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Ask its process to end, then kill it after `budget` seconds. True: it went by itself."""
    found = place.find(name)
    if found is None:
        raise SeraiError(Code.FAILED, f"{name} does not exist", hint=f"serai up {name}")
    container = str(found["Id"])

    def halted(kept: state.Kept) -> None:
        kept.halted, kept.ready_at = True, 0.0

    state.change(place.scope, place.provider, name, container, halted)
    if found["State"] == "paused":
        place.client.unpause(container)
    if found["State"] not in ("running", "paused", "restarting"):
        return True
    applied = observe.spec_of(found.get("Labels") or {})
    if applied and applied.container and applied.container.stop_timeout is not None:
        budget = applied.container.stop_timeout
    elif budget == Machine().halt_timeout:
        budget = USUAL
    progress("waiting for its process to end")
    began = time.monotonic()
    place.client.stop(container, timeout=0 if force else max(0, round(budget)))
    if force:
        return False
    code = (place.client.inspect_container(container)["State"] or {}).get("ExitCode")
    return not (code == 137 and time.monotonic() - began >= budget)


def destroy(place: Place, name: str, progress: Progress, *, all_of_it: bool = True) -> None:
    """Remove the container, and its snapshots, networks and volumes where it was the last that had them.

    `all_of_it`: false for one that is made anew at once, whose volumes and networks stay.
    """
    found = place.find(name)
    if found is not None:
        progress("removing the container")
        remove(place, str(found["Id"]))
    if not all_of_it:
        return
    state.forget(place.scope, place.provider, name)
    _forget_images(place, name)
    with networks.sweeping():
        left = place.containers()
        networks.sweep(place.client, place.scope, left)
        volumes.sweep(place.client, place.scope, left)


def remove(place: Place, container: str) -> None:
    """With what is in it, and volumes that have no name."""
    docker = connect.library()
    try:
        place.client.remove_container(container, v=True, force=True)
    except docker.errors.APIError as error:
        if error.status_code not in REMOVING:
            raise


def _forget_images(place: Place, name: str) -> None:
    """Images that were made of the machine or for it alone: snapshots, and what was built."""
    docker = connect.library()
    for image in images.labelled(place.client, {names.PROJECT_ID: place.scope.project_id}):
        labels: Mapping[str, str] = image.get("Labels") or {}
        tags = image.get("RepoTags") or []
        own = names.built(place.scope, name) in map(names.plain, tags)
        if labels.get(names.MACHINE) != name and not own:
            continue
        for tag in tags or [image["Id"]]:
            try:
                place.client.remove_image(tag)
            except docker.errors.APIError as error:
                if error.status_code not in REMOVING:
                    raise
