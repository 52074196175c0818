"""What every provider promises: small, typed, synchronous, thread-safe; each act may be called twice.

What a provider cannot do is a capability that it does not declare, with the reason; never a method that
quietly does nothing. An engine that does not answer raises: it never counts as "no such machine".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec

from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.spec.pool import Pool
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.providers.kept import Start


class State(StrEnum):
    """One vocabulary of states for all providers. `ready` is `running` and past its readiness checks."""

    ABSENT = "absent"
    CREATING = "creating"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    READY = "ready"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    STOPPING = "stopping"
    FAILED = "failed"
    UNKNOWN = "unknown"


ALIVE = frozenset({State.STARTING, State.RUNNING, State.READY, State.PAUSED, State.STOPPING})
"""States in which the engine holds a live guest."""


class Feature(StrEnum):
    """What a provider may or may not be able to do."""

    SNAPSHOT = "snapshot"  # disk (and memory, when it runs)
    SUSPEND = "suspend"  # to memory: paused
    SUSPEND_DISK = "suspend_disk"  # to disk: no process is left
    CLONE = "clone"
    LIVE_RESIZE = "live_resize"
    LIVE_FORWARD = "live_forward"
    CONSOLE = "console"
    SCREENSHOT = "screenshot"
    AGENT = "agent"  # commands by the guest agent, without a network
    FORWARDED_PORT = "forwarded_port"
    PRIVATE_NETWORK = "private_network"
    PUBLIC_NETWORK = "public_network"
    UEFI = "uefi"
    NESTED = "nested"
    NINEP = "9p"
    VIRTIOFS = "virtiofs"
    SECURE_BOOT = "secure_boot"
    TPM = "tpm"
    HOST_DEVICE = "host_device"  # PCI, USB and mediated devices of the host
    WARM = "warm"  # starts from the memory of one that was ready
    FORK = "fork"  # machines that go on from the memory and disks of one that runs
    LAYERS = "layers"  # starts from what another one's provisioning blocks have made
    ARCH = "arch"  # other architectures than the host's


class Capabilities(msgspec.Struct, frozen=True):
    """`has` is what works; `why_not` gives, for every Feature not in it, a sentence that ends in a way out."""

    has: frozenset[Feature]
    why_not: dict[Feature, str]
    notes: tuple[str, ...] = ()
    """Plain sentences a person should see before `up` (guests run under TCG, …)."""

    def need(self, feature: Feature, *, provider: str, machine: str) -> None:
        """Raise Code.UNSUPPORTED with the reason when the feature is missing."""
        if feature not in self.has:
            reason = self.why_not.get(feature, "it has no such thing")
            raise SeraiError(Code.UNSUPPORTED, f"{machine}: provider {provider} cannot do {feature}: {reason}")


class Forward(msgspec.Struct, frozen=True, omit_defaults=True):
    """A forwarded port as it really is (after auto_correct). `id` is `ssh` for serai's own."""

    guest: int
    host: int
    protocol: str = "tcp"
    host_ip: str = "127.0.0.1"
    id: str = ""
    guest_ip: str = ""
    """Address in the guest; empty: the one it got by DHCP."""


class Mark(msgspec.Struct, frozen=True):
    """That a provisioning block has run: the digest of the block and its files, and when (seconds, Unix time)."""

    digest: str
    at: float


class Observed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an engine says of one machine of serai's."""

    name: str
    provider: str
    state: State
    native_state: str = ""
    """The engine's own word."""
    applied: Machine | None = None
    """The spec that the machine was last made or changed to; None when the record is lost."""
    digest: str = ""
    """Digest of the image it was made from."""
    pending: dict[str, str] = {}
    """Keys whose new value waits for a restart -> a sentence."""
    addresses: tuple[str, ...] = ()
    forwards: tuple[Forward, ...] = ()
    marks: dict[str, Mark] = {}
    """Provisioning marks by block key (see plan.provisioning)."""
    snapshots: tuple[str, ...] = ()
    problem: str = ""
    """Why it failed, or is unknown: a sentence."""
    ready_at: float = 0.0
    """When it last became ready (Unix time); 0 is never in this life."""
    started_at: float = 0.0
    project: str = ""
    project_id: str = ""
    project_root: str = ""
    pid: int = 0


