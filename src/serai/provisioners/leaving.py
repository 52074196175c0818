"""What a machine's blocks keep elsewhere, and what goes with the machine: Chef's node and client (VAG-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from serai.util.errors import SeraiError

if TYPE_CHECKING:
    from serai.guest.transport import OnLine, Transport
    from serai.spec.machine import Machine
    from serai.spec.provision import Provision

KINDS = ("chef_client",)
"""Those whose module has `leave(block, job)`."""


def leave(
    blocks: Iterable[tuple[str, Provision]], machine: Machine, root: Path, out: OnLine, tell: Callable[[str], None]
) -> None:
    """Do it for a machine that is gone. There is nothing to stop any more: a failure is told, and not raised."""
    from serai.provisioners.job import Job
    from serai.provisioners.registry import module_of

    for key, block in blocks:
        if block.kind not in KINDS:
            continue
        nowhere = cast("Transport", None)  # there is no guest to get into
        job = Job(key=key, machine=machine, transport=nowhere, root=root, out=out)
        try:
            module_of(block).leave(block.inner, job)  # type: ignore[attr-defined]
        except SeraiError as error:
            tell(f"{error.message}: it stays, and is yours to remove")
