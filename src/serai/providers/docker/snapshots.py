"""Snapshots of a container: its root filesystem as an image, by commit. Volumes and memory are not in it."""

from __future__ import annotations

import time
from typing import Any

from serai.providers.contract import Progress, Snapshot
from serai.providers.docker import images, names, state
from serai.providers.docker.lifecycle import Place, endpoint_of, rejoin, remove


def save(place: Place, name: str, snapshot: str, progress: Progress) -> None:
    """Commit it; it is paused meanwhile, so that files do not change below the copy."""
    container = place.need(name)
    progress("committing its root filesystem")
    tag = names.snapshot(place.scope, name, snapshot)
    at = round(time.time(), 3)
    marks = {
        **names.own(place.scope, **{names.MACHINE: name, names.SNAPSHOT: snapshot}),
        names.SNAPSHOT_AT: f"{at:.3f}",
    }
    labels = "\n".join(f'LABEL {key}="{value}"' for key, value in marks.items())
    repository, _, version = tag.rpartition(":")
    place.client.commit(container, repository=repository, tag=version, changes=labels, pause=True)
    found = snapshots(place, name)

    def saved(kept: state.Kept) -> None:
        kept.snapshots = found

    state.change(place.scope, place.provider, name, container, saved)


def snapshots(place: Place, name: str) -> list[Snapshot]:
    """Those that the engine has, the oldest first."""
    wanted = {names.PROJECT_ID: place.scope.project_id, names.MACHINE: name, names.SNAPSHOT: None}
    found = []
    for image in images.labelled(place.client, wanted):
        labels = image.get("Labels") or {}
        tag = names.snapshot(place.scope, name, labels[names.SNAPSHOT])
        if tag not in map(names.plain, image.get("RepoTags") or ()):
            continue  # made of a snapshot, and labelled as its base is
        found.append(
            Snapshot(
                name=labels[names.SNAPSHOT],
                at=float(labels.get(names.SNAPSHOT_AT) or 0),
                memory=False,
                size=int(image.get("Size") or 0),
            )
        )
    return sorted(found, key=lambda each: each.at)


def restore(place: Place, name: str, snapshot: str, progress: Progress) -> None:
    """Make the container anew from the snapshot, otherwise as it is; started where it ran.

    Volumes with a name stay as they are; those without go with the container that is replaced.
    """
    container = place.need(name)
    tag = names.snapshot(place.scope, name, snapshot)
    seen = place.client.inspect_container(container)
    running = bool(seen["State"].get("Running"))
    kept = state.read(place.scope, place.provider, name)
    progress("making the container anew")
    remove(place, container)
    made, joined = _again(place, seen, tag)

    def restored(now: state.Kept) -> None:
        if kept is not None:
            now.applied, now.snapshots = kept.applied, kept.snapshots
        now.halted = not running
        now.started_at = now.ready_at = round(time.time(), 3) if running else 0.0

    if running:
        if place.provider == "podman":
            from serai.providers.docker import cni

            cni.lead_ports_in(
                place.client, made, lambda network: rejoin(place, made, network, joined[network]), joined
            )
        place.client.start(made)
    state.change(place.scope, place.provider, name, made, restored)


def _again(place: Place, seen: dict[str, Any], image: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """A container with the configuration of another, from another image; and how it is on which networks."""
    config = dict(seen["Config"])
    config["Image"] = image
    if config.get("Hostname") == seen["Id"][:12]:
        del config["Hostname"]
    networks = (seen.get("NetworkSettings") or {}).get("Networks") or {}
    mode = (seen.get("HostConfig") or {}).get("NetworkMode") or "bridge"
    endpoints = {name: endpoint_of(place, each, seen["Id"]) for name, each in networks.items()}
    first = {mode: endpoints[mode]} if mode in endpoints and mode != "bridge" else {}
    body = {**config, "HostConfig": seen["HostConfig"], "NetworkingConfig": {"EndpointsConfig": first}}
    made = place.client.create_container_from_config(body, name=seen["Name"].lstrip("/"))
    for name, each in endpoints.items():
        if name not in (mode, "bridge", "host", "none"):
            rejoin(place, str(made["Id"]), name, each)
    return str(made["Id"]), endpoints


def delete(place: Place, name: str, snapshot: str, progress: Progress) -> None:
    """Remove the image; its layers go where nothing else is made of them."""
    container = place.need(name)
    progress("removing the snapshot")
    # Forced: of one that the container was made of anew, the name goes, and its layers stay with the container.
    place.client.remove_image(names.snapshot(place.scope, name, snapshot), force=True)
    found = snapshots(place, name)

    def deleted(kept: state.Kept) -> None:
        kept.snapshots = found

    state.change(place.scope, place.provider, name, container, deleted)


def image_of_clone(place: Place, name: str, copy: str, progress: Progress) -> str:
    """The tag of an image that a copy of a stopped container is made of."""
    tag = names.built(place.scope, f"clone-{copy}")
    repository, _, version = tag.rpartition(":")
    progress("committing the root filesystem")
    place.client.commit(
        place.need(name), repository=repository, tag=version, changes=f'LABEL {names.MACHINE}="{copy}"'
    )
    return tag
