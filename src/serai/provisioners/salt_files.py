"""Which files of salt's a block brings, and where they go in the guest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import msgspec

from serai.provisioners.job import Job
from serai.spec.provisioners.salt import Salt

ETC = "/etc/salt"
KEYS = f"{ETC}/pki"
PUBLIC, PRIVATE, SETTINGS = "0644", "0400", "0640"
USUAL = (("config",), ("key", "pub"))
"""Keys of a side that a project may have at places where Vagrant looks for them; those of a pair go together."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the project, or a text; by which name it is brought, and its place and mode in the guest."""

    name: str
    destination: str
    mode: str
    source: str = ""
    text: str = ""


def usual(block: Salt, root: Path) -> Salt:
    """With `salt/minion`, `salt/key/minion.key` and the others, where they are and the block says nothing."""
    found: dict[str, Any] = {}
    for side, there in (("minion", not block.no_minion), ("master", block.install_master)):
        for part in USUAL if there else ():
            keys = [f"{side}_{word}" for word in part]
            silent = not any(getattr(block, key) is not None for key in keys)
            if part == ("config",):
                silent = silent and getattr(block, f"{side}_json_config") is None
            places = [usual_path(key) for key in keys]
            if silent and all((root / place).is_file() for place in places):
                found |= dict(zip(keys, places, strict=True))
    return msgspec.structs.replace(block, **found)


def usual_path(key: str) -> str:
    """Where the project has what `minion_config` or `master_key` names. Source: Vagrant's documentation, salt."""
    side, _, word = key.partition("_")
    return f"salt/{side}" if word == "config" else f"salt/key/{side}.{word}"


def contents(block: Salt) -> Iterator[File]:
    """All of them. Names without a `/` are those that salt-bootstrap looks for (its option -c)."""
    for side in ("minion", "master"):
        yield from _of_side(block, side)
    if block.grains_config:
        yield File(name="grains", destination=f"{ETC}/grains", mode=SETTINGS, source=block.grains_config)
    if block.minion_id:
        yield File(name="id", destination=f"{ETC}/minion_id", mode=PUBLIC, text=block.minion_id)
    for name, source in block.seed_master.items():
        yield File(name=f"seed/{name}", destination=f"{KEYS}/master/minions/{name}", mode=PUBLIC, source=source)
    for side, settings in (("minion", _minion(block)), ("master", _master(block))):
        if settings:
            place = f"{ETC}/{side}.d/serai.conf"
            yield File(name=f"{side}.serai", destination=place, mode=SETTINGS, text=json.dumps(settings, indent=2))


def _of_side(block: Salt, side: str) -> Iterator[File]:
    """Configuration and keys of a minion or a master."""
    config, given = getattr(block, f"{side}_config"), getattr(block, f"{side}_json_config")
    if config or given:
        yield File(name=side, destination=f"{ETC}/{side}", mode=SETTINGS, source=config or "", text=given or "")
    if key := getattr(block, f"{side}_key"):
        yield File(name=f"{side}.pem", destination=f"{KEYS}/{side}/{side}.pem", mode=PRIVATE, source=key)
    if public := getattr(block, f"{side}_pub"):
        yield File(name=f"{side}.pub", destination=f"{KEYS}/{side}/{side}.pub", mode=PUBLIC, source=public)


def _roots(block: Salt) -> dict[str, Any]:
    stated = (("file_roots", block.file_root, "states"), ("pillar_roots", block.pillar_root, "pillar"))
    return {key: {"base": [f"{block.temp_config_dir}/{name}"]} for key, source, name in stated if source}


def _minion(block: Salt) -> dict[str, Any]:
    settings = {} if block.install_master and not block.masterless else _roots(block)
    return settings | ({"master": block.master_id} if block.master_id else {})


def _master(block: Salt) -> dict[str, Any]:
    return _roots(block) if block.install_master else {}


def roots(block: Salt) -> list[tuple[str, str]]:
    """(directory of the project, its place in the guest) of states and pillar."""
    stated = ((block.file_root, "states"), (block.pillar_root, "pillar"))
    return [(source, f"{block.temp_config_dir}/{name}") for source, name in stated if source]


def placed(block: Salt, job: Job) -> list[File]:
    """Bring the files to `temp_config_dir`, which is root's alone."""
    files = list(contents(block))
    sources = {file.name: job.path(file.source) for file in files if file.source}
    job.ask(f"umask 077; mkdir -p {quote(block.temp_config_dir)}/seed")
    for file in files:
        place = f"{block.temp_config_dir}/{file.name}"
        if file.source:
            job.put(sources[file.name], place, mode="0600")
        else:
            job.write(file.text, place)
    return files
