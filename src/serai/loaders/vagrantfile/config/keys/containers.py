"""Provider blocks of what runs containers or machines that are there already: docker, lxc, managed."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.table import UNSET, Table, concatenated, updated
from serai.loaders.vagrantfile.ruby.values import Array, Value

IMAGE_KEYS = ("image", "build_dir", "git_repo")


def link(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values.setdefault("link", Array()).extend(args[:1])
    return section.values["link"]


def finish_docker(keys: dict[str, Any]) -> None:
    if isinstance(keys["expose"], list):
        keys["expose"] = list(dict.fromkeys(keys["expose"]))


def one_image(outer: dict[str, Value], inner: dict[str, Value]) -> dict[str, None]:
    """What the outer scope said of where the image is from, taken back by an inner scope that says it otherwise.

    It counts where it says one of them, not two.
    """
    said = [key for key in IMAGE_KEYS if inner.get(key, UNSET) is not UNSET]
    if len(said) != 1:
        return {}
    return {key: None for key in IMAGE_KEYS if key != said[0] and outer.get(key, UNSET) is not UNSET}


DOCKER = Table(
    name="docker",
    keys={
        "image": None,
        "build_dir": None,
        "git_repo": None,
        "build_args": [],
        "dockerfile": None,
        "cmd": [],
        "compose": False,
        "compose_configuration": {},
        "create_args": [],
        "env": {},
        "expose": [],
        "link": [],
        "force_host_vm": False,
        "host_vm_build_dir_options": None,
        "has_ssh": False,
        "name": None,
        "ports": [],
        "privileged": False,
        "pull": False,
        "remains_running": True,
        "stop_timeout": 1,  # seconds
        "volumes": [],
        "vagrant_machine": None,
        "vagrant_vagrantfile": None,
        "auth_server": None,
        "email": "",
        "username": "",
        "password": "",
    },
    initial={"build_args": [], "compose_configuration": {}, "env": {}, "expose": [], "volumes": []},
    methods={"link": link},
    joined={"env": updated, "expose": concatenated, "link": concatenated},
    replaced=one_image,
    finish=finish_docker,
)


def customize_lxc(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values.setdefault("customize", Array()).append(Array(args))
    return section.values["customize"]


def backingstore_option(section: Any, rt: Any, args: list[Value], block: Any) -> Value:
    section.values.setdefault("backingstore_option", Array()).append(Array(args))
    return section.values["backingstore_option"]


LXC = Table(
    name="lxc",
    keys={
        "customize": [],
        "container_name": None,
        "backingstore": "best",
        "backingstore_option": [],
        "tmpfs_mount_size": "2G",
        "fetch_ip_tries": 10,
        "ssh_ip_addr": None,
        "privileged": True,
        "sudo_wrapper": None,
    },
    aliases={"customizations": "customize"},
    methods={"customize": customize_lxc, "backingstore_option": backingstore_option},
    joined={"customize": concatenated},
)
MANAGED = Table(name="managed", keys={"server": None})
