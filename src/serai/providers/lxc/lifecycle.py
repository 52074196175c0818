"""A container's life: made, started, stopped, removed. Each act may be killed at any moment and done again."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from serai.providers import bridges, control_groups, first_process
from serai.providers.container_files import text_of, write_files
from serai.providers.container_record import Phase
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.lxc import command, forwards, gather, render, rootfs
from serai.providers.lxc.place import CONSOLE_LOG, LOG, container_name, directory_of, lxcpath, words
from serai.providers.lxc.reason import not_started
from serai.providers.lxc.record import Record, editing, load, save
from serai.providers.lxc.site import Site
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError
from serai.util.files import remove_tree, write_atomic
from serai.util.process import run

START_BUDGET = 120.0
"""Seconds in which LXC must have started the first process: hooks and mounts included."""
KILL_BUDGET = 30.0
CLOSING = 10.0
"""Seconds that LXC needs for its own end beside the guest's: unmounting, hooks."""


def made(scope: Scope, name: str) -> Record:
    """The record of a container that is whole. Raises Code.FAILED."""
    record = load(directory_of(scope, name))
    if record is None or record.phase is not Phase.MADE:
        what = "is not made" if record is None else "was never made to the end"
        raise SeraiError(Code.FAILED, f"{name} {what}", hint=f"serai up {name}")
    return record


def state(scope: Scope, name: str) -> str:
    """LXC's own word, in capitals."""
    return command.state(lxcpath(), container_name(scope, name))


