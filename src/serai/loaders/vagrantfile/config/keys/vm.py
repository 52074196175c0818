"""`config.vm`: the keys that hold one value. Its methods (define, network, provision, …) are `config/vm.py`."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import text_of
from serai.loaders.vagrantfile.config.table import Table

BOX: dict[str, Any] = {
    "box": None,
    "box_version": None,
    "box_url": None,
    "box_server_url": None,
    "box_architecture": "auto",
    "box_check_update": True,
    "box_download_checksum": "",
    "box_download_checksum_type": None,
    "box_download_ca_cert": None,
    "box_download_ca_path": None,
    "box_download_client_cert": None,
    "box_download_insecure": False,
    "box_download_location_trusted": False,
    "box_download_disable_ssl_revoke_best_effort": False,
    "box_download_options": {},
    "ignore_box_vagrantfile": False,
    "clone": None,
}
MACHINE: dict[str, Any] = {
    "hostname": None,
    "guest": None,
    "communicator": None,
    "boot_timeout": 300,  # seconds
    "graceful_halt_timeout": 60,  # seconds
    "post_up_message": "",
    "usable_port_range": list(range(2200, 2251)),
    "base_mac": None,
    "base_address": None,
    "allowed_synced_folder_types": None,
    "allow_fstab_modification": True,
    "allow_hosts_modification": True,
    "cloud_init_first_boot_only": True,
}


def finish(keys: dict[str, Any]) -> None:
    if keys["hostname"]:
        keys["hostname"] = text_of(keys["hostname"])
    for key in ("box_url", "allowed_synced_folder_types"):
        if keys[key] is not None and not isinstance(keys[key], list):
            keys[key] = [keys[key]]
    keys["box_download_checksum"] = keys["box_download_checksum"] or ""


VM = Table(name="vm", keys=BOX | MACHINE, aliases={"host_name": "hostname"}, finish=finish)
