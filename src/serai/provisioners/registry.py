"""Which provisioner does a block, and the digest that says whether the block has to be done again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from serai.guest.transport import OnLine, Transport
from serai.provisioners.job import Job, Peers, nobody
from serai.spec.machine import Machine
from serai.spec.provision import Provision
from serai.util.paths import expanduser


class Provisioner(Protocol):
    """What the module of a kind has: `serai.provisioners.KIND`."""

    def run(self, block: Any, job: Job) -> None:
        """Do the block, which is the kind's own struct. Raises what `job.fail` gives."""
        ...

    def inputs(self, block: Any, machine: Machine) -> tuple[list[str], object]:
        """The files of the project that the block names, and what else decides what it does."""
        ...


def can_run(block: Provision) -> bool:
    """Whether there is a provisioner for it."""
    return block.vagrant is None and _has_module(block.kind)


@cache
def _has_module(kind: str) -> bool:
    return Path(__file__).with_name(f"{kind}.py").exists()


def module_of(block: Provision) -> Provisioner:
    """The module that does it."""
    name = block.kind if can_run(block) else "vagrant"
    return cast(Provisioner, import_module(f"serai.provisioners.{name}"))


def run(
    block: Provision,
    *,
    key: str,
    machine: Machine,
    transport: Transport,
    root: Path,
    out: OnLine,
    peers: Callable[[], Peers] = nobody,
) -> None:
    """Do a block in the guest. `key` is what `--provision-with` calls it, `root` the project's directory.

    Raises Code.FAILED naming the block, Code.INPUT when a file that it names is not there.
    """
    job = Job(key=key, machine=machine, transport=transport, root=root, out=out, peers=peers)
    module_of(block).run(block.inner, job)


def digest(block: Provision, machine: Machine, root: Path) -> str:
    """16 hex digits over what the block does and the files that it names; its name and `run:` do not count."""
    from hashlib import sha256

    from serai.provisioners.content import feed

    paths, rest = module_of(block).inputs(block.inner, machine)
    total = sha256(msgspec.json.encode([block.kind, block.inner, rest], order="deterministic"))
    for path in paths:
        feed(total.update, root / expanduser(path))
    return total.hexdigest()[:16]
