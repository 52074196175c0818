"""`chef_solo`, `chef_zero`, `chef_client` and `chef_apply` of a Vagrantfile (VAG-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serai.loaders.vagrantfile.config.model import Plain, ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.base import Spec
from serai.spec.provisioners.chef import ChefApply, ChefClient, ChefSolo, ChefZero

STRUCTS: Mapping[str, type[Spec]] = {
    "chef_solo": ChefSolo,
    "chef_zero": ChefZero,
    "chef_client": ChefClient,
    "chef_apply": ChefApply,
}
FOLDERS = ("cookbooks_path", "data_bags_path", "environments_path", "nodes_path", "roles_path")
USUAL = ([["host", "cookbooks"], ["vm", "cookbooks"]], [["vm", "cookbooks"]])
"""What Vagrant makes of cookbooks_path where nothing is stated."""
COPIED = "the directories are copied into the guest at each run"


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block."""
    found = stated(entry)
    if found.get("cookbooks_path") in USUAL:
        del found["cookbooks_path"]
    for key in FOLDERS:
        if key in found:
            found[key] = [located(pair) for pair in found[key]]
    if found.pop("synced_folder_type", None):
        draft.dropped(f"{label}.synced_folder_type", entry.where, COPIED)
    if isinstance(arguments := found.get("arguments"), list):
        found["arguments"] = " ".join(map(text_of, arguments))
    return fitted(found, STRUCTS[entry.type])


def located(pair: Plain) -> str:
    """A directory of the project, or one of the guest by Vagrant's word."""
    where, path = pair
    return f"vm:{path}" if where == "vm" else str(path)
