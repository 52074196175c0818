"""Which provisioner does a block, and the digest that says whether the block has to be done again."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec

from serai.guest.transport import OnLine, Transport
from serai.spec.machine import Machine
from serai.spec.provision import Provision

KINDS = {
    "shell": "serai.provisioners.shell",
    "file": "serai.provisioners.file",
    "reload": "serai.provisioners.reload",
}
"""Kind of a block -> its module, with `run` and `inputs`; Vagrant's further ones are `vagrant`."""


class Provisioner(Protocol):
    """What such a module has."""

    def run(
        self, block: Any, *, key: str, machine: Machine, transport: Transport, root: Path, out: OnLine
    ) -> None: ...

    def inputs(self, block: Any, machine: Machine) -> tuple[list[str], object]:
        """The files of the project that the block names, and what else decides what it does."""
        ...


def _provisioner(block: Provision) -> tuple[Provisioner, Any]:
    if block.vagrant is not None:
        return cast(Provisioner, import_module("serai.provisioners.vagrant")), block.vagrant
    module = cast(Provisioner, import_module(KINDS[block.kind]))
    return module, getattr(block, block.kind)


def run(block: Provision, *, key: str, machine: Machine, transport: Transport, root: Path, out: OnLine) -> None:
    """Do a block in the guest. `key` is what `--provision-with` calls it, `root` the project's directory.

    Raises Code.FAILED naming the block, Code.INPUT when a file that it names is not there.
    """
    provisioner, inner = _provisioner(block)
    provisioner.run(inner, key=key, machine=machine, transport=transport, root=root, out=out)


def digest(block: Provision, machine: Machine, root: Path) -> str:
    """16 hex digits over what the block does and the files that it names; its name and `run:` do not count."""
    from hashlib import sha256

    from serai.provisioners.content import feed

    provisioner, inner = _provisioner(block)
    paths, rest = provisioner.inputs(inner, machine)
    total = sha256(msgspec.json.encode([block.kind, inner, rest], order="deterministic"))
    for path in paths:
        feed(total.update, root / Path(path).expanduser())
    return total.hexdigest()[:16]
