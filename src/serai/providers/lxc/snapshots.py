"""Snapshots and copies of containers: the root filesystem, by reflinks where that can be; never its memory.

A container that runs is frozen while it is copied. LXC's own lxc-snapshot makes containers of a container, wants
it stopped, and loses what lies beside its configuration when it restores.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from serai.providers import container_snapshots
from serai.providers.container_record import Phase
from serai.providers.contract import Materials, Progress, Scope
from serai.providers.lxc import lifecycle, rootfs
from serai.providers.lxc.place import container_name, directory_of, lxcpath, tool
from serai.providers.lxc.record import Record, editing, load, save
from serai.spec.machine import Machine
from serai.util import lxc_config
from serai.util.errors import Code, SeraiError
from serai.util.process import run

BUDGET = 3600.0


def _tree(name: str, record: Record) -> Path:
    """The directory that holds all that changes in the container. Raises Code.UNSUPPORTED for other storage."""
    path = lxc_config.setting(record.base, "lxc.rootfs.path")
    kind, _, rest = path.partition(":")
    if kind in ("overlay", "overlayfs"):
        return Path(rest.rpartition(":")[2])  # the layer above, which alone is written to
    if found := rootfs.rootfs_of(record.base):
        return found
    raise SeraiError(
        Code.UNSUPPORTED,
        f"{name}: serai takes no snapshots of containers on {kind}",
        hint=f"{kind} has its own; or providers: {{lxc: {{storage: dir}}}}",
    )


def quiet(scope: Scope, name: str) -> AbstractContextManager[None]:
    """Nothing is written to it meanwhile."""
    runs = lifecycle.state(scope, name) == "RUNNING"
    return container_snapshots.frozen(
        runs, partial(lifecycle.suspend, scope, name), partial(lifecycle.resume, scope, name)
    )


def save_one(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """Keep the root filesystem as it is now."""
    tree = _tree(name, lifecycle.made(scope, name))
    container_snapshots.save(directory_of(scope, name), tree, snapshot, quiet(scope, name), editing, progress)


def restore(scope: Scope, name: str, snapshot: str, progress: Progress) -> None:
    """The root filesystem as it was then. One that runs is stopped, and started again."""
    record = lifecycle.made(scope, name)
    runs = lifecycle.state(scope, name) != "STOPPED"
    container_snapshots.restore(
        directory_of(scope, name),
        _tree(name, record),
        snapshot,
        record,
        progress,
        stop=partial(lifecycle.stop, scope, name, 0, True, progress) if runs else None,
        start=lambda machine, materials: lifecycle.start(scope, machine, materials, progress),
    )


def delete(scope: Scope, name: str, snapshot: str) -> None:
    container_snapshots.delete(directory_of(scope, name), snapshot, editing)


def clone(scope: Scope, name: str, machine: Machine, materials: Materials, progress: Progress) -> None:
    """Copy the stopped container under the new name, by lxc-copy; its snapshots stay behind."""
    source = lifecycle.made(scope, name)
    if lifecycle.state(scope, name) != "STOPPED":
        raise SeraiError(Code.REFUSED, f"{name} runs; only a stopped machine is cloned", hint=f"serai halt {name}")
    target = directory_of(scope, machine.name)
    existing = load(target)
    if existing and existing.phase is Phase.MADE:
        raise SeraiError(Code.REFUSED, f"{machine.name} exists already", hint=f"serai destroy {machine.name}")
    lifecycle.destroy(scope, machine.name)
    progress(f"copying the root filesystem of {name}")
    old, new = container_name(scope, name), container_name(scope, machine.name)
    run([tool("copy"), "-P", lxcpath(), "-n", old, "-N", new], timeout=BUDGET)
    record = Record(
        name=machine.name,
        project=scope.project,
        project_id=scope.project_id,
        project_root=str(scope.root),
        applied=machine,
        base=_moved(source.base, old, new, (target / "config").read_text()),
        image_digest=source.image_digest,
        process=source.process,
        marks=dict(source.marks),
    )
    save(target, record)
    rootfs.personalize(record.base, machine.hostname or machine.name, disk=False)
    lifecycle.configure(scope, target, record, machine, materials)
    record.phase = Phase.MADE
    save(target, record, sync=True)


def _moved(base: str, old: str, new: str, copied: str) -> str:
    """What the template wrote, with the root filesystem that lxc-copy made."""
    path = lxc_config.setting(copied, "lxc.rootfs.path")
    lines = base.replace(f"/{old}/", f"/{new}/").splitlines()
    kept = [line for line in lines if not line.lstrip().startswith("lxc.rootfs.path")]
    return "".join(f"{line}\n" for line in (*kept, f"lxc.rootfs.path = {path}"))
