"""Chef's own files and command line, from a block: pure (VAG-10).

Sources of the keys: Chef Infra's client.rb, solo.rb and the options of chef-client, chef-solo, chef-apply.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from posixpath import join
from shlex import quote
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from serai.spec.provisioners.chef import ChefApply, ChefClient, ChefRunner, ChefSolo

PROGRAMS = {
    "chef_solo": "chef-solo",
    "chef_zero": "chef-client",
    "chef_client": "chef-client",
    "chef_apply": "chef-apply",
}
PLACES = ("/opt/chef/bin", "/opt/cinc/bin", "/opt/chef-workstation/bin", "/opt/chefdk/bin")
"""Where the vendors' packages put the programs."""
FOLDERS = {
    "cookbooks_path": "cookbook_path",
    "data_bags_path": "data_bag_path",
    "environments_path": "environment_path",
    "nodes_path": "node_path",
    "roles_path": "role_path",
}
"""A block's key -> the setting that names its directories in the guest."""
PLAIN = (
    *("node_name", "environment", "file_cache_path", "file_backup_path", "verbose_logging", "enable_reporting"),
    *("http_proxy", "http_proxy_user", "http_proxy_pass", "https_proxy", "https_proxy_user", "https_proxy_pass"),
    "no_proxy",
)
"""Settings that are called as the block's keys are."""


class Guest(msgspec.Struct, frozen=True):
    """Where the block's things lie in the guest; nothing where the block has none."""

    root: str
    """Directory of all of them."""
    folders: Mapping[str, Sequence[str]] = {}
    """A block's key -> directories."""
    secret: str = ""
    custom: str = ""
    validation_key: str = ""

    @property
    def config(self) -> str:
        return join(self.root, "client.rb")

    @property
    def attributes(self) -> str:
        return join(self.root, "dna.json")


def literal(value: bool | int | str | Sequence[str]) -> str:
    """As Ruby writes it; a text in single quotes, in which `#{}` is nothing special."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"[{', '.join(map(literal, value))}]"


def settings(kind: str, block: ChefRunner, guest: Guest, node: str) -> str:
    """The text of client.rb, or solo.rb. `node` is the node's name where the block has none."""
    found: dict[str, Any] = {key: getattr(block, key) for key in PLAIN}
    found["node_name"] = block.node_name or node
    found |= {"log_level": f":{block.log_level}", "log_location": "STDOUT"}
    for key, setting in FOLDERS.items():
        if places := guest.folders.get(key):
            found[setting] = places[0] if len(places) == 1 and setting != "cookbook_path" else list(places)
    found["encrypted_data_bag_secret"] = guest.secret
    found |= _of_kind(kind, block, guest)
    lines = [
        f"{name} {value if name in ('log_level', 'log_location') else literal(value)}"
        for name, value in found.items()
        if value not in (None, "")
    ]
    if guest.custom:
        lines.append(f"Chef::Config.from_file {literal(guest.custom)}")
    return "".join(f"{line}\n" for line in lines)


def _of_kind(kind: str, block: Any, guest: Guest) -> dict[str, Any]:
    if kind == "chef_client":
        client: ChefClient = block
        return {
            "chef_server_url": client.chef_server_url,
            "validation_client_name": client.validation_client_name,
            "validation_key": guest.validation_key,
            "client_key": client.client_key_path,
        }
    if kind == "chef_zero":
        return {"local_mode": True, "chef_zero.enabled": True}
    solo: ChefSolo = block
    return {"recipe_url": solo.recipe_url, "solo_legacy_mode": solo.legacy_mode or None}


def attributes(block: ChefRunner) -> str:
    """The text of dna.json: the node's attributes, and what it runs."""
    found = {**block.json, **({"run_list": block.run_list} if block.run_list else {})}
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def command(kind: str, block: ChefRunner, guest: Guest) -> str:
    """The line of shell that converges the node."""
    words = ["--config", guest.config, "--json-attributes", guest.attributes, "--log_level", block.log_level]
    words += ["--no-color", "--force-logger" if block.formatter is None else f"--format={block.formatter}"]
    if kind == "chef_zero":
        words.append("--local-mode")
    if kind == "chef_solo":
        solo: Any = block
        words += ["--legacy-mode"] if solo.legacy_mode else []
        words += ["--recipe-url", solo.recipe_url] if solo.recipe_url else []
    line = f"{program(kind, block)} {' '.join(map(quote, words))}"
    return f"{line} {block.arguments}" if block.arguments else line


def apply_command(block: ChefApply) -> str:
    """The line of shell that does one recipe."""
    return f"{program('chef_apply', block)} {quote(block.upload_path)} --log_level {quote(block.log_level)}"


def program(kind: str, block: ChefRunner | ChefApply) -> str:
    """The program by its path, with the environment that the block puts before it."""
    name = PROGRAMS[kind]
    path = quote(join(block.binary_path, name)) if block.binary_path else name
    return f"{block.binary_env} {path}" if block.binary_env else path