def create(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Make the root filesystem, the configuration, the record. Made: does nothing."""
    directory = directory_of(scope, machine.name)
    record = load(directory)
    if record and record.phase is Phase.MADE:
        return
    destroy(scope, machine.name)
    if materials.layer:
        from serai.providers.lxc import layers

        progress("unpacking a layer")
        kept, root = layers.source(materials.layer)
        done = rootfs.make_of_layer(scope, machine, kept.base, root, gather.idmap(machine))
    else:
        done = rootfs.make(scope, machine, materials, gather.idmap(machine), progress)
    record = Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        applied=machine,
        base=done.base,
        image_digest=done.digest,
        process=done.process,
        marks=dict(materials.layer.marks) if materials.layer else {},
    )
    save(directory, record)
    rootfs.personalize(done.base, machine.hostname or machine.name, disk=bool(done.digest))
    configure(scope, directory, record, machine, materials)
    record.phase = Phase.MADE
    save(directory, record, sync=True)


def configure(scope: Scope, directory: Path, record: Record, machine: Machine, materials: Materials) -> Site:
    """Write the configuration and the small files that it binds; the record learns what it was made of."""
    site = gather.site_for(scope, machine, materials, directory, base=record.base, process=record.process)
    text = render.text(machine, site)
    if text_of(directory / "config") != text:  # a file that is replaced is written out by ext4: 10 ms and more
        write_atomic(directory / "config", text, mode=0o640, sync=False)
    write_files(scope, directory, machine, materials, _root_of(site))
    record.applied = machine
    record.addresses = materials.addresses
    record.networks = materials.networks
    record.bridges = bridges.ours(scope, materials.networks, _private(machine))
    record.macs = tuple(card.mac for card in site.cards if card.mac and not card.address)
    return site


def _root_of(site: Site) -> tuple[int, int]:
    """Whom root inside is outside."""
    found = {"u": 0, "g": 0}
    for line in site.idmap:
        kind, inside, host, _ = line.split()
        if inside == "0":
            found[kind] = int(host)
    return found["u"], found["g"]


def start(scope: Scope, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Start it with the spec given; frozen: it goes on. Running: does nothing."""
    made(scope, machine.name)
    directory = directory_of(scope, machine.name)
    now = state(scope, machine.name)
    if now in ("FROZEN", "FREEZING"):
        resume(scope, machine.name)
        return
    if now != "STOPPED":
        return
    try:
        _start(scope, machine, materials, directory, progress)
    except SeraiError:
        bridges.remove_idle(bridges.ours(scope, materials.networks, _private(machine)))
        raise


def _private(machine: Machine) -> list[str]:
    """The networks that it is on."""
    return [nic.private.network for nic in machine.networks if nic.private]


def _start(scope: Scope, machine: Machine, materials: Materials, directory: Path, progress: Progress) -> None:
    with editing(directory) as record:
        wanted = bridges.ours(scope, materials.networks, _private(machine))
        if wanted != record.bridges:  # before they are made: a destroy after a kill must know them
            record.bridges = wanted
            save(directory, record)
        with bridges.using():
            bridges.ensure(scope, materials.networks, _private(machine))
            site = configure(scope, directory, record, machine, materials)
            record.pending = {}
            with forwards.listening(scope, machine, record.forwards) as found:
                record.forwards = tuple(found.forwards)
                progress("starting its first process")
                _launch(scope, machine, directory, site)
                forwards.hand_over(scope, directory, machine.name, found)
        record.stopped = False
        record.started_at = round(time.time(), 3)


def _launch(scope: Scope, machine: Machine, directory: Path, site: Site) -> None:
    for name in (LOG, CONSOLE_LOG):
        (directory / name).unlink(missing_ok=True)
    argv = [*words("start", container_name(scope, machine.name)), "-d", "-l", "WARN", "-o", str(directory / LOG)]
    if command_words := first_process.command(machine.container or Container(), site.process):
        argv += ["--", *command_words]
    done = run(argv, timeout=START_BUDGET, check=False)
    if not done.ok:
        raise not_started(machine.name, directory, done.stderr)


def stop(scope: Scope, name: str, budget: float, force: bool, progress: Progress) -> bool:
    """Ask its first process to end, kill it after `budget` seconds. True: it went by itself."""
    record = made(scope, name)
    directory, container = directory_of(scope, name), container_name(scope, name)
    forwards.close_all(directory)
    graceful = True
    if state(scope, name) != "STOPPED":
        if state(scope, name) in ("FROZEN", "FREEZING"):
            resume(scope, name)  # who is frozen hears no signal
        wanted = record.applied.container.stop_timeout if record.applied and record.applied.container else None
        seconds = budget if wanted is None else wanted
        if not force:
            progress(f"waiting up to {seconds:g} s for its first process to end")
            argv = [*words("stop", container), "--nokill", "-t", str(max(1, round(seconds)))]
            run(argv, timeout=seconds + CLOSING, check=False)
        graceful = state(scope, name) == "STOPPED"
        if not graceful:
            run([*words("stop", container), "-k"], timeout=KILL_BUDGET)
    with editing(directory) as kept:
        kept.stopped = True
        kept.ready_at = 0.0
    bridges.remove_idle(record.own_bridges())
    return graceful or force


def destroy(scope: Scope, name: str, *, again: bool = False) -> None:
    """Nothing of it stays: process, cards, bridges, storage, snapshots, its directory.

    `again`: it is made anew at once; bridges that machines of other providers may be about to join stay.
    """
    directory, container = directory_of(scope, name), container_name(scope, name)
    record = None
    try:
        record = load(directory)
    except SeraiError as error:
        if error.code is not Code.CORRUPT:
            raise
    forwards.close_all(directory)
    if state(scope, name) != "STOPPED":
        run([*words("stop", container), "-k"], timeout=KILL_BUDGET, check=False)
    if (directory / "config").exists():
        run([*words("destroy", container), "-f", "-s"], check=False)
    if directory.exists():
        _unmount_below(directory)
        remove_tree(directory)
    remove_groups(container)
    if record is not None:
        bridges.remove_idle(record.own_bridges() if again else record.bridges)


def remove_groups(container: str) -> None:
    """Control groups that LXC leaves where a start failed: empty ones alone can be removed."""
    for line in Path(control_groups.MOUNTS).read_text().splitlines():
        place, kind = line.split()[1:3]
        if kind in ("cgroup", "cgroup2"):
            for group in Path(place).glob(f"lxc.*.{container}"):
                with suppress(FileNotFoundError):  # LXC's own end takes it away just now
                    for inner in (*sorted(group.rglob("*/"), reverse=True), group):
                        with suppress(OSError):  # it is not empty: somebody lives in it
                            inner.rmdir()


def _unmount_below(directory: Path) -> None:
    """A killed create may have left the storage mounted; what is mounted is not deleted but let go."""
    mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for place in sorted((each for each in mounts if each.startswith(f"{directory}/")), reverse=True):
        run(["umount", place])


def suspend(scope: Scope, name: str) -> None:
    """Freeze all of its processes."""
    made(scope, name)
    if state(scope, name) == "STOPPED":
        raise SeraiError(Code.FAILED, f"{name} is not running", hint=f"serai up {name}")
    if state(scope, name) != "FROZEN":
        run(words("freeze", container_name(scope, name)), timeout=KILL_BUDGET)


def resume(scope: Scope, name: str) -> None:
    """Let them go on."""
    made(scope, name)
    now = state(scope, name)
    if now == "STOPPED":
        raise SeraiError(Code.FAILED, f"{name} is not suspended: it is off", hint=f"serai up {name}")
    if now in ("FROZEN", "FREEZING"):
        run(words("unfreeze", container_name(scope, name)), timeout=KILL_BUDGET)
