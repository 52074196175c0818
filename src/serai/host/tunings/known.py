"""All tunings of all families."""

from __future__ import annotations

from serai.host.tunings import (
    bridge,
    clamp,
    cpu,
    docker,
    firewall,
    forwarding,
    guests,
    hugepages,
    iommu,
    isolation,
    kvm,
    lxc,
    memory,
    mtu,
    sriov,
    thp,
    thp_boot,
)
from serai.host.tunings.tuning import Tuning
from serai.host.wants import Role
from serai.util.errors import Code, SeraiError, did_you_mean

FAMILIES = (
    hugepages,
    thp,
    thp_boot,
    memory,
    cpu,
    isolation,
    kvm,
    iommu,
    guests,
    sriov,
    bridge,
    forwarding,
    clamp,
    docker,
    mtu,
    firewall,
    lxc,
)
TUNINGS: dict[str, Tuning] = {row.id: row for family in FAMILIES for row in family.TABLE.rows}
"""Every tuning by its id."""


def tuning(ident: str) -> Tuning:
    """The tuning of a name. Raises SeraiError (Code.INPUT) when there is none."""
    if ident not in TUNINGS:
        hint = did_you_mean(ident, list(TUNINGS)) or f"there are {', '.join(TUNINGS)}"
        raise SeraiError(Code.INPUT, f"there is no tuning {ident}", hint=hint)
    return TUNINGS[ident]


def repairing(check: str) -> list[Tuning]:
    """The tunings that are the answer to a check."""
    return [row for row in TUNINGS.values() if check in row.repairs]


def of_role(role: Role) -> dict[str, str]:
    """Ids of the tunings that a role has -> the value for it."""
    return {row.id: row.roles[role] for row in TUNINGS.values() if role in row.roles}
