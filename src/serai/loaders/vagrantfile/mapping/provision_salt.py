"""`salt` of a Vagrantfile (VAG-10)."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft, truth
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.salt import LogLevel, Salt

SWITCHES = (
    "masterless",
    "run_highstate",
    "run_overstate",
    "always_install",
    "verbose",
    "colorize",
    "install_master",
    "install_syndic",
    "no_minion",
    "run_service",
)


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block."""
    found = stated(entry)
    for key in SWITCHES:
        if key in found:
            found[key] = truth(found[key])
    if "log_level" in found and str(found["log_level"]) not in list(LogLevel):
        draft.dropped(f"{label}.log_level", entry.where, f"{found.pop('log_level')!r} is no level of salt's")
    return fitted(found, Salt)
