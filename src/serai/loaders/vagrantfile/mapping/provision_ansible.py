"""`ansible` and `ansible_local` of a Vagrantfile: the same options (VAG-10)."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, listed
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.ansible import Ansible, AnsibleLocal

LISTS = ("limit", "tags", "skip_tags")
"""One text with commas, or a list."""


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block."""
    found = stated(entry)
    for key in LISTS:
        if key in found:
            found[key] = [part for item in listed(found[key]) for part in text_of(item).split(",")]
    return fitted(found, Ansible if entry.type == "ansible" else AnsibleLocal)
