"""`cfengine` of a Vagrantfile (VAG-10)."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import ProvisionerEntry
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.cfengine import Cfengine


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block. What is not stated comes from the guest's own packages, where Vagrant takes the vendor's."""
    return fitted(stated(entry), Cfengine)
