"""The `docker` provider. Every act lives in a file of its own and is imported on use."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from serai.providers.contract import (
    Capabilities,
    Console,
    Endpoint,
    ExecEndpoint,
    Feature,
    Mark,
    Materials,
    Observed,
    Progress,
    Rendered,
    Scope,
    Snapshot,
    Verdict,
    quiet,
)
from serai.providers.docker.layered import Layered
from serai.spec.machine import Machine
from serai.spec.network import Network
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.providers.docker.connect import Engine
    from serai.providers.docker.events import Events
    from serai.providers.docker.lifecycle import Place
    from serai.providers.network_change import NetworkChange


class Docker(Layered):
    """Implements `contract.Provider`; see there for what each method promises."""

    name: ClassVar[str] = "docker"
    parallel: ClassVar[int] = 0
    own_images: ClassVar[bool] = True
    binds: ClassVar[bool] = True
    settles: ClassVar[bool] = False

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._engine: Engine | None = None
        self._client: Any = None
        self._events: Events | None = None
        self._made: dict[str, str] = {}
        """Machine -> the container that was made of it just now."""
        self._started: dict[str, str] = {}
        self._lock = threading.Lock()

    # The engine.

    @property
    def engine(self) -> Engine:
        """Where it is; looked for once."""
        if self._engine is None:
            from serai.providers.docker.connect import engine

            self._engine = engine(self.name)
        return self._engine

    def client(self) -> Any:
        """A client as the SDK's is, which has spoken with the engine."""
        with self._lock:
            if self._client is None:
                from serai.providers.docker.connect import quick

                self._client = quick(self.engine, self.name)
            return self._client

    def place(self) -> Place:
        from serai.providers.docker.lifecycle import Place

        return Place(self.client(), self.scope, self.name, local=bool(self.engine.socket))

    def events(self) -> Events:
        """The stream of the project's events, opened."""
        from serai.providers.docker.connect import quick
        from serai.providers.docker.events import Events

        with self._lock:
            if self._events is None:
                client = partial(quick, self.engine, self.name, budget=None)
                self._events = Events(self.scope, client, here=bool(self.engine.socket))
        self._events.follow()
        return self._events

    @contextmanager
    def asking(self, what: str) -> Iterator[Place]:
        """The place, with the SDK's errors turned into ours."""
        from serai.providers.docker.failures import asking

        place = self.place()
        with asking(what, self.engine, self.name):
            yield place

    # What it can do, and what is there.

    def capabilities(self) -> Capabilities:
        from serai.providers.docker.capabilities import capabilities

        try:
            with self.asking(self.name) as place:
                info = place.client.info()
        except SeraiError as error:
            return Capabilities(frozenset(), {feature: str(error) for feature in Feature})
        return capabilities(info)

    def check(self, machine: Machine) -> list[SeraiError]:
        from serai.providers.docker.check import check

        return check(machine, self.scope.root)

    def check_network(self, name: str, network: Network) -> list[SeraiError]:
        from serai.providers.docker.check_networks import check_network

        found = check_network(name, network, self.name)
        if found or network.driver is None:
            return found
        from serai.providers.docker.kernel import refusals

        return refusals(name, network) if self.engine.socket else []

    def network_changes(self, networks: Mapping[str, Network], together: Collection[str]) -> list[NetworkChange]:
        """What of the project's networks is otherwise in the engine: one call, and one for each that differs."""
        from serai.providers.docker.network_changes import changes

        with self.asking("networks") as place:
            return changes(place, networks, together)

    def observe(self, names: Collection[str] | None = None) -> dict[str, Observed]:
        """One call, without the SDK."""
        from serai.providers.docker import observe, state

        try:
            summaries = self._summaries()
        except SeraiError as error:
            if error.code is Code.MISSING and not state.directory(self.scope, self.name).is_dir():
                return {}  # no engine is there, and nothing was ever made on one
            raise
        return observe.observed(summaries, state.read_all(self.scope, self.name), self.scope, self.name, names)

    def _summaries(self, *labels: str) -> list[Any]:
        """Of the project's containers, or of those of them that have these labels, too."""
        from serai.providers.docker import names, wire
        from serai.providers.docker.connect import silent

        filters = msgspec.json.encode({"label": [*names.mine(self.scope)["label"], *labels]}).decode()
        try:
            answer = wire.request(self.engine, "GET", "/containers/json", query={"all": "1", "filters": filters})
        except OSError as error:
            raise silent(self.engine, self.name, error) from error
        if answer.status != 200:
            raise SeraiError(Code.FAILED, f"{self.name}: {answer.message()}")
        found: list[Any] = answer.json()
        return found

    def verdict(self, machine: Machine, observed: Observed, key: str, old: Any, new: Any) -> Verdict:
        from serai.providers.docker.verdicts import verdict

        return verdict(machine, observed, key, old, new)

    def render(self, machine: Machine, materials: Materials) -> Rendered:
        from serai.providers.docker.preview import preview

        return Rendered("json", preview(self.scope, self.name, machine, materials))

    def difference(self, machine: Machine, materials: Materials) -> list[str]:
        from serai.providers.docker.preview import difference

        with self.asking(machine.name) as place:
            return difference(place, machine, materials)

    # Its life.

    def fetch(self, machine: Machine, progress: Progress = quiet) -> str:
        """Have the machine's image, before machines are made of it; what the engine calls it."""
        from serai.providers.docker import images

        with self.asking(machine.name) as place:
            return images.ensure(place.client, self.scope, machine, progress)

    def create(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.docker import lifecycle

        with self.asking(machine.name) as place:
            self._made[machine.name] = lifecycle.create(place, machine, materials, progress)

    def start(self, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        from serai.providers.docker import lifecycle

        self.events()
        with self.asking(machine.name) as place:
            made = self._made.pop(machine.name, "")
            before = partial(self.before_start, place, machine, materials)
            self._started[machine.name] = lifecycle.start(place, machine, progress, before, made)

    def before_start(self, place: Place, machine: Machine, materials: Materials, made: str) -> None:
        """Each time before a container is started."""
        self.events().forget(made)

    def await_ready(self, machine: Machine, budget: float, progress: Progress = quiet) -> bool:
        """Wait for its health check, or the end of a job. True: a command can be run in it now."""
        from serai.providers.docker import ready

        events = self.events()
        with self.asking(machine.name) as place:
            container = self._started.pop(machine.name, "") or place.need(machine.name)
            ready.wait(place.client, events, machine, container, budget, progress, here=place.local)
        return not (machine.container and machine.container.job)

    def stop(self, name: str, *, budget: float, force: bool = False, progress: Progress = quiet) -> bool:
        from serai.providers.docker import lifecycle

        with self.asking(name) as place:
            return lifecycle.stop(place, name, budget, force, progress)

    def destroy(self, name: str, progress: Progress = quiet) -> None:
        from serai.providers.docker import lifecycle

        with self.asking(name) as place:
            lifecycle.destroy(place, name, progress)

    def discard(self, name: str, progress: Progress = quiet) -> None:
        """Remove it to be made anew: volumes that have a name outlive it."""
        from serai.providers.docker import lifecycle

        with self.asking(name) as place:
            lifecycle.destroy(place, name, progress, all_of_it=False)

    def undo_create(self, name: str) -> None:
        """What a create that failed has left goes; volumes stay: they may hold what was there before."""
        from serai.providers.docker import lifecycle, networks, state

        with self.asking(name) as place:
            lifecycle.destroy(place, name, quiet, all_of_it=False)
            state.forget(self.scope, self.name, name)
            with networks.sweeping():
                networks.sweep(place.client, self.scope, place.containers())

    def suspend(self, name: str, *, to_disk: bool = False, progress: Progress = quiet) -> None:
        if to_disk:
            self.capabilities().need(Feature.SUSPEND_DISK, provider=self.name, machine=name)
        with self.asking(name) as place:
            container = place.need(name)
            if place.client.inspect_container(container)["State"].get("Running"):
                place.client.pause(container)

    def resume(self, name: str, progress: Progress = quiet) -> None:
        with self.asking(name) as place:
            container = place.need(name)
            if place.client.inspect_container(container)["State"].get("Paused"):
                place.client.unpause(container)

    def apply(
        self,
        machine: Machine,
        keys: Mapping[str, Verdict],
        progress: Progress = quiet,
        materials: Materials | None = None,
    ) -> None:
        from serai.providers.docker.live import apply

        with self.asking(machine.name) as place:
            apply(place, machine, keys, progress, materials)

    def snapshot_save(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.docker import snapshots

        with self.asking(name) as place:
            snapshots.save(place, name, snapshot, progress)

    def snapshot_list(self, name: str) -> list[Snapshot]:
        from serai.providers.docker import snapshots

        with self.asking(name) as place:
            return snapshots.snapshots(place, name)

    def snapshot_restore(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.docker import snapshots

        with self.asking(name) as place:
            snapshots.restore(place, name, snapshot, progress)

    def snapshot_delete(self, name: str, snapshot: str, progress: Progress = quiet) -> None:
        from serai.providers.docker import snapshots

        with self.asking(name) as place:
            snapshots.delete(place, name, snapshot, progress)

    def clone(self, name: str, machine: Machine, materials: Materials, progress: Progress = quiet) -> None:
        """A commit of the stopped one is what the new one is made of."""
        from serai.providers.docker import lifecycle, snapshots

        with self.asking(machine.name) as place:
            image = snapshots.image_of_clone(place, name, machine.name, progress)
            lifecycle.create(place, machine, materials, progress, image=image)

    # The ways in.

    def endpoint(self, name: str) -> Endpoint:
        """By the engine's exec: a program of serai's speaks to its socket, so that no docker CLI is needed."""
        found = self._found(name)
        if found["State"] != "running":
            raise SeraiError(
                Code.FAILED, f"{name} is {str(found['Status']).lower() or found['State']}", hint=f"serai up {name}"
            )
        from serai.providers.docker.observe import spec_of

        applied = spec_of(found.get("Labels") or {})
        user = (applied.user if applied else None) or "root"
        return ExecEndpoint(argv=(*self._bridge("exec", found["Id"]), user), user=user)

    def _bridge(self, verb: str, container: str) -> tuple[str, ...]:
        """The words that run the program; a name behind the id is the user."""
        return (sys.executable, "-m", "serai.providers.docker.bridge", verb, self.name, container)

    def _found(self, name: str) -> dict[str, Any]:
        from serai.providers.docker import names

        found: list[dict[str, Any]] = self._summaries(f"{names.MACHINE}={name}")
        if not found:
            raise SeraiError(Code.FAILED, f"{name} does not exist", hint=f"serai up {name}")
        return found[0]

    def console(self, name: str) -> Console:
        from serai.providers.docker import state

        argv: tuple[str, ...] = ()
        try:
            argv = self._bridge("attach", self._found(name)["Id"])
        except SeraiError:
            pass  # who only wants the log gets an empty one
        nowhere = state.directory(self.scope, self.name) / name
        return Console(socket=nowhere, log=nowhere, argv=argv)

    def logs(self, name: str, *, follow: bool, lines: int) -> Iterator[bytes]:
        """What its process has said, and goes on saying; negative: all of it."""
        with self.asking(name) as place:
            tail = "all" if lines < 0 else lines
            found = place.client.logs(place.need(name), stream=True, follow=follow, tail=tail)
            yield from found

    def stats(self, names: Collection[str]) -> dict[str, Any]:
        from serai.providers.docker.stats import stats

        with self.asking(self.name) as place:
            return stats(place, names)

    def screenshot(self, name: str, target: Path) -> None:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container has no screen", hint=f"serai logs {name}")

    def agent_exec(self, name: str, command: str, budget: float) -> tuple[int, str, str]:
        raise SeraiError(Code.UNSUPPORTED, f"{name}: a container has no guest agent", hint=f"serai exec {name}")

    def mark(self, name: str, marks: Mapping[str, Mark | None], *, ready: bool | None = None) -> None:
        from serai.providers.docker import state

        def edit(kept: state.Kept) -> None:
            for key, value in marks.items():
                if value is None:
                    kept.marks.pop(key, None)
                else:
                    kept.marks[key] = value
            if ready is not None:
                kept.ready_at = max(round(time.time(), 3), kept.started_at) if ready else 0.0

        kept = state.read(self.scope, self.name, name)
        container = kept.container if kept else self._found(name)["Id"]
        state.change(self.scope, self.name, name, container, edit)

    def failure(self, name: str) -> str:
        from serai.providers.docker import exits

        with self.asking(name) as place:
            found = place.find(name)
            if found is None:
                return "its container is gone"
            seen = place.client.inspect_container(found["Id"])
            return exits.why(seen["State"], int((seen.get("HostConfig") or {}).get("Memory") or 0))

    def subnets_in_use(self) -> set[str]:
        """Subnets that are somebody else's in this engine."""
        from serai.providers.docker import networks

        with self.asking(self.name) as place:
            return networks.subnets(place.client, self.scope)
