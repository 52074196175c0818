"""Does one step: calls the provider, the guest and the provisioners, and fires the hooks around it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec

from serai.guest.transport import Transport
from serai.plan.provisioning import GUEST, block_keys, keyed
from serai.plan.steps import MOUNTS, Act, Step, step
from serai.plan.up import Action, MachinePlan
from serai.providers.contract import Effect, Endpoint, Image, Mark, Observed, Progress, SshEndpoint, Verdict
from serai.providers.kept import Start, may_be_warm
from serai.providers.kinds import is_container
from serai.run.cpu_room import cpus_without_room
from serai.run.entering import itself
from serai.run.events import Emit, Event, Kind
from serai.run.hooks import AFTER, BEFORE, Table, fire
from serai.run.materials import Stock
from serai.run.moments import Moments
from serai.run.owed import Owed
from serai.run.scheduler import Cancel
from serai.run.secrets import mask_of, masked
from serai.run.sources import make_sources
from serai.run.workspace import Workspace
from serai.spec.base import stated
from serai.spec.folder import FolderType
from serai.spec.guest import Guest
from serai.spec.hook import Event as Moment
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

if TYPE_CHECKING:
    from serai.providers.kept import KeepsWarm
    from serai.run.layers import Keeper


class Executor:
    """The steps of one run, for one workspace. Thread-safe: steps of different machines run at once."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        emit: Emit,
        cancel: Cancel,
        steps: Sequence[Step] = (),
        verb: str = "",
        halves: Collection[str] = (BEFORE, AFTER),
        plans: Mapping[str, MachinePlan] = {},
        digests: Mapping[str, Mapping[str, str]] = {},
        observed: Mapping[str, Observed] = {},
        force: bool = False,
        to_disk: bool = False,
        keeper: Keeper | None = None,
    ) -> None:
        self.workspace = workspace
        self.stock = Stock(workspace)
        self.mask = mask_of(workspace.project)
        self.emit = masked(emit, self.mask)
        self.cancel = cancel
        self.verb = verb
        self.hooks = Table(steps, verb=verb, halves=halves)
        self.owed = Owed(steps)
        self.plans = plans
        self.digests = digests
        self.observed = observed
        self.force = force
        self.to_disk = to_disk
        self.keeper = keeper
        self.made: set[str] = set()
        """Machines that this run has made."""
        self.moments = Moments(workspace, self.stock, self.way_in)
        self._ways: dict[str, Transport] = {}
        self._lock = threading.Lock()

    def do(self, step: Step) -> str:
        """Do a step; a short sentence about the result."""
        machine = self._machine(step.machine)

        def progress(phrase: str) -> None:
            self.cancel.check()
            self.emit(Event(kind=Kind.PROGRESS, machine=step.machine, step=step.id, text=phrase))

        self._fire(self.hooks.before.get(step.id, ()), machine, step)
        text: str = getattr(self, f"_{step.act}")(machine, step, progress)
        self._fire(self.hooks.after.get(step.id, ()), machine, step)
        return text

    def _machine(self, name: str) -> Machine:
        if known := self.workspace.project.machines.get(name):
            return known
        return ((seen := self.observed.get(name)) and seen.applied) or Machine(name=name)

    def _fire(self, moments: Sequence[Moment], machine: Machine, step: Step) -> None:
        way_in, block = partial(self.way_in, machine.name), step.key if step.act is Act.PROVISION else ""
        for moment in moments if machine.hooks else ():
            fire(moment, machine, self.workspace, self.emit, way_in, verb=self.verb, block=block)

    def way_in(self, name: str) -> Transport:
        """The machine's transport, opened once a run."""
        with self._lock:
            if name in self._ways:
                return self._ways[name]
        from serai.guest.connect import connect

        way = connect(self.workspace.provider(name).endpoint(name), name=name)
        with self._lock:
            return self._ways.setdefault(name, way)

    def _hang_up(self, name: str) -> None:
        """End the connection that later commands would share: its guest is about to go."""
        with suppress(SeraiError):  # it does not run, and a connection ends with its guest
            self.way_in(name).close()
        with self._lock:
            self._ways.pop(name, None)

    def close(self) -> None:
        """End the connections of this run (shared SSH connections end by themselves later)."""
        self._ways.clear()
        self.moments.close()

    # One method an act, named after it.

    def _image(self, machine: Machine, step: Step, progress: Progress) -> str:
        if (fetch := getattr(self.workspace.provider(machine.name), "fetch", None)) is not None:
            return str(fetch(machine, progress))
        image = self.stock.image(machine, progress)
        return f"{image.reference} {image.digest[:19]}" if image else ""

    def _create(self, machine: Machine, step: Step, progress: Progress) -> str:
        materials = self.stock.of(machine, progress)
        driver = self.workspace.provider(machine.name)
        make_sources(machine, self.workspace.scope.root)
        start = self._start_of(machine.name)
        if self.keeper:
            self.keeper.begin(machine, materials, start)
        materials = msgspec.structs.replace(materials, layer=start)
        if machine.fork is not None:
            materials = msgspec.structs.replace(materials, moment=self.moments.of(machine.fork, progress))
        try:
            driver.create(machine, materials, progress)
        except SeraiError:
            # undo: a failed create leaves nothing half-made
            getattr(driver, "undo_create", driver.destroy)(machine.name)
            raise
        self.made.add(machine.name)
        return ""

    def _start_of(self, name: str) -> Start | None:
        """The layer that this run makes the machine from."""
        return self.plans[name].start if name in self.plans else None

    def _start(self, machine: Machine, step: Step, progress: Progress) -> str:
        make_sources(machine, self.workspace.scope.root)
        self.workspace.provider(machine.name).start(machine, self.stock.of(machine, progress), progress)
        return ""

    def _resume(self, machine: Machine, step: Step, progress: Progress) -> str:
        driver = self.workspace.provider(machine.name)
        driver.resume(machine.name, progress)
        self.owed.begun(machine, driver)
        return ""

    def _ready(self, machine: Machine, step: Step, progress: Progress) -> str:
        from serai.run.wait import wait_ready, with_budget

        driver = self.workspace.provider(machine.name)
        if (await_ready := getattr(driver, "await_ready", None)) is not None:
            began = time.monotonic()
            if enters := await_ready(machine, machine.ready.within, progress):
                self._anew(machine)
            if not enters or (machine.ready.tcp is None and machine.ready.command is None):
                self.owed.ready(machine, driver)
                return ""
            machine = with_budget(machine, machine.ready.within - (time.monotonic() - began))
        materials = self.stock.of(machine, progress)
        contained = is_container(machine)
        kind = materials.image.seed if materials.image and not contained else "none"
        seen = self.observed.get(machine.name)
        fresh = machine.name in self.made or seen is None or GUEST not in seen.marks
        warms = may_be_warm(machine) and hasattr(driver, "keep_warm")
        born = warms or machine.fork is not None
        keeper = cast("KeepsWarm", driver)
        script = keeper.newborn(machine, materials) if born else ""
        woken = born and keeper.is_woken(machine.name)

        def wait(*, woken: bool, entered: Callable[[Transport], None] = lambda way: None) -> None:
            way = wait_ready(
                machine,
                lambda: self._endpoint(machine, materials.image if fresh else None),
                None if woken else driver.console(machine.name).log,
                lambda: driver.failure(machine.name),
                progress,
                seed_kind=kind,
                woken=woken,
                entered=entered,
            )
            with self._lock:
                self._ways[machine.name] = way

        wait(woken=woken, entered=partial(itself, keeper, machine, script, progress) if born else lambda way: None)
        if warms and not woken and keeper.keep_warm(machine, materials, self.way_in(machine.name), progress):
            # Whoever was logged in stays so in the template: a login costs those that wake up less then.
            self._hang_up(machine.name)
            wait(woken=True)
        if contained or (kind == "none" and materials.image is not None):
            self._anew(machine)
        if fresh and getattr(driver, "settles", True):
            if stated(machine.guest) if contained else kind == "none" and materials.image is not None:
                self._settle(machine, step, progress)
            else:
                self._mark_settled(machine)  # the seed has done it
        self.owed.ready(machine, driver)
        way = driver.endpoint(machine.name)
        return f"{way.host}:{way.port}" if isinstance(way, SshEndpoint) else ""

    def _anew(self, machine: Machine) -> None:
        """One from a layer makes what nobody else may have."""
        if machine.name in self.made and self._start_of(machine.name):
            from serai.run.layers import anew

            anew(self.way_in(machine.name), machine)

    def _endpoint(self, machine: Machine, image: Image | None) -> Endpoint:
        """The way in; into a box that nobody has been in, with what everybody has (VAG-13)."""
        way = self.workspace.provider(machine.name).endpoint(machine.name)
        if image is None or not image.login or not isinstance(way, SshEndpoint):
            return way
        from serai.guest.known_key import first_way

        return first_way(way, [image.login_key] if image.login_key else [])

    def _settle(self, machine: Machine, step: Step, progress: Progress) -> str:
        from serai.guest.keys import with_keys
        from serai.guest.settle import settle

        settled = with_keys(machine, self.workspace.scope.root)
        if machine.name in self.made and self._start_of(machine.name):  # the rest of it is in the layer
            settled = msgspec.structs.replace(settled, guest=Guest(users=machine.guest.users))
        materials = self.stock.of(machine, progress)
        ask = getattr(self.workspace.provider(machine.name), "cards", None)
        boxed = materials.image is not None and materials.image.login
        nics = ask(machine, materials) if ask and boxed else []
        contained = is_container(machine)
        settle(self.way_in(machine.name), settled, materials, progress, nics, contained=contained)
        self._mark_settled(machine)
        return ""

    def _mark_settled(self, machine: Machine) -> None:
        if digest := self.digests.get(machine.name, {}).get(GUEST):
            mark = Mark(digest=digest, at=round(time.time(), 3))
            self.workspace.provider(machine.name).mark(machine.name, {GUEST: mark})

    def _sync(self, machine: Machine, step: Step, progress: Progress) -> str:
        from serai.guest.folders import sync

        driver = self.workspace.provider(machine.name)
        if getattr(driver, "binds", False):  # they are part of it
            self.owed.synced(machine, step.key, driver)
            return ""
        endpoint = driver.endpoint(machine.name)
        way, root = self.way_in(machine.name), self.workspace.scope.root

        def note(text: str) -> None:
            self.emit(Event(kind=Kind.NOTE, text=text))

        more = {}
        if any(FolderType.NFS in (folder.type, *folder.fallback) for folder in machine.synced_folders):
            from serai.run.exports import Exports

            more["serve"] = Exports(self.workspace).serving(machine.name, way, endpoint)
        try:
            sync(machine, way, endpoint, root, progress, note, copies=step.key != MOUNTS, **more)
        except SeraiError:
            driver.mark(machine.name, {}, ready=False)  # so that the next `up` tries again
            raise
        self.owed.synced(machine, step.key, driver)
        return ""

    def _apply(self, machine: Machine, step: Step, progress: Progress) -> str:
        plan = self.plans[machine.name]
        keys = {change.key: Verdict(change.effect, change.reason) for change in plan.changes if not change.refused}
        keys = {key: each for key, each in keys.items() if each.effect in (Effect.LIVE, Effect.RESTART)}
        late = cpus_without_room(machine, keys, self._way_to(machine.name), partial(self.way_in, machine.name))
        materials, driver = self.stock.without_image(machine), self.workspace.provider(machine.name)
        self.owed.begun(machine, driver)
        driver.apply(machine, keys | late, progress, materials)
        live = [key for key, verdict in keys.items() if verdict.effect is Effect.LIVE and key not in late]
        told = [f"{key} waits for a restart: {verdict.reason}" for key, verdict in late.items()]
        return "; ".join(filter(None, [", ".join(live), *told]))

    def _provision(self, machine: Machine, step: Step, progress: Progress) -> str:
        from serai.provisioners import registry, reload

        block = dict(zip(block_keys(machine), machine.provision, strict=True))[step.key]

        def out(line: str) -> None:
            self.cancel.check()
            self.emit(Event(kind=Kind.OUTPUT, machine=machine.name, step=step.id, text=line))

        way = self.way_in(machine.name)
        root, told = self.workspace.scope.root, self._peers
        try:
            registry.run(block, key=step.key, machine=machine, transport=way, root=root, out=out, peers=told)
        except BaseException:
            with suppress(SeraiError):
                self._mark_blocks(machine, step, done=False)
            raise
        if reload.wanted(block):
            self._restart(machine, progress)
            way = self.way_in(machine.name)
        # On the guest's disk before the mark says so: a power cut must not leave a mark without its work.
        if block.shell is None or reload.wanted(block):  # a script brings its own to the disk, by one login
            way.run("sync", check=False, timeout=120)
        self._mark_blocks(machine, step, done=True)
        if self.keeper:
            materials = self.stock.of(machine, progress)
            if failed := self.keeper.done(machine, materials, step.key, way, progress):
                self.emit(Event(kind=Kind.NOTE, text=f"{machine.name}: {failed}"))
        return ""

    def _mark_blocks(self, machine: Machine, step: Step, *, done: bool) -> None:
        """One that failed came nobody knows how far: the mark of an earlier run would say that all is done."""
        for name, _, key in (each.partition(":") for each in (f"{machine.name}:{step.key}", *step.also)):
            mark = Mark(digest=self.digests.get(name, {}).get(key, ""), at=round(time.time(), 3))
            self.workspace.provider(name).mark(name, {key: mark if done else None})

    def _peers(self) -> dict[str, tuple[Machine, Endpoint | None]]:
        """Every machine of the project with the way into it, None for one that does not run."""
        return {name: (one, self._way_to(name)) for name, one in self.workspace.project.machines.items()}

    def _way_to(self, name: str) -> Endpoint | None:
        try:
            return self.workspace.provider(name).endpoint(name)
        except SeraiError:
            return None

    def _restart(self, machine: Machine, progress: Progress) -> None:
        """The guest starts anew, and is ready again: it says another boot id, or its engine has done it."""
        from serai.run.restart import again, restart

        driver = self.workspace.provider(machine.name)
        materials = self.stock.of(machine, progress)
        if is_container(machine):
            way = again(machine, driver, materials, progress)
            driver.mark(machine.name, {}, ready=True)  # another life than the one that was marked
        else:
            way = restart(
                machine,
                self.way_in(machine.name),
                lambda: driver.endpoint(machine.name),
                driver.console(machine.name).log,
                lambda: driver.failure(machine.name),
                progress,
                seed_kind=materials.image.seed if materials.image else "none",
            )
        with self._lock:
            self._ways[machine.name] = way
        if machine.synced_folders:
            self._sync(machine, step(Act.SYNC, machine.name), progress)

    def _stop(self, machine: Machine, step: Step, progress: Progress) -> str:
        driver = self.workspace.provider(machine.name)
        self._hang_up(machine.name)
        graceful = driver.stop(machine.name, budget=machine.halt_timeout, force=self.force, progress=progress)
        if graceful or self.force:
            return ""
        return f"the guest did not power off within {machine.halt_timeout:g} s: power was cut"

    def _suspend(self, machine: Machine, step: Step, progress: Progress) -> str:
        if self.to_disk:
            self._hang_up(machine.name)
        self.workspace.provider(machine.name).suspend(machine.name, to_disk=self.to_disk, progress=progress)
        return "saved to disk" if self.to_disk else "paused in memory"

    def _destroy(self, machine: Machine, step: Step, progress: Progress) -> str:
        self._hang_up(machine.name)
        driver = self.workspace.provider(machine.name)
        plan = self.plans.get(machine.name)
        again = plan is not None and plan.action in (Action.CREATE, Action.RECREATE)
        (getattr(driver, "discard", driver.destroy) if again else driver.destroy)(machine.name, progress)
        if (self.workspace.scope.home / "exports.json").exists():
            from serai.run.exports import Exports

            Exports(self.workspace).drop(machine.name)
        if machine.provision:
            from serai.provisioners.leaving import leave

            def tell(text: str) -> None:
                self.emit(Event(kind=Kind.NOTE, text=text))

            leave(keyed(machine), machine, self.workspace.scope.root, lambda line: None, tell)
        return ""
