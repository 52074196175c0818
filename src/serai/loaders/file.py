"""What the project file may hold beyond the resolved types: layers, `count`, `each`, `cpus`.

Without `from __future__ import annotations`, as the spec: see serai.spec.
"""

from typing import Annotated, Any

from msgspec import Meta

from serai.spec.base import Name, Spec
from serai.spec.cpu import Count
from serai.spec.image import ImageSource
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.spec.pool import Pool

MAX_MACHINES = 10_000


class Layer(Machine, frozen=True):
    """What `defaults` and each of `profiles` hold: keys of a machine."""

    cpus: Annotated[Count | None, Meta(description="short for `cpu: {count: …}`", examples=[4])] = None
    profiles: Annotated[
        list[Name],
        Meta(description="layers of `profiles:` to start from, the later over the earlier", examples=[["small"]]),
    ] = []


class Block(Layer, frozen=True):
    """One entry of `machines:`, which `count` or `each` turn into many."""

    count: Annotated[
        Annotated[int, Meta(ge=0, le=MAX_MACHINES)] | None,
        Meta(description="so many machines: NAME-1, NAME-2, …; `${index}` is the number (VAG-12)", examples=[3]),
    ] = None
    each: Annotated[
        dict[str, Any] | list[Any] | None,
        Meta(
            description="one machine for each entry: NAME-KEY; `${each.key}`, `${each.value}`, "
            "`${each.value.size}` and `${index}` are the entry (VAG-12)",
            examples=[["red", "blue"], {"small": {"size": "1GiB"}, "big": {"size": "4GiB"}}],
        ),
    ] = None


class ProjectFile(Spec, frozen=True):
    """A project file, as it is written. Keys that begin with `x-` are yours."""

    project: Annotated[
        Name | None, Meta(description="the project's name; default: the directory's", examples=["shop"])
    ] = None
    version: Annotated[int, Meta(ge=1, le=1, description="version of this format")] = 1
    defaults: Annotated[Layer, Meta(description="keys of every machine, below its profiles and its own")] = Layer()
    profiles: Annotated[
        dict[Name, Layer], Meta(description="named layers, which machines and other profiles list")
    ] = {}
    networks: Annotated[dict[Name, Network], Meta(description="networks between the machines")] = {}
    pools: Annotated[
        dict[Name, Pool], Meta(description="storage pools by name, for providers that have such")
    ] = {}
    images: Annotated[dict[str, ImageSource], Meta(description="images by a name of your own")] = {}
    sensitive: Annotated[
        list[str],
        Meta(
            description="values that no output, error or journal shows; those of variables that are named like "
            "secrets (TOKEN, PASSWORD, …) are not shown either",
            examples=[["${env.LICENCE}"]],
        ),
    ] = []
    machines: Annotated[dict[Name, Block], Meta(description="the machines, by name")] = {}


OWN_KEYS = ("profiles", "count", "each")
"""Keys of a block that the loader works in: the resolved machine has none of them."""
EXTENSION = "x-"
"""Keys with this prefix are ignored: a place for anchors and for other tools."""
