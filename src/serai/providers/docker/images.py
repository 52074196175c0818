"""Images for containers: pulled with the engine's own login, built, or imported from a root filesystem."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from serai.providers.contract import Progress, Scope
from serai.providers.docker import connect, names, rootfs
from serai.spec.container import Container, Pull
from serai.spec.container_parts import Build, Login
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

HUB = "docker.io"
_LOCKS: dict[str, threading.Lock] = {}
_GUARD = threading.Lock()
_SEEN: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""Client -> the images that its engine has, as it said once: a client lives as long as one run."""


def reference(machine: Machine, scope: Scope) -> str:
    """What the engine will call the image; of a root filesystem, what it is imported as."""
    container = machine.container or Container()
    if container.build:
        return machine.image or names.built(scope, machine.name)
    if container.rootfs:
        return rootfs.tag(container.rootfs, machine, scope)
    return machine.image or ""


def ensure(client: Any, scope: Scope, machine: Machine, progress: Progress) -> str:
    """Have the image; its reference. Machines with the same image wait for one another, and find it then."""
    container = machine.container or Container()
    if container.rootfs and not container.build:
        rootfs.ensure_source(container.rootfs, machine, scope, progress)
    wanted = reference(machine, scope)
    with _GUARD:
        gate = _LOCKS.setdefault(wanted, threading.Lock())
    with gate:
        if container.build:
            build(client, scope, machine, container.build, wanted, progress)
        elif container.rootfs:
            if not has(client, wanted):
                rootfs.give(client, container.rootfs, machine, scope, wanted, progress)
                if not has(client, wanted):  # podman 4.3 gives it no tag but `latest`
                    repository, _, version = wanted.rpartition(":")
                    client.tag(f"{repository}:latest", repository, version)
        elif container.pull is Pull.ALWAYS or not has(client, wanted):
            if container.pull is Pull.NEVER:
                raise SeraiError(
                    Code.MISSING,
                    f"{machine.name}: the engine has no image {wanted}, and container.pull is never",
                    hint=f"docker pull {wanted}, or pull: missing",
                )
            pull(client, machine, wanted, container.login, progress)
    return wanted


def has(client: Any, wanted: str) -> bool:
    """Asked of an engine until it is there: a run makes many containers of one image."""
    seen = _SEEN.setdefault(client, set())
    if wanted in seen:
        return True
    try:
        client.inspect_image(wanted)
    except connect.library().errors.ImageNotFound:
        return False
    seen.add(wanted)
    return True


def pull(client: Any, machine: Machine, wanted: str, login: Login | None, progress: Progress) -> None:
    """Pull it, with the login of the file, else with what the engine's credential store knows.

    Raises Code.NETWORK with the registry's words; for a refused login with the command that makes one.
    """
    docker = connect.library()
    progress(f"pulling {wanted}")
    auth = _login(login, wanted) if login else None
    platform = f"linux/{machine.arch}" if machine.arch else None
    try:
        _follow(
            client.pull(wanted, stream=True, decode=True, auth_config=auth, platform=platform), wanted, progress
        )
    except (docker.errors.APIError, SeraiError) as error:
        said = str(getattr(error, "explanation", "") or getattr(error, "message", "") or error)
        raise _not_pulled(machine, wanted, said) from error


def _not_pulled(machine: Machine, wanted: str, said: str) -> SeraiError:
    registry = registry_of(wanted)
    hint = (
        f"curl -I https://{registry if registry != HUB else 'registry-1.docker.io'}/v2/ shows whether it answers"
    )
    lower = said.lower()
    if any(word in lower for word in ("unauthorized", "denied", "authentication required", "credentials")):
        hint = f"docker login{'' if registry == HUB else f' {registry}'}, or container.login"
    elif "not found" in lower or "manifest unknown" in lower:
        hint = "is it written as the registry has it? a root filesystem is container.rootfs"
    return SeraiError(Code.NETWORK, f"{machine.name}: image {wanted} could not be pulled: {said}", hint=hint)


def registry_of(wanted: str) -> str:
    """`ghcr.io` of `ghcr.io/acme/web:1`; docker.io where none is named. Source: distribution, references."""
    first, slash, _ = wanted.partition("/")
    return first if slash and ("." in first or ":" in first or first == "localhost") else HUB


def _login(login: Login, wanted: str) -> dict[str, str]:
    found = {
        "username": login.username,
        "password": login.password or "",
        "serveraddress": login.server or registry_of(wanted),
    }
    return {**found, "email": login.email} if login.email else found


def build(client: Any, scope: Scope, machine: Machine, wanted: Build, tag: str, progress: Progress) -> None:
    """Build it; steps that nothing changed for come from the engine's cache. Raises Code.FAILED."""
    import tempfile

    context = wanted.git or str((scope.root / expanduser(wanted.context or ".")).resolve())
    if not wanted.git and not Path(context).is_dir():
        raise SeraiError(Code.INPUT, f"{machine.name}: container.build.context: {context} is no directory")
    progress(f"building {context}")
    with tempfile.TemporaryDirectory(prefix="serai-build-") as place:
        dockerfile = wanted.dockerfile
        if wanted.dockerfile_inline is not None:
            path = Path(place) / "Dockerfile"
            path.write_text(wanted.dockerfile_inline)
            dockerfile = str(path)
        stream = client.build(
            path=context,
            dockerfile=dockerfile,
            tag=tag,
            buildargs=dict(wanted.args),
            target=wanted.target or "",
            network_mode=wanted.network,
            labels={**wanted.labels, **names.own(scope)},
            cache_from=wanted.cache_from or None,
            nocache=wanted.no_cache,
            pull=machine.container is not None and machine.container.pull is Pull.ALWAYS,
            rm=True,
            decode=True,
            platform=f"linux/{machine.arch}" if machine.arch else None,
        )
        lines: list[str] = []
        try:
            _follow(_heard(stream, lines), tag, progress)
        except SeraiError as error:
            raise SeraiError(
                Code.FAILED,
                f"{machine.name}: the image could not be built: {error.message}",
                hint=f"docker build {context} shows all of it",
                details=lines[-15:],
            ) from error


def _heard(stream: Iterable[dict[str, Any]], lines: list[str]) -> Iterator[dict[str, Any]]:
    """Keep what the steps said."""
    for event in stream:
        lines += [line.rstrip() for line in str(event.get("stream") or "").splitlines() if line.strip()]
        yield event


def _follow(stream: Iterable[dict[str, Any]], what: str, progress: Progress) -> None:
    """Tell of each step. Raises Code.FAILED with the engine's word for an error."""
    for event in stream:
        if error := event.get("error"):
            raise SeraiError(Code.FAILED, str(error).strip())
        if text := str(event.get("stream") or "").strip():
            progress(text.splitlines()[-1][:120])
        elif status := event.get("status"):
            layer = f" {event['id']}" if event.get("id") else ""
            done = event.get("progressDetail") or {}
            share = (
                f" {100 * done['current'] // done['total']} %" if done.get("total") and done.get("current") else ""
            )
            progress(f"{what}: {status.lower()}{layer}{share}")


def labelled(client: Any, wanted: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """The engine's images with these labels; None: whatever its value. podman 4.3 finds none by two of them."""
    first = next(iter(wanted))
    label = first if wanted[first] is None else f"{first}={wanted[first]}"
    found = []
    for image in client.images(filters={"label": [label]}):
        labels = image.get("Labels") or {}
        if all(key in labels and value in (None, labels[key]) for key, value in wanted.items()):
            found.append(image)
    return found
