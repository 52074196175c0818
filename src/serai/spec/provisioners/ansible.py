"""Ansible, run on the host or in the guest (VAG-10)."""

from enum import StrEnum
from typing import Any

from msgspec import Meta

from serai.spec.base import PATH, Spec
from serai.spec.notes import Annotated

GALAXY = "ansible-galaxy install --role-file=%{role_file} --roles-path=%{roles_path} --force"


class CompatibilityMode(StrEnum):
    AUTO = "auto"
    V1_8 = "1.8"
    V2_0 = "2.0"


class InstallMode(StrEnum):
    DEFAULT = "default"
    PIP = "pip"
    PIP_ARGS_ONLY = "pip_args_only"


class AnsibleOptions(Spec, frozen=True, kw_only=True):
    """What Ansible is told, wherever it runs."""

    playbook_command: Annotated[
        str, Meta(description="the program; words before it may set it up", examples=["ansible-playbook"])
    ] = "ansible-playbook"
    become: Annotated[bool, Meta(description="each task as another user, root if `become_user` names none")] = (
        False
    )
    become_user: Annotated[str | None, Meta(description="who that user is")] = None
    compatibility_mode: Annotated[
        CompatibilityMode,
        Meta(description="names of variables and options, of 2.0 or of 1.8; auto: by the Ansible that runs"),
    ] = CompatibilityMode.AUTO
    extra_vars: Annotated[
        dict[str, Any] | str | None,
        Meta(
            description="variables above all others: a map, or @ and a file", examples=[{"port": 80}, "@vars.yml"]
        ),
    ] = None
    galaxy_roles_path: Annotated[
        str | None, Meta(description="where they are put; default: `roles` beside the playbook")
    ] = None
    galaxy_command: Annotated[
        str, Meta(description="how they are fetched; %{role_file}, %{roles_path} are filled in")
    ] = GALAXY
    groups: Annotated[
        dict[str, Any],
        Meta(
            description="groups of the inventory: names or ranges of machines; `NAME:children` lists groups, "
            "`NAME:vars` is a map",
            examples=[{"web": ["web[1:3]"], "all:children": ["web"], "web:vars": {"port": 80}}],
        ),
    ] = {}
    host_vars: Annotated[
        dict[str, Any],
        Meta(
            description="variables of machines, a map each, or a text as an inventory has it",
            examples=[{"web": {"port": 80}}],
        ),
    ] = {}
    limit: Annotated[
        list[str],
        Meta(
            description="hosts or groups to work on; default: this machine. With others: one run for all of them, "
            "once the last is ready",
            examples=["all"],
        ),
    ] = []
    raw_arguments: Annotated[list[str], Meta(description="further arguments, as they are")] = []
    skip_tags: Annotated[list[str], Meta(description="tasks with these tags are left out")] = []
    start_at_task: Annotated[str | None, Meta(description="the task to begin with")] = None
    tags: Annotated[list[str], Meta(description="only tasks with these tags")] = []
    verbose: Annotated[bool | str, Meta(description="true or v: say more; vv … vvvv: much more")] = False
    version: Annotated[
        str,
        Meta(description="the version that it must be; with ansible_local what is installed", examples=["2.16.3"]),
    ] = ""


class Ansible(AnsibleOptions, frozen=True, kw_only=True):
    """A playbook, run from the host. Short: the playbook."""

    playbook: Annotated[str, Meta(description="the playbook, a file of the project", extra=PATH)]
    config_file: Annotated[str | None, Meta(description="its ansible.cfg", extra=PATH)] = None
    galaxy_role_file: Annotated[
        str | None, Meta(description="file of the roles and collections that are fetched first", extra=PATH)
    ] = None
    inventory_path: Annotated[
        str | None, Meta(description="an inventory of your own, instead of the generated one", extra=PATH)
    ] = None
    vault_password_file: Annotated[str | None, Meta(description="file of the vault's password", extra=PATH)] = None
    ask_become_pass: Annotated[bool, Meta(description="ask for the password of `become`, at the terminal")] = False
    ask_vault_pass: Annotated[bool, Meta(description="ask for the vault's password, at the terminal")] = False
    force_remote_user: Annotated[
        bool, Meta(description="log in as serai does, whatever `remote_user` a playbook states")
    ] = True
    host_key_checking: Annotated[
        bool, Meta(description="Ansible's own check of host keys; serai's known hosts are checked anyway")
    ] = False
    raw_ssh_args: Annotated[list[str], Meta(description="further arguments of ssh")] = []


class AnsibleLocal(AnsibleOptions, frozen=True, kw_only=True):
    """A playbook, run in the guest by an Ansible that is installed there. Short: the playbook."""

    playbook: Annotated[str, Meta(description="the playbook, relative to `provisioning_path`")]
    config_file: Annotated[str | None, Meta(description="its ansible.cfg, in the guest")] = None
    galaxy_role_file: Annotated[
        str | None, Meta(description="file of the roles and collections that are fetched first, in the guest")
    ] = None
    inventory_path: Annotated[
        str | None, Meta(description="an inventory in the guest, instead of the generated one")
    ] = None
    vault_password_file: Annotated[str | None, Meta(description="file of the vault's password, in the guest")] = (
        None
    )
    install: Annotated[bool, Meta(description="install Ansible where it is missing, or not of `version`")] = True
    install_mode: Annotated[
        InstallMode,
        Meta(description="by the guest's package manager, by pip, or by pip with `pip_args` alone"),
    ] = InstallMode.DEFAULT
    pip_args: Annotated[str, Meta(description="further arguments of pip")] = ""
    pip_install_cmd: Annotated[
        str, Meta(description="how pip is installed; default: by the guest's package manager")
    ] = ""
    provisioning_path: Annotated[
        str,
        Meta(
            description="the project in the guest, where Ansible runs: a synced folder; where none is there, the "
            "playbook's directory is copied to it"
        ),
    ] = "/vagrant"
    tmp_path: Annotated[
        str,
        Meta(description="where the inventory lies in the guest; Vagrant's is below /tmp, everybody's to write"),
    ] = "~/.serai-ansible"
