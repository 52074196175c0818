"""All tunings of all families."""

from __future__ import annotations

from serai.host.tunings import thp
from serai.host.tunings.tuning import Tuning
from serai.util.errors import Code, SeraiError, did_you_mean

FAMILIES = (thp,)
TUNINGS: dict[str, Tuning] = {row.id: row for family in FAMILIES for row in family.TABLE.rows}
"""Every tuning by its id."""


def tuning(ident: str) -> Tuning:
    """The tuning of a name. Raises SeraiError (Code.INPUT) when there is none."""
    if ident not in TUNINGS:
        hint = did_you_mean(ident, list(TUNINGS)) or f"there are {', '.join(TUNINGS)}"
        raise SeraiError(Code.INPUT, f"there is no tuning {ident}", hint=hint)
    return TUNINGS[ident]
