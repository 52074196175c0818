"""Parts of a container: build, volumes, files, health, limits."""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Meta

from serai.spec.base import Duration, Size, Spec
from serai.spec.notes import Annotated

Words: TypeAlias = list[str]
TextMap: TypeAlias = dict[str, str]


class Build(Spec, frozen=True):
    """How an image is built. Short: its directory, or the URL of a git repository."""

    context: Annotated[str | None, Meta(description="directory, relative to the project")] = None
    git: Annotated[
        str | None,
        Meta(
            description="git repository, with `#REF:DIRECTORY` where needed", examples=["https://host/app.git#v2"]
        ),
    ] = None
    dockerfile: Annotated[str | None, Meta(description="its Dockerfile, in the context")] = None
    dockerfile_inline: Annotated[str | None, Meta(description="the Dockerfile's text itself")] = None
    args: Annotated[TextMap, Meta(description="build arguments (ARG)")] = {}
    target: Annotated[str | None, Meta(description="stage to stop at")] = None
    network: Annotated[str | None, Meta(description="network of its RUN steps")] = None
    labels: Annotated[TextMap, Meta(description="labels of the image")] = {}
    cache_from: Annotated[Words, Meta(description="images whose layers may be taken")] = []
    no_cache: Annotated[bool, Meta(description="run every step again")] = False


class Login(Spec, frozen=True):
    """Whom a registry knows. Without it the engine's own credential store is asked, as `docker login` keeps it."""

    server: Annotated[str | None, Meta(description="the registry; default: the image's")] = None
    username: Annotated[str, Meta(description="user")] = ""
    password: Annotated[
        str | None, Meta(description="password or token; `${env.NAME}` keeps it out of the file")
    ] = None
    email: Annotated[str | None, Meta(description="what old registries ask for")] = None


class VolumeType(StrEnum):
    BIND = "bind"
    VOLUME = "volume"
    TMPFS = "tmpfs"


class Propagation(StrEnum):
    """Of mounts below a bind. Source: mount(8), shared subtrees."""

    PRIVATE = "private"
    RPRIVATE = "rprivate"
    SHARED = "shared"
    RSHARED = "rshared"
    SLAVE = "slave"
    RSLAVE = "rslave"


class Volume(Spec, frozen=True):
    """A mount. Short: `./data:/srv`, `data:/var/lib/data`, `data:/srv:ro`, `/srv` (without a name)."""

    target: Annotated[str, Meta(pattern=r"^/", description="where it is in the container")]
    source: Annotated[str | None, Meta(description="bind: file or directory of the host")] = None
    name: Annotated[
        str | None, Meta(description="volume: its name in the project; without one it goes with its container")
    ] = None
    type: Annotated[
        VolumeType | None, Meta(description="bind, volume or tmpfs; default: bind with source, else volume")
    ] = None
    read_only: Annotated[bool, Meta(description="cannot be written")] = False
    create: Annotated[bool, Meta(description="bind: make the directory when nothing is there")] = False
    size: Annotated[Size | None, Meta(description="tmpfs: its size")] = None
    propagation: Annotated[Propagation | None, Meta(description="bind: of mounts below it")] = None
    nocopy: Annotated[bool, Meta(description="volume: do not fill it with what the image has there")] = False
    driver: Annotated[str | None, Meta(description="volume: driver of the engine")] = None
    options: Annotated[TextMap, Meta(description="volume: options of its driver")] = {}
    external: Annotated[
        bool, Meta(description="volume: the engine has it already, by this name: neither made nor removed")
    ] = False

    @property
    def kind(self) -> VolumeType:
        return self.type or (VolumeType.BIND if self.source is not None else VolumeType.VOLUME)


class Files(Spec, frozen=True):
    """A small file in the container. Short: `app.conf:/etc/app.conf`. Exactly one of content and source."""

    target: Annotated[str, Meta(pattern=r"^/", description="absolute path in the container")]
    content: Annotated[str | None, Meta(description="what it holds")] = None
    source: Annotated[str | None, Meta(description="a file of the project that holds it")] = None
    mode: Annotated[str, Meta(pattern=r"^0?[0-7]{3,4}$", description="octal permissions")] = "0444"
    uid: Annotated[Annotated[int, Meta(ge=0)], Meta(description="who owns it")] = 0
    gid: Annotated[Annotated[int, Meta(ge=0)], Meta(description="its group")] = 0


class Health(Spec, frozen=True):
    """A check that the engine runs in the container. Short: a shell command."""

    test: Annotated[
        Words,
        Meta(
            description="CMD and its words, or CMD-SHELL and a command; a text is a command",
            examples=[["CMD", "pg_isready"]],
        ),
    ] = []
    interval: Annotated[
        Duration | None, Meta(description="between two checks; default: the image's, else 30s")
    ] = None
    timeout: Annotated[Duration | None, Meta(description="of one check; default: the image's, else 30s")] = None
    start_period: Annotated[Duration | None, Meta(description="in which a failure does not count")] = None
    retries: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="failures in a row that make it unhealthy; default: 3")
    ] = None
    disable: Annotated[bool, Meta(description="no check, not even the image's")] = False


class Ulimit(Spec, frozen=True):
    """Soft and hard limit; -1 is none. Short: one number for both."""

    soft: Annotated[int, Meta(ge=-1, description="what counts")]
    hard: Annotated[int, Meta(ge=-1, description="how far it can be raised")]


class LogDriver(Spec, frozen=True):
    """Where the container's output goes. Short: the driver."""

    driver: Annotated[str, Meta(description="log driver", examples=["json-file", "journald", "none"])]
    options: Annotated[TextMap, Meta(description="its options", examples=[{"max-size": "10m"}])] = {}


class GpuRequest(Spec, frozen=True):
    """GPUs. `gpus: all` and `gpus: 2` are short."""

    count: Annotated[
        Annotated[int, Meta(ge=-1)] | None, Meta(description="how many; -1: all; default: all, or those of ids")
    ] = None
    ids: Annotated[Words, Meta(description="these, by number or uuid")] = []
    driver: Annotated[str | None, Meta(description="default: the engine's choice", examples=["nvidia", "cdi"])] = (
        None
    )
    capabilities: Annotated[Words, Meta(description="what they must be able to do; default: gpu")] = []
    options: Annotated[TextMap, Meta(description="options of the driver")] = {}


class IdMap(Spec, frozen=True):
    """A range of ids. Short, as LXC writes it: `u 0 100000 65536`."""

    host: Annotated[int, Meta(ge=0, description="first id on the host")]
    size: Annotated[int, Meta(ge=1, description="how many")]
    inside: Annotated[Annotated[int, Meta(ge=0)], Meta(description="first id in the container")] = 0
    kind: Annotated[str, Meta(pattern=r"^[ugb]$", description="u: users, g: groups, b: both")] = "b"
