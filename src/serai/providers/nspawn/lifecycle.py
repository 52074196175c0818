"""A container's life: made, started, stopped, removed. Each act may be killed at any moment and done again."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from serai.providers import bridges, container_root, port_relay
from serai.providers.container_files import write_files
from serai.providers.container_record import Phase
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.nspawn import gather, groups, launch, ports, render
from serai.providers.nspawn.place import MACHINES, directory_of, machine_name, tree_of
from serai.providers.nspawn.record import Record, editing, load, save
from serai.providers.nspawn.site import Site
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import private_dir, remove_tree
from serai.util.process import which

UNPACK_BUDGET = 1800.0


def made(scope: Scope, name: str) -> Record:
    """The record of a container that is whole. Raises Code.FAILED."""
    record = load(directory_of(scope, name))
    if record is None or record.phase is not Phase.MADE:
        what = "is not made" if record is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    return record


def is_on(scope: Scope, name: str) -> bool:
    return bool(groups.supervisor(groups.home(machine_name(scope, name))))


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make the root filesystem, the settings, the record. Made: does nothing."""
    directory, tree = directory_of(scope, machine.name), tree_of(scope, machine.name)
    record = load(directory)
    if record and record.phase is Phase.MADE:
        return
    destroy(scope, machine.name)
    root = container_root.found(scope, machine, materials, progress)
    private_dir(directory)
    record = _new(scope, machine, digest=root.digest)
    record.process = root.process
    save(directory, record)
    progress("making its root filesystem by unpacking it")
    _unpack(machine, root, tree)
    container_root.personalize(tree, machine.hostname or machine.name, disk=bool(root.digest))
    finish(scope, record, machine, materials)


def _new(scope: Scope, machine: Machine, digest: str) -> Record:
    return Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        applied=machine,
        image_digest=digest,
    )


def finish(scope: Scope, record: Record, machine: Machine, materials: Materials) -> None:
    """Its tree is there: the rest, and that it is whole."""
    configure(scope, record, machine, materials)
    record.phase = Phase.MADE
    save(directory_of(scope, machine.name), record, sync=True)


