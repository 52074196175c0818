"""Layers of containers: the root filesystem as an image of the engine, by commit, labelled and with a record here.

An engine commits all that a container has written since it was made: each layer stands on the image, or the layer,
that its container was made of. The image is named by its digest: what an engine has under it is what was kept.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from serai.guest.forgetting import Traces, forgotten
from serai.guest.transport import Transport
from serai.images import layers
from serai.images.layers import Layer
from serai.providers import layering
from serai.providers.contract import Progress
from serai.providers.docker import connect, files, images, names
from serai.providers.docker.connect import Engine
from serai.providers.docker.failures import asking
from serai.providers.docker.lifecycle import REMOVING, Place
from serai.providers.docker.render.body import options_of
from serai.providers.kept import Keeping, Start
from serai.spec.container import Container, Pull
from serai.spec.machine import Machine
from serai.util import paths
from serai.util.digest import sha256, token_hex
from serai.util.errors import Code, SeraiError

TOKEN_BYTES = 4
MOUNTS = ("Binds", "Mounts", "VolumesFrom")
"""Of an engine's own options: what is in them is in no image."""
ENGINE, IMAGE, TAG = "engine", "image", "tag"
"""Of Layer.native."""


def base(place: Place, engine: Engine, machine: Machine) -> tuple[str, str]:
    """(digest of what its first layer stands on, why it has none); neither: its image is not there yet."""
    if why := _why_not(machine):
        return "", why
    reference = images.reference(machine, place.scope)
    if not images.has(place.client, reference):
        return "", ""
    image = place.client.inspect_image(reference)
    if volumes := (image.get("Config") or {}).get("Volumes"):
        return "", f"its image has a volume at {sorted(volumes)[0]}: what is written there is in no layer"
    given = sha256(files.archive(machine, place.scope.root)).hexdigest()
    more = [engine.host, given, files.environment(machine, place.scope.root)]
    return layering.of_container(place.provider, machine, str(image["Id"]), place.scope.root, more), ""


def _why_not(machine: Machine) -> str:
    box = machine.container or Container()
    if box.build is not None:
        return "container.build: what it comes to is known only when it is built"
    if box.pull is Pull.ALWAYS:
        return "container.pull: always: which image it will be is known only when it is there"
    host = options_of(machine).get("HostConfig") or {}
    if found := [key for key in MOUNTS if key in host]:
        return f"providers.{machine.provider}.options.HostConfig.{found[0]}: what is written there is in no layer"
    return layering.why_no_container(machine)


def keep(
    place: Place, engine: Engine, machine: Machine, kept: Keeping, way: Transport, progress: Progress
) -> Layer | None:
    """Commit it, while it has forgotten who it is. None: it is there already, or somebody else does so now."""
    if not kept.fresh and layers.find(kept.key) is not None:
        return None
    container = place.need(machine.name)
    try:
        with layers.making(kept.key) as folder:
            progress("keeping a layer")
            _sweep(place, kept.key)
            tag = names.layer(kept.key, token_hex(TOKEN_BYTES))
            with forgotten(way, Traces(contained=True), machine.name):
                image = _commit(place, machine, container, tag, kept.key)
            try:
                return layers.publish(folder, _described(place, engine, machine, container, image, tag, kept))
            except BaseException:
                place.client.remove_image(tag, force=True)
                raise
    except SeraiError as error:
        if error.code is Code.BUSY:
            return None
        raise


def _commit(place: Place, machine: Machine, container: str, tag: str, key: str) -> str:
    """The id of the image: nothing in it says whose container it was, and it has none of its variables."""
    box = machine.container or Container()
    labels = {**dict.fromkeys(_own_labels(), ""), names.LAYER: key, names.HOME: home()}
    changes = [f'LABEL {name}="{value}"' for name, value in labels.items()]
    changes += [f'ENV {name}=""' for name in {**files.environment(machine, place.scope.root), **box.env}]
    repository, _, version = tag.rpartition(":")
    place.client.commit(container, repository=repository, tag=version, changes="\n".join(changes), pause=True)
    return str(place.client.inspect_image(tag)["Id"])


def _own_labels() -> list[str]:
    return [names.PROJECT, names.PROJECT_ID, names.ROOT, names.MACHINE, names.DIGEST, names.SPEC, names.FORWARDS]


def _described(
    place: Place, engine: Engine, machine: Machine, container: str, image: str, tag: str, kept: Keeping
) -> Layer:
    ground = str(place.client.inspect_container(container)["Image"])
    below = next((each for each in layers.all_of_them() if each.native.get(IMAGE) == ground), None)
    reference = images.reference(machine, place.scope)
    digest = str(place.client.inspect_image(reference)["Id"])
    sizes = [int(place.client.inspect_image(each).get("Size") or 0) for each in (image, ground)]
    return Layer(
        id="",
        key=kept.key,
        blocks=kept.blocks,
        project=kept.project,
        at=0.0,
        provider=place.provider,
        image=reference,
        image_digest=digest,
        parent=below.id if below else "",
        depth=below.depth + 1 if below else 1,
        native={ENGINE: msgspec.json.encode(engine).decode(), IMAGE: image, TAG: tag},
        bytes=max(0, sizes[0] - sizes[1]),
    )


def _sweep(place: Place, key: str) -> None:
    """Images of this layer that have no record: of runs that were killed before they wrote it."""
    known = {each.native.get(TAG) for each in layers.all_of_them()}
    for image in images.labelled(place.client, {names.LAYER: key, names.HOME: home()}):
        for tag in image.get("RepoTags") or ():
            if names.plain(tag).startswith(names.layer(key, "")) and names.plain(tag) not in known:
                place.client.remove_image(tag, force=True)


def home() -> str:
    """Which store has the records."""
    return sha256(str(paths.home()).encode()).hexdigest()[:16]


def image_of(start: Start) -> str:
    """The image that a container is made of. Raises Code.MISSING when it has gone since it was planned."""
    known = layers.read(start.id)
    if known is None or IMAGE not in known.native:
        raise SeraiError(Code.MISSING, f"the layer {start.id} is gone", hint="serai up again, or with --no-cache")
    layers.touch(start.id)
    return known.native[IMAGE]


# What the store asks: see images/holders.py.


def _client(layer: Layer) -> Any:
    return connect.quick(msgspec.json.decode(layer.native[ENGINE], type=Engine), layer.provider)


def broken(layer: Layer) -> str:
    """Whether the engine still has that image."""
    try:
        _client(layer).inspect_image(layer.native[IMAGE])
    except connect.library().errors.ImageNotFound:
        return f"{layer.provider} has no image {layer.native[TAG]} any more"
    return ""


def used(held: Collection[Layer]) -> set[str]:
    """Those that a container was made of, be it serai's or not."""
    found = set[str]()
    for engine in {each.native[ENGINE] for each in held}:
        here = [each for each in held if each.native[ENGINE] == engine]
        try:
            grounds = {str(each.get("ImageID") or "") for each in _client(here[0]).containers(all=True)}
        except SeraiError:
            found |= {each.id for each in here}
            continue
        grounds |= {f"sha256:{one}" for one in grounds}  # podman leaves that out
        found |= {each.id for each in here if each.native[IMAGE] in grounds}
    return found


def drop(layer: Layer) -> None:
    """Take its name away; the engine removes what nothing else stands on."""
    engine = msgspec.json.decode(layer.native[ENGINE], type=Engine)
    with asking(f"layer {layer.key:.12}", engine, layer.provider):
        try:
            _client(layer).remove_image(layer.native[TAG])
        except connect.library().errors.APIError as error:
            if error.status_code not in REMOVING or error.status_code == 409:
                raise
