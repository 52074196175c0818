"""The provisioners of Chef: apply, solo, zero, client."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import COMPUTED, Method, Table, concatenated, updated
from serai.loaders.vagrantfile.ruby.values import Array, Str, Value

BASE = {
    "binary_path": None,
    "binary_env": None,
    "product": "chef",
    "install": True,
    "log_level": "info",
    "channel": "stable",
    "version": "latest",
    "omnibus_url": "https://omnitruck.chef.io",
    "installer_download_path": None,
}
RUNNER: dict[str, Any] = {
    **dict.fromkeys(
        ("arguments", "custom_config_path", "encrypted_data_bag_secret_key_path", "environment", "formatter",
         "http_proxy", "http_proxy_user", "http_proxy_pass", "https_proxy", "https_proxy_user", "https_proxy_pass",
         "no_proxy", "node_name", "provisioning_path", "file_cache_path", "file_backup_path")
    ),
    "attempts": 1,
    "json": {},
    "run_list": [],
    "verbose_logging": False,
    "enable_reporting": True,
}  # fmt: skip
FOLDERS = ("cookbooks_path", "data_bags_path", "environments_path", "nodes_path", "roles_path")


def adds(kind: str) -> Method:
    def call(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
        if not args:
            raise rt.raised("ArgumentError", f"add_{kind} needs a name")
        name = rt.to_s(args[0])
        if not (name.startswith(f"{kind}[") and name.endswith("]")):
            name = f"{kind}[{name}]"
        section.values.setdefault("run_list", Array()).append(Str(name))
        return section.values["run_list"]

    return call


def located(paths: Any) -> list[list[Any]]:
    """Paths as pairs of (host or vm, path)."""
    if not isinstance(paths, list) or (paths and paths[0] in ("host", "vm") and len(paths) == 2):
        paths = [paths]
    return [path if isinstance(path, list) else ["host", path] for path in paths if path is not None]


def finish_folders(keys: dict[str, Any]) -> None:
    if keys["cookbooks_path"] is COMPUTED:
        own = [] if keys.get("recipe_url") else [["host", "cookbooks"]]
        keys["cookbooks_path"] = [*own, ["vm", "cookbooks"]]
    for key in FOLDERS:
        keys[key] = [] if keys[key] is None else located(keys[key])


RUNS: dict[str, Any] = {
    "methods": {"add_recipe": adds("recipe"), "add_role": adds("role")},
    "initial": {"json": {}, "run_list": []},
    "joined": {"json": updated, "run_list": concatenated},
}
CHEF_SOLO = Table(
    name="chef_solo",
    keys=BASE
    | RUNNER
    | dict.fromkeys(FOLDERS)
    | {"cookbooks_path": COMPUTED, "recipe_url": None, "legacy_mode": False, "synced_folder_type": None},
    finish=finish_folders,
    **RUNS,
)
CHEF_ZERO = Table(
    name="chef_zero",
    keys=BASE | RUNNER | dict.fromkeys(FOLDERS) | {"cookbooks_path": COMPUTED, "synced_folder_type": None},
    finish=finish_folders,
    **RUNS,
)
CHEF_CLIENT = Table(
    name="chef_client",
    keys=BASE
    | RUNNER
    | {
        "chef_server_url": None,
        "client_key_path": None,
        "delete_client": False,
        "delete_node": False,
        "validation_key_path": None,
        "validation_client_name": "chef-validator",
    },
    **RUNS,
)
CHEF_APPLY = Table(name="chef_apply", keys=BASE | {"recipe": None, "upload_path": "/tmp/vagrant-chef-apply"})
