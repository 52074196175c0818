"""The provisioners puppet, puppet_server, cfengine and salt."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import Table, arguments, truthy, updated
from serai.loaders.vagrantfile.ruby.values import Hash, Str, Value


def old_nfs(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values["synced_folder_type"] = Str("nfs") if args and truthy(args[0]) else None
    return None


def finish_puppet(keys: dict[str, Any]) -> None:
    if keys["environment_path"] is None and keys["manifests_path"] is None:
        keys["manifests_path"] = ["host", "manifests"]
    for key in ("environment_path", "manifests_path"):
        if isinstance(keys[key], str):
            keys[key] = ["host", keys[key]]
    if keys["environment_path"] is None:
        keys["manifest_file"] = "default.pp" if keys["manifest_file"] is None else keys["manifest_file"]
        keys["environment"] = "" if keys["environment"] is None else keys["environment"]
    elif keys["environment"] is None:
        keys["environment"] = "production"


PUPPET = Table(
    name="puppet",
    keys={
        "binary_path": None,
        "facter": {},
        "structured_facts": None,
        "hiera_config_path": None,
        "manifest_file": None,
        "manifests_path": None,
        "environment": None,
        "environment_path": None,
        "environment_variables": {},
        "module_path": None,
        "options": [],
        "synced_folder_type": None,
        "synced_folder_args": None,
        "temp_dir": "/tmp/vagrant-puppet",
        "working_directory": None,
    },
    initial={"facter": {}, "options": []},
    joined={"facter": updated},
    methods={"nfs=": old_nfs},
    finish=finish_puppet,
)
PUPPET_SERVER = Table(
    name="puppet_server",
    keys={
        "binary_path": None,
        "client_cert_path": None,
        "client_private_key_path": None,
        "facter": {},
        "options": [],
        "puppet_server": "puppet",
        "puppet_node": None,
    },
    initial={"facter": {}, "options": []},
    joined={"facter": updated},
)
CFENGINE = Table(
    name="cfengine",
    keys={
        "am_policy_hub": False,
        "extra_agent_args": None,
        "classes": None,
        "deb_repo_file": "/etc/apt/sources.list.d/cfengine-community.list",
        "deb_repo_line": "deb https://cfengine.com/pub/apt/packages stable main",
        "files_path": None,
        "force_bootstrap": False,
        "install": True,
        "mode": "bootstrap",
        "policy_server_address": None,
        "repo_gpg_key_url": "https://cfengine.com/pub/gpg.key",
        "run_file": None,
        "upload_path": "/tmp/vagrant-cfengine-file",
        "yum_repo_file": "/etc/yum.repos.d/cfengine-community.repo",
        "yum_repo_url": "https://cfengine.com/pub/yum/$basearch",
        "package_name": "cfengine-community",
    },
)


def pillar(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    _, data = arguments(args)
    held = section.values.get("pillar", Hash())
    section.values["pillar"] = merged_deep(held, data)
    return section.values["pillar"]


def merged_deep(outer: Hash, inner: Hash) -> Hash:
    """Two hashes with all the hashes in them; anything else of the inner one wins."""
    result = Hash(outer.items())
    for key, value in inner.items():
        was = result.get(key)
        result[key] = merged_deep(was, value) if isinstance(was, Hash) and isinstance(value, Hash) else value
    return result


SALT = Table(
    name="salt",
    keys={
        **dict.fromkeys(
            ("minion_config", "minion_json_config", "minion_key", "minion_pub", "minion_id", "master_config",
             "master_json_config", "master_key", "master_pub", "master_id", "grains_config", "run_highstate",
             "run_overstate", "orchestrations", "always_install", "bootstrap_script", "bootstrap_options",
             "verbose", "seed_master", "colorize", "log_level", "salt_call_args", "salt_args", "temp_config_dir",
             "install_type", "install_args", "install_command", "install_master", "install_syndic", "no_minion",
             "version", "python_version", "run_service")
        ),
        "masterless": False,
        "pillar": {},
    },
    aliases={"pillar_data": "pillar"},
    methods={"pillar": pillar},
)  # fmt: skip
