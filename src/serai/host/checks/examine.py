"""All checks of all families, and what they come to on one host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from serai.host.checks import (
    applied,
    cards,
    clock,
    containers,
    cpu,
    docker,
    domains,
    environment,
    firewall,
    gpu,
    hugepages,
    iommu,
    kvm,
    memory,
    mtu,
    nested,
    network,
    nfs,
    ovirt,
    security,
    storage,
    system,
    tpm,
    vfio,
    xen,
)
from serai.host.checks.row import Finding, Outcome, Row
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.wants import Role, Wants
from serai.util.errors import Code, SeraiError, did_you_mean

FAMILIES = (
    cpu,
    security,
    clock,
    kvm,
    memory,
    hugepages,
    iommu,
    vfio,
    gpu,
    network,
    mtu,
    docker,
    firewall,
    cards,
    storage,
    system,
    tpm,
    domains,
    environment,
    applied,
    containers,
    nfs,
    ovirt,
    xen,
    nested,
)
ROWS: dict[str, Row] = {row.id: row for family in FAMILIES for row in family.TABLE.rows}
"""Every check by its id."""
ORDER = tuple(Outcome)
"""Worst first."""
FOR_PROJECT = (
    "kvm.probe-guest",
    "kvm.access",
    "kvm.nested",
    "mem.available",
    "mem.huge-2m",
    "mem.huge-1g",
    "mem.hugetlbfs",
    "mem.memlock",
    "iommu.enabled",
    "iommu.intremap",
    "vfio.available",
    "host.devices",
    "net.bridges",
    "sto.space",
    "sto.direct",
    "qemu.swtpm",
    "lv.tpm-ca",
    "qemu.virtiofsd",
    "qemu.passt",
)
"""What a project file can ask of a host."""
FOR_DEVICES = ("iommu.enabled", "iommu.intremap", "vfio.available", "host.devices")
"""Of these, what only machines with devices of the host ask."""


class Result(msgspec.Struct, frozen=True):
    """One check on one host: `value` is what was read there, `next` the way on."""

    id: str
    result: Outcome
    value: str
    read: str
    why: str
    next: str


def chosen(ids: Sequence[str], roles: Iterable[Role] = (), project: Wants | None = None) -> list[Row]:
    """The rows that are asked for: by id or family, else those of a project, else those of the roles, else all.

    A project whose machines take no device of the host asks nothing of its IOMMU.

    Raises SeraiError (Code.INPUT) for an id that there is not.
    """
    if ids:
        unknown = [ident for ident in ids if not _named(ident)]
        if unknown:
            families = sorted({row.family for row in ROWS.values()})
            near = did_you_mean(unknown[0], [*ROWS, *families])
            hint = near or f"families: {', '.join(families)}; serai host check -v lists all"
            raise SeraiError(Code.INPUT, f"there is no check {unknown[0]}", hint=hint)
        return list({row.id: row for ident in ids for row in _named(ident)}.values())
    if project is not None:
        return [ROWS[ident] for ident in FOR_PROJECT if project.machines or ident not in FOR_DEVICES]
    wanted = set(roles)
    return [row for row in ROWS.values() if not wanted or not row.roles or wanted & set(row.roles)]


def _named(ident: str) -> list[Row]:
    return [row for row in ROWS.values() if ident.lower() in (row.id, row.family)]


def examine(row: Row, facts: Facts) -> Result:
    """Judge one. What could not be measured is `unknown`, with the reason."""
    try:
        found = row.judge(facts)
    except Unknown as error:
        found = Finding(Outcome.UNKNOWN, error.read, "", error.why)
    next = "" if found.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) else found.next or row.next
    if found.outcome is Outcome.UNKNOWN:
        next = found.next
    return Result(row.id, found.outcome, found.value, found.read, found.why, next)


def check(rows: Iterable[Row], facts: Facts) -> list[Result]:
    """Judge them all, worst first, each group in the order of the table."""
    return sorted((examine(row, facts) for row in rows), key=lambda result: ORDER.index(result.result))
