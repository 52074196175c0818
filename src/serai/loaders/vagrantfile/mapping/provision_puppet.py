"""`puppet` and `puppet_server` of a Vagrantfile (VAG-10)."""

from __future__ import annotations

import shlex
from typing import Any

from serai.loaders.vagrantfile.config.model import Entry, Plain, ProvisionerEntry, text_of
from serai.loaders.vagrantfile.mapping.draft import Draft, listed
from serai.loaders.vagrantfile.mapping.folders import map_folder
from serai.loaders.vagrantfile.mapping.provision_options import fitted, stated
from serai.spec.provisioners.puppet import GUEST, Puppet, PuppetServer

SHARED = "/srv/puppet"
"""Where synced folders of puppet's lie in the guest."""
ARGS = "they are rsync's, and synced_folder_type is not rsync"
TREES = ("manifests_path", "environment_path", "module_path")


def options(draft: Draft, entry: ProvisionerEntry, label: str) -> dict[str, Any]:
    """The block."""
    found = stated(entry)
    if "options" in found:
        found["options"] = words(found["options"])
    if entry.type == "puppet_server":
        return fitted(found, PuppetServer)
    for key in ("manifests_path", "environment_path"):
        if key in found:
            found[key] = directory(found[key])
    _defaults(found)
    way, args = found.pop("synced_folder_type", None), found.pop("synced_folder_args", None)
    if way:
        _shared(draft, entry, found, str(way), args)
    if args and way != "rsync":
        draft.dropped(f"{label}.synced_folder_args", entry.where, ARGS)
    return fitted(found, Puppet)


def words(value: Plain) -> list[str]:
    """Vagrant puts them into a command line as they are: one text may have many words."""
    return [word for item in listed(value) for word in shlex.split(text_of(item))]


def directory(value: Plain) -> str:
    """`["host", PATH]` is the project's, `["vm", PATH]` the guest's own."""
    pair = [str(item) for item in listed(value)]
    return f"{GUEST}{pair[1]}" if pair[0] == "vm" else pair[-1]


def _defaults(found: dict[str, Any]) -> None:
    """What Vagrant fills in, and serai does by itself."""
    if "environment_path" not in found:
        for key, usual in (("manifests_path", "manifests"), ("manifest_file", "default.pp")):
            if found.get(key) == usual:
                del found[key]
    if found.get("environment") == "production":
        del found["environment"]


def _shared(draft: Draft, entry: ProvisionerEntry, found: dict[str, Any], way: str, args: Plain) -> None:
    """Directories that are to come by a synced folder: one of the machine, and the block finds it in the guest."""
    if "environment_path" not in found:
        found.setdefault("manifests_path", "manifests")
    for key in TREES:
        if paths := [_folder(draft, entry, str(path), way, args) for path in listed(found.get(key))]:
            found[key] = paths if key == "module_path" else paths[0]


def _folder(draft: Draft, entry: ProvisionerEntry, path: str, way: str, args: Plain) -> str:
    from hashlib import sha256

    if path.startswith(GUEST):
        return path
    target = f"{SHARED}/{sha256(path.encode()).hexdigest()[:12]}"
    options: dict[str, Plain] = {"hostpath": path, "guestpath": target}
    if args and way == "rsync":
        options["rsync__args"] = args
    map_folder(draft, Entry(id=target, type=way, options=options, where=entry.where))
    return f"{GUEST}{target}"