class Image(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image that is in the store, verified, ready to be used: read only, never changed."""

    reference: str
    """What the project file calls it."""
    digest: str
    """`sha256:…` of what it is made of."""
    arch: str = "amd64"
    disk: Path | None = None
    format: str = "qcow2"
    """Of `disk`: qcow2 or raw."""
    virtual_size: int = 0
    """Bytes."""
    kernel: Path | None = None
    """For direct kernel boot, with `initrd` and `cmdline`."""
    initrd: Path | None = None
    cmdline: str = ""
    user: str = "root"
    """Its login."""
    seed: str = "cloud-init"
    """How it learns who it is: `cloud-init`, `tiny` (serai's own init) or `none`."""
    firmware: tuple[str, ...] = ("bios",)
    """What it boots by: `bios`, `uefi`; the first is preferred."""
    console: str = "ttyS0"
    login: str = ""
    """`vagrant`: a box; the key that everybody knows lets in, until a fresh one has replaced it."""
    login_key: Path | None = None
    """A private key that came in the box, which lets in too."""
    layer: str = ""
    """The layer of it that the machine was made from."""
    built: bool = False
    """serai built it: its guest is known to take another identity when it wakes up."""


class Materials(msgspec.Struct, frozen=True, kw_only=True):
    """What `create` and `start` need beside the machine's own spec."""

    image: Image | None = None
    user: str = "root"
    public_keys: tuple[str, ...] = ()
    """Lines of authorized_keys."""
    networks: dict[str, Network] = {}
    """The project's networks, by name, with the subnet filled in."""
    pools: dict[str, Pool] = {}
    """The project's storage pools, by name."""
    addresses: dict[str, str] = {}
    """Network name -> this machine's address in it, `10.40.0.10/24`: static ones, and those reserved."""
    hosts: dict[str, str] = {}
    """Names of the project's machines -> address, for the guest's hosts file."""
    foreign: dict[str, str] = {}
    """Those of them that are machines of other providers, which an engine's own DNS does not know."""
    moment: str = ""
    """Of a fork: what its provider has said of the machine that it is made from (`fork_point`)."""
    layer: Start | None = None
    """What `create` starts from instead of the image alone."""


class SshEndpoint(msgspec.Struct, frozen=True, kw_only=True, tag="ssh"):
    """How to get in by SSH."""

    host: str
    port: int
    user: str
    key: Path | None
    options: dict[str, str] = {}
    forward_agent: bool = False
    more_keys: tuple[Path, ...] = ()
    """Tried after `key`."""
    password: str = ""
    """Tried after the keys; empty: none."""


class ExecEndpoint(msgspec.Struct, frozen=True, kw_only=True, tag="exec"):
    """How to get in by a program: `argv` + the command's words, with stdin and stdout of the guest."""

    argv: tuple[str, ...]
    user: str
    agent: bool = False  # the guest's own runs the words: it has to be up, and no engine binds folders


Endpoint = SshEndpoint | ExecEndpoint


class Console(msgspec.Struct, frozen=True):
    """The serial console: a socket to talk to it, and the log of all that it said."""

    socket: Path
    log: Path
    engine: Path | None = None
    """What the engine itself said, where it keeps that in a file."""
    argv: tuple[str, ...] = ()
    """The program that attaches to it, where that is no socket of ours."""
    leave: str = "Ctrl-]"  # the keys that detach


class Rendered(msgspec.Struct, frozen=True):
    """What will be handed to the engine, for a person to read and a test to compare."""

    language: str
    """`argv`, `xml`, `json`, `yaml`, `cfg`."""
    text: str


class Effect(StrEnum):
    """What it takes to change a key of a machine that exists."""

    LIVE = "live"
    RESTART = "restart"
    RECREATE = "recreate"
    IMMUTABLE = "immutable"


class Verdict(msgspec.Struct, frozen=True):
    """How one change will be made, and why not in a gentler way."""

    effect: Effect
    reason: str = ""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Whose machines a provider looks at."""

    project: str
    project_id: str
    root: Path
    """The project's directory."""
    home: Path
    """`$SERAI_HOME/projects/NAME-ID`: the provider may keep `machines/` and `networks/` in it."""
    engines: dict[str, tuple[str, ...]] = {}
    """Provider -> the engines (for libvirt: URIs) that the project's file names."""
    pools: tuple[str, ...] = ()
    """Storage pools that the project's file describes, so that they are made when a machine needs them."""


Progress = Callable[[str], None]
"""Told a short present-tense phrase: `waiting for the guest to power off`."""


def quiet(_phrase: str) -> None:
    """A Progress that says nothing."""


class Provider(Protocol):
    """One hypervisor, engine or platform. Made with `Provider(scope)`; making it touches nothing."""

    name: ClassVar[str]
    parallel: ClassVar[int]
    """How many machines it can create or start at once (0: as many as there are)."""
    # One that is not built in may declare `options: ClassVar[type[Spec]]`, the form of its block in `providers:`,
    # and has it by `machine.providers.of(NAME, options)`. Else its block is any data: `providers.others[NAME]`.
    # It may have check_network(name, network) -> list[SeraiError]: what it refuses of a network of the project
    # that machines of its own alone are on, each with key, reason and way out. Pure. More: network_change.py.
    # Providers of containers may declare
    #   own_images = True      images are the engine's, not of the store: `fetch(machine, progress)` has one there
    #   binds = True           synced folders are part of the machine: nothing is copied or mounted afterwards
    #   settles = False        nothing is set up inside: no users, keys, host names, names of peers
    # and may have
    #   await_ready(machine, budget, progress)   waits for what the engine knows (health); True: it can be entered
    #   discard(name, progress)                  removes it to be made anew: what outlives it stays (volumes)
    #   undo_create(name)                        what a create that failed has left goes
    #   logs(name, follow=, lines=)              what it said, as it comes; else the console's file is read
    # Providers with Feature.WARM, FORK or LAYERS have what providers/kept.py says.

    def __init__(self, scope: Scope) -> None: ...

    def capabilities(self) -> Capabilities: ...

    def check(self, machine: Machine) -> list[SeraiError]:
        """What this provider would refuse in the spec, each with the key, the reason and the way out. Pure."""
        ...

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        """The project's machines that exist, by name: ONE bulk look, however many. None: all of them.
        Machines that are half made are there, as `creating`. Raises when the engine does not answer.
        """
        ...

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        """How a changed key (`memory.size`, `disks.data.size`) would be applied. Pure."""
        ...

    def render(self, machine: Machine, materials: Materials) -> Rendered: ...

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        """Lines of a diff from what the engine has of the machine to what a start would hand it; empty: none."""
        ...

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        """Make disks, seed and record; not started. What a killed create left is replaced."""
        ...

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        """Start it and return when the engine runs it (not when the guest is ready). Running: does nothing.
        The spec given becomes what is applied; a suspended machine is resumed.
        """
        ...

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        """Ask the guest to power off, wait up to `budget` seconds, then cut the power. True: it went by itself."""
        ...

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        """Stop it at once and remove all that was made for it. Not there: does nothing."""
        ...

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None: ...

    def resume(self, name: str, progress: Progress = quiet) -> None: ...

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        """Apply the changed keys: live ones now; those that wait for a restart are recorded as pending.

        `materials` are those of `start` but for the image. None: there is nothing to be made, only to be recorded.
        """
        ...

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None: ...

    def snapshot_list(self, name: str) -> list[Snapshot]: ...

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None: ...

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None: ...

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        """Make `machine` a copy of the stopped machine `name`, with a new identity."""
        ...

    def endpoint(self, name: str) -> Endpoint:
        """How to get in. Raises Code.FAILED with the state when it is not running."""
        ...

    def console(self, name: str) -> Console: ...

    def screenshot(self, name: str, target: Path) -> None:
        """Write what its screen shows to `target`, as PNG. Raises Code.FAILED when there is no screen."""
        ...

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        """Run a shell command by the guest agent, as root, within `budget` seconds; exit code, stdout, stderr."""
        ...

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        """Keep provisioning marks (None removes one), and whether it is ready, with the machine."""
        ...

    def failure(self, name: str) -> str:
        """Why the machine is not running any more, as the engine tells; an empty string when it runs."""
        ...


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """A saved state. `memory`: with RAM, so that restoring it goes on where it was."""

    name: str
    at: float
    memory: bool
    size: int = 0