def _unpack(machine: Machine, root: container_root.Root, tree: Path) -> None:
    """By tar, as root. Raises Code.FAILED with tar's last words."""
    private_dir(Path(MACHINES))
    tree.mkdir(mode=0o755)
    tree.chmod(0o755)
    with container_root.packed(machine, root) as (stream, how):
        argv = [which("tar", "tar"), "-x", "-p", "--numeric-owner", "--exclude=./dev/*", "--exclude=dev/*", *how]
        try:
            done = subprocess.run(
                [*argv, "-f", "-", "-C", str(tree)],
                stdin=stream,
                capture_output=True,
                text=True,
                timeout=UNPACK_BUDGET,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise SeraiError(
                Code.TIMEOUT, f"{machine.name}: its root filesystem took more than {UNPACK_BUDGET:g} s"
            ) from error
    if done.returncode:
        lines = done.stderr.splitlines() or ["it said nothing"]
        raise SeraiError(
            Code.FAILED, f"{machine.name}: its root filesystem cannot be unpacked: {lines[0]}", details=lines[-8:]
        )


def configure(scope: Scope, record: Record, machine: Machine, materials: Materials) -> Site:
    """Write what systemd-nspawn reads, and the small files; the record learns what it was made of."""
    directory = directory_of(scope, machine.name)
    site = gather.site_for(scope, machine, materials, record.process)
    write_files(scope, directory, machine, materials)
    launch.settle(machine, site, render.text(machine, site))
    record.applied = machine
    record.addresses = materials.addresses
    record.networks = materials.networks
    record.bridges = bridges.ours(scope, materials.networks, private(machine))
    record.macs = tuple(card.mac for card in site.cards if card.mac and not card.address)
    return site


def private(machine: Machine) -> list[str]:
    """The networks that it is on."""
    return [nic.private.network for nic in machine.networks if nic.private]


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given; frozen: it goes on. Running: does nothing."""
    made(scope, machine.name)
    group = groups.home(machine_name(scope, machine.name))
    if groups.supervisor(group):
        if groups.is_frozen(group):
            resume(scope, machine.name)
        return
    launch.clear(machine_name(scope, machine.name))  # of one that ended by itself
    try:
        _start(scope, machine, materials, progress)
    except SeraiError:
        launch.clear(machine_name(scope, machine.name))
        bridges.remove_idle(bridges.ours(scope, materials.networks, private(machine)))
        raise


def _start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    directory = directory_of(scope, machine.name)
    with editing(directory) as record:
        wanted = bridges.ours(scope, materials.networks, private(machine))
        if wanted != record.bridges:  # before they are made: a destroy after a kill must know them
            record.bridges = wanted
            save(directory, record)
        with bridges.using():
            bridges.ensure(scope, materials.networks, private(machine))
            site = configure(scope, record, machine, materials)
            record.pending = {}
            with port_relay.listening(machine, record.forwards, lambda: ports.taken(site.name)) as found:
                record.forwards = tuple(found.forwards)
                progress("starting its first process")
                launch.start(machine, site)
                port_relay.hand_over(directory, lambda: groups.leader(groups.home(site.name)), found)
        record.stopped = False
        record.started_at = round(time.time(), 3)


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Ask its first process to end, kill it after `budget` seconds. True: it went by itself."""
    record = made(scope, name)
    directory, machine = directory_of(scope, name), machine_name(scope, name)
    port_relay.close_all(directory)
    graceful = True
    if is_on(scope, name):
        if groups.is_frozen(groups.home(machine)):
            resume(scope, name)  # who is frozen hears no signal
        wanted = record.applied.container.stop_timeout if record.applied and record.applied.container else None
        seconds = budget if wanted is None else wanted
        if force:
            graceful = False
        else:
            progress(f"waiting up to {seconds:g} s for its first process to end")
            graceful = launch.ask_to_end(machine, seconds)
        if not graceful:
            launch.kill(machine)
    launch.clear(machine)
    with editing(directory) as kept:
        kept.stopped = True
        kept.ready_at = 0.0
    bridges.remove_idle(record.own_bridges())
    return graceful or force


def destroy(scope: Scope, name: str, *, again: bool = False) -> None:
    """Nothing of it stays: process, cards, bridges, root filesystem, snapshots, settings.

    `again`: it is made anew at once; bridges that machines of other providers may be about to join stay.
    """
    directory, machine = directory_of(scope, name), machine_name(scope, name)
    record = None
    try:
        record = load(directory)
    except SeraiError as error:
        if error.code is not Code.CORRUPT:
            raise
    port_relay.close_all(directory)
    if is_on(scope, name):
        launch.kill(machine)
    launch.clear(machine)
    launch.forget(machine)
    remove_tree(tree_of(scope, name))
    (Path(MACHINES) / f".#{machine}.lck").unlink(missing_ok=True)
    remove_tree(directory)
    with suppress(OSError):  # others are there
        directory.parent.rmdir()
    if record is not None:
        bridges.remove_idle(record.own_bridges() if again else record.bridges)


def suspend(scope: Scope, name: str) -> None:
    """Freeze all of its processes."""
    made(scope, name)
    _freeze(scope, name, on=True)


def resume(scope: Scope, name: str) -> None:
    """Let them go on."""
    made(scope, name)
    _freeze(scope, name, on=False)


def _freeze(scope: Scope, name: str, *, on: bool) -> None:
    if not is_on(scope, name):
        what = "is not running" if on else "is not suspended: it is off"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    try:
        groups.freeze(groups.home(machine_name(scope, name)), on=on)
    except OSError as error:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"{name}: the kernel does not freeze it: {error.strerror}",
            hint=f"only control groups of version 2 do: {groups.HINT}",
        ) from error


def copied(scope: Scope, name: str, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Copy the stopped container under the new name; its snapshots stay behind."""
    from serai.providers import tree_copy

    source = made(scope, name)
    if is_on(scope, name):
        raise SeraiError(Code.REFUSED, f"{name} runs; only a stopped machine is cloned", hint=f"serai halt {name}")
    target = directory_of(scope, machine.name)
    existing = load(target)
    if existing and existing.phase is Phase.MADE:
        raise SeraiError(Code.REFUSED, f"{machine.name} exists already", hint=f"serai destroy {machine.name}")
    destroy(scope, machine.name)
    private_dir(target)
    record = _new(scope, machine, digest=source.image_digest)
    record.process = source.process
    record.marks = dict(source.marks)
    save(target, record)
    progress(f"copying the root filesystem of {name}")
    tree_copy.copy(tree_of(scope, name), tree_of(scope, machine.name))
    container_root.personalize(tree_of(scope, machine.name), machine.hostname or machine.name, disk=False)
    finish(scope, record, machine, materials)
