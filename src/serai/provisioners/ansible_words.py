"""The words and the environment of ansible-playbook, for what a block states. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from serai.spec.provisioners.ansible import GALAXY, Ansible, AnsibleLocal, CompatibilityMode

Block = Ansible | AnsibleLocal
B = TypeVar("B", Ansible, AnsibleLocal)
VERSION = re.compile(r"\b(\d+)\.\d+")


def settled(block: B, said: str) -> B:
    """With the compatibility mode that `auto` comes to. `said`: what ansible-playbook says of its version.

    Where it says nothing that can be read, it is one of today: the run itself then tells what is wrong.
    """
    if block.compatibility_mode is not CompatibilityMode.AUTO:
        return block
    found = VERSION.search(said)
    old = found is not None and int(found[1]) < 2
    return replace(block, compatibility_mode=CompatibilityMode.V1_8 if old else CompatibilityMode.V2_0)


def is_old(block: Block) -> bool:
    """Whether names of before Ansible 2.0 are meant; see `settled`."""
    return block.compatibility_mode is CompatibilityMode.V1_8


def words(block: Block, *, inventory: str, limit: Sequence[str], extra_vars: Sequence[str]) -> list[str]:
    """ansible-playbook and its arguments, but for those that are stated as they are, and the playbook.

    `extra_vars` are @ and a file each.
    """
    user = "sudo" if is_old(block) else "become"
    found = [*shlex.split(block.playbook_command), "-i", inventory]
    if limit:
        found.append(f"--limit={','.join(limit)}")
    found += [f"--extra-vars={each}" for each in extra_vars]
    if block.become:
        found.append(f"--{user}")
    if block.become_user:
        found.append(f"--{user}-user={block.become_user}")
    if isinstance(block, Ansible):
        if block.ask_become_pass:
            found.append(f"--ask-{user}-pass")
        if block.ask_vault_pass:
            found.append("--ask-vault-pass")
    if verbose := verbosity(block.verbose):
        found.append(verbose)
    if block.tags:
        found.append(f"--tags={','.join(block.tags)}")
    if block.skip_tags:
        found.append(f"--skip-tags={','.join(block.skip_tags)}")
    if block.start_at_task:
        found.append(f"--start-at-task={block.start_at_task}")
    return found


def verbosity(stated: bool | str) -> str:
    """`-v` … `-vvvv`; any other word is `-v`, as by Vagrant."""
    if not stated or stated == "false":
        return ""
    text = str(stated).lstrip("-")
    return f"-{text}" if text and set(text) == {"v"} else "-v"


def galaxy(block: Block, role_file: str, roles_path: str) -> list[str]:
    """The words that fetch roles."""
    filled = {"%{role_file}": role_file, "%{roles_path}": roles_path}
    found = []
    for word in shlex.split(block.galaxy_command):
        for name, value in filled.items():
            word = word.replace(name, value)
        found.append(word)
    return found


def collections(block: Block, role_file: str) -> list[str]:
    """The words that fetch collections, which the usual command leaves out; none for another command."""
    if block.galaxy_command != GALAXY:
        return []
    return ["ansible-galaxy", "collection", "install", f"--requirements-file={role_file}"]


def environment(block: Block, *, config: str | None, roles_path: str | None) -> dict[str, str]:
    """Variables that Ansible reads: its lines come as they are said, without colours."""
    found = {"PYTHONUNBUFFERED": "1", "ANSIBLE_NOCOLOR": "true", "ANSIBLE_FORCE_COLOR": "false"}
    if config:
        found["ANSIBLE_CONFIG"] = config
    if roles_path:
        found["ANSIBLE_ROLES_PATH"] = roles_path
    return found
