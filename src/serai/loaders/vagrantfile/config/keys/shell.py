"""The provisioners that run something as it is: shell, file; and ansible, on the host and in the guest."""

from __future__ import annotations

from typing import Any

from serai.loaders.vagrantfile.config.model import Plain
from serai.loaders.vagrantfile.config.table import Table


def finish_shell(keys: dict[str, Any]) -> None:
    args = keys["args"]
    keys["args"] = [worded(item) for item in args] if isinstance(args, list) else worded(args)


def worded(value: Plain) -> Plain:
    """A text of a number. What is neither stays, and is refused when it is checked."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


SHELL = Table(
    name="shell",
    keys={
        "inline": None,
        "path": None,
        "args": None,
        "env": {},
        "md5": None,
        "sha1": None,
        "sha256": None,
        "sha384": None,
        "sha512": None,
        "upload_path": None,
        "privileged": True,
        "binary": False,
        "keep_color": False,
        "name": None,
        "sensitive": False,
        "reboot": False,
        "reset": False,
        "powershell_args": "-ExecutionPolicy Bypass",
        "powershell_elevated_interactive": False,
    },
    finish=finish_shell,
)
FILE = Table(name="file", keys={"source": None, "destination": None})

GALAXY = "ansible-galaxy install --role-file=%{role_file} --roles-path=%{roles_path} --force"
ANSIBLE_BOTH: dict[str, Any] = {
    "playbook": None,
    "playbook_command": "ansible-playbook",
    "become": False,
    "become_user": None,
    "compatibility_mode": "auto",
    "config_file": None,
    "extra_vars": None,
    "galaxy_role_file": None,
    "galaxy_roles_path": None,
    "galaxy_command": GALAXY,
    "groups": {},
    "host_vars": {},
    "inventory_path": None,
    "limit": None,
    "raw_arguments": None,
    "skip_tags": None,
    "start_at_task": None,
    "tags": None,
    "vault_password_file": None,
    "verbose": False,
    "version": "",
}
ANSIBLE_ALIASES = {"sudo": "become", "sudo_user": "become_user"}
MODES = ("auto", "1.8", "2.0")
"""Of compatibility_mode; another is refused when it is checked."""


def finish_both(keys: dict[str, Any]) -> None:
    keys["become"] = keys["become"] is True
    if keys["compatibility_mode"] not in MODES:
        keys["compatibility_mode"] = None
    extra = keys["extra_vars"]
    if isinstance(extra, str):
        keys["extra_vars"] = "@" + extra.removeprefix("@")
    if isinstance(keys["raw_arguments"], str):
        keys["raw_arguments"] = [keys["raw_arguments"]]


def finish_ansible(keys: dict[str, Any]) -> None:
    finish_both(keys)
    for key in ("ask_become_pass", "ask_vault_pass", "host_key_checking"):
        keys[key] = keys[key] is True
    keys["force_remote_user"] = keys["force_remote_user"] is not False
    if isinstance(keys["raw_ssh_args"], str):
        keys["raw_ssh_args"] = [keys["raw_ssh_args"]]


def finish_local(keys: dict[str, Any]) -> None:
    finish_both(keys)
    if keys["install_mode"] not in ("pip", "pip_args_only"):
        keys["install_mode"] = "default"


FROM_THE_START = {
    "compatibility_mode": "auto",
    "ask_become_pass": False,
    "ask_vault_pass": False,
    "force_remote_user": True,
    "host_key_checking": False,
}
ANSIBLE = Table(
    name="ansible",
    keys=ANSIBLE_BOTH | FROM_THE_START | {"raw_ssh_args": None},
    initial=FROM_THE_START,
    aliases=ANSIBLE_ALIASES | {"ask_sudo_pass": "ask_become_pass"},
    finish=finish_ansible,
)
ANSIBLE_LOCAL = Table(
    name="ansible_local",
    keys=ANSIBLE_BOTH
    | {
        "install": True,
        "install_mode": "default",
        "pip_args": "",
        "pip_install_cmd": "",
        "provisioning_path": "/vagrant",
        "tmp_path": "/tmp/vagrant-ansible",
    },
    initial={"compatibility_mode": "auto"},
    aliases=ANSIBLE_ALIASES,
    finish=finish_local,
)
