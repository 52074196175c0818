"""Changes of a container that exists: limits, restart policy, networks, small files."""

from __future__ import annotations

from collections.abc import Mapping

from serai.providers.contract import Effect, Materials, Progress, Verdict
from serai.providers.docker import files, network_changes, networks, observe, state
from serai.providers.docker.lifecycle import Place, join
from serai.providers.docker.render.host import limits, restart_policy
from serai.providers.docker.verdicts import UPDATED
from serai.providers.key_names import named
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

GIB_SWAP = 2
"""Docker allows twice the memory as memory and swap, unless told otherwise. Source: docker run, --memory-swap."""


def apply(
    place: Place, machine: Machine, keys: Mapping[str, Verdict], progress: Progress, materials: Materials | None
) -> None:
    """Do the live ones, and write down the spec that the container has now."""
    found = place.find(machine.name)
    if found is None:
        raise SeraiError(Code.FAILED, f"{machine.name} does not exist", hint=f"serai up {machine.name}")
    container = str(found["Id"])
    live = {key for key, verdict in keys.items() if verdict.effect is Effect.LIVE}
    if live & UPDATED:
        progress("changing its limits")
        update(place, machine, container)
    if "container.files" in live and (archive := files.archive(machine, place.scope.root)):
        progress("putting its files into it")
        place.client.put_archive(container, "/", archive)
    known = materials.networks if materials else {}
    anew = {named(key, known)[0] for key in live if key.startswith("networks.") and key.count(".") > 1}
    if anew and materials is not None:
        progress(f"making {', '.join(sorted(anew))} anew")
        for name in sorted(anew):
            network_changes.replace(place, name, materials.networks[name])
        found = place.find(machine.name) or found
    if (anew or "networks.private" in live) and materials is not None:
        progress("joining networks")
        _networks(place, machine, container, found, materials)
    waiting = {key: verdict.reason for key, verdict in keys.items() if verdict.effect is Effect.RESTART}
    was = observe.spec_of(found.get("Labels") or {})

    def changed(kept: state.Kept) -> None:
        kept.applied = None if machine == was else machine
        kept.pending = waiting

    state.change(place.scope, place.provider, machine.name, container, changed)


def update(place: Place, machine: Machine, container: str) -> None:
    """All limits at once: the engine holds memory against swap."""
    spec = machine.container or Container()
    wanted = limits(machine, spec)
    if "Memory" in wanted and "MemorySwap" not in wanted:
        wanted["MemorySwap"] = GIB_SWAP * wanted["Memory"]
    policy = restart_policy(spec.restart) or {"Name": "no"}
    client = place.client
    answer = client._post_json(
        client._url("/containers/{0}/update", container), data={**wanted, "RestartPolicy": policy}
    )
    client._result(answer, True)


def _networks(
    place: Place, machine: Machine, container: str, found: Mapping[str, object], materials: Materials
) -> None:
    with networks.using():
        networks.ensure(place.client, place.scope, machine, materials)
        _rejoin(place, machine, container, found, materials)
    with networks.sweeping():
        networks.sweep(place.client, place.scope, place.containers())


def _rejoin(
    place: Place, machine: Machine, container: str, found: Mapping[str, object], materials: Materials
) -> None:
    """Leave the networks that it is not to be on any more, and join the new ones."""
    settings = found.get("NetworkSettings")
    now: Mapping[str, object] = (settings.get("Networks") or {}) if isinstance(settings, dict) else {}
    wanted = {link.network: link for link in networks.links(place.scope, machine, materials)}
    for name in now:
        if name not in wanted:
            place.client.disconnect_container_from_network(container, name)
    for name, link in wanted.items():
        if name not in now:
            join(place, container, link)
