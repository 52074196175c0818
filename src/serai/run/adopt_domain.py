"""Machines that other programs made, taken over by a project of their own: one file, one machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from serai.providers.registry import provider_class, raw_block
from serai.run.scope import scope_of, settle
from serai.spec.machine import Project
from serai.util.errors import SeraiError
from serai.util.files import write_atomic
from serai.util.locks import lock

PROVIDER = "libvirt"
"""The one provider whose engine has machines that serai did not make, and can say what they are."""


def foreign(uri: str | None) -> list[tuple[str, str]]:
    """(name, URI) of the domains that are none of serai's; none where there is no libvirt to ask."""
    try:
        return list(_driver().foreign(uri))
    except SeraiError:
        if uri is not None:
            raise
        return []


def adopt(domain: str, target: Path, uri: str | None) -> tuple[str, tuple[str, ...]]:
    """Write `target` from the domain and take it over; the machine's name, and what has no key of its own."""
    name = plain(domain)
    root = target.parent.resolve()
    scope = scope_of(name, root)
    with lock(scope.home / "lock", what=f"project {name}", note="serai adopt", wait=False):
        machine, kept = _driver()(scope).take(domain, name, uri)
        write_atomic(target, text(Project(project=name, machines={name: machine}), domain, kept), mode=0o644)
        settle(scope, [PROVIDER])
    return name, kept


def _driver() -> Any:
    return provider_class(PROVIDER)


def plain(domain: str) -> str:
    """A name that a machine can have: domains may have spaces and more in theirs."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", domain).strip("-.")[:63] or "machine"


def text(project: Project, domain: str, kept: tuple[str, ...]) -> str:
    """The file, with what has no key of its own named above it."""
    from serai.loaders.write import to_yaml

    head = [f"# The domain {domain}, as libvirt has it. Its disks stay yours: destroy leaves them."]
    if kept:
        head += [
            "# Without a key of its own, kept under providers.libvirt.xml:",
            *(f"#   {line}" for line in kept),
        ]
    return "\n".join([*head, to_yaml(project, raw_block=raw_block)])
