"""A run of Chef in the guest: directories and keys go there, its files are written, its program runs (VAG-10)."""

from __future__ import annotations

from pathlib import PurePosixPath
from posixpath import isabs, join
from typing import TYPE_CHECKING, Any

from serai.provisioners import chef_config as config
from serai.provisioners.chef_config import FOLDERS, PLACES, Guest
from serai.provisioners.chef_install import install
from serai.util.errors import Code, SeraiError

if TYPE_CHECKING:
    from serai.provisioners.job import Job
    from serai.spec.machine import Machine
    from serai.spec.provisioners.chef import ChefRunner

ROOT = "/var/lib/serai/chef"
"""Where a block's files lie unless it says; root's alone, which /tmp is not."""
INSIDE = "vm:"
"""Before a directory that is in the guest already; Vagrant's word."""
FILES = {
    "custom_config_path": "custom.rb",
    "encrypted_data_bag_secret_key_path": "encrypted_data_bag_secret",
    "validation_key_path": "validation.pem",
}
"""A block's key -> what the file is called in the guest."""
FIND = f"PATH=$PATH:{':'.join(PLACES)}\n"
PREPARE = 'umask 077; mkdir -p "$1" && chmod 700 "$1" && cd "$1" && rm -rf trees && mkdir trees'


def inputs(block: ChefRunner, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    paths = [getattr(block, key) for key in FILES if getattr(block, key, None)]
    for key in FOLDERS:
        paths += [path for path in getattr(block, key, None) or () if not path.startswith(INSIDE)]
    if getattr(block, "cookbooks_path", None) == []:
        paths.append("cookbooks")
    if block.installer and "://" not in block.installer:
        paths.append(block.installer)
    return paths, None


def run(kind: str, block: ChefRunner, job: Job) -> None:
    """Install, send, converge; as often as the block's `attempts` say."""
    trees = folders(block, job)
    install(job, block, kind)
    root = block.provisioning_path or ROOT
    job.script(PREPARE, args=[root], what="making room for Chef's files")
    guest = _sent(block, job, root, trees)
    job.write(config.settings(kind, block, guest, job.machine.name), guest.config, mode="0600")
    job.write(config.attributes(block), guest.attributes, mode="0600")
    line = config.command(kind, block, guest)
    for attempt in range(1, block.attempts + 1):
        count = f", attempt {attempt} of {block.attempts}," if block.attempts > 1 else ""
        try:
            job.script(FIND + line, what=f"{config.PROGRAMS[kind]}{count}")
            return
        except SeraiError as error:
            if attempt == block.attempts or error.code is not Code.FAILED:
                raise
            job.out(f"{error.message}: once more")


def folders(block: Any, job: Job) -> dict[str, list[str]]:
    """The block's directories by key. Cookbooks are the project's own, where it has some and none are stated."""
    found = {key: list(getattr(block, key, None) or ()) for key in FOLDERS}
    if getattr(block, "cookbooks_path", None) == [] and (job.root / "cookbooks").is_dir():
        found["cookbooks_path"] = ["cookbooks"]
    for paths in found.values():
        for path in paths:
            if not path.startswith(INSIDE):
                job.path(path)  # said before anything is done in the guest
    return found


def _sent(block: ChefRunner, job: Job, root: str, trees: dict[str, list[str]]) -> Guest:
    """All that the block names, in the guest."""
    places: dict[str, list[str]] = {}
    for key, paths in trees.items():
        places[key] = []
        for number, path in enumerate(paths):
            if path.startswith(INSIDE):
                inside = path.removeprefix(INSIDE)
                places[key].append(inside if isabs(inside) else join(root, inside))
                continue
            target = join(root, "trees", f"{key.removesuffix('_path')}-{number}")
            job.put(job.path(path), target)
            places[key].append(target)
    files: dict[str, str] = {}
    for key, name in FILES.items():
        if source := getattr(block, key, None):
            files[key] = str(PurePosixPath(root) / name)
            job.put(job.path(source), files[key], mode="0600", owner="root")
    return Guest(
        root=root,
        folders=places,
        secret=files.get("encrypted_data_bag_secret_key_path", ""),
        custom=files.get("custom_config_path", ""),
        validation_key=files.get("validation_key_path", ""),
    )
