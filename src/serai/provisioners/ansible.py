"""The ansible provisioner: a playbook that runs on this host, over each machine's own way in (VAG-10)."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from serai.providers.contract import ExecEndpoint, SshEndpoint
from serai.provisioners import ansible_words as say
from serai.provisioners.ansible_files import beside
from serai.provisioners.ansible_inventory import PLUGINS, Values, ini, old, strangers, way
from serai.provisioners.ansible_story import Story
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.ansible import Ansible, CompatibilityMode
from serai.util.errors import Code, SeraiError
from serai.util.paths import expanduser

USUAL_PLUGINS = "~/.ansible/plugins/connection:/usr/share/ansible/plugins/connection"
VERSION = re.compile(r"(\d+\.\d+[0-9a-z.]*)")
NO_TERMINAL = "there is no terminal to ask for the password at"


def inputs(block: Ansible, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    return [*files_of(block), *filter(None, [block.galaxy_roles_path])], None


def files_of(block: Ansible) -> list[str]:
    """The files that the block names, and those beside its playbook."""
    stated = [block.config_file, block.inventory_path, block.galaxy_role_file, block.vault_password_file]
    extra = block.extra_vars.removeprefix("@") if isinstance(block.extra_vars, str) else None
    return [*beside(block.playbook), *(path for path in (*stated, extra) if path)]


def run(block: Ansible, job: Job) -> None:
    """See Provisioner.run."""
    playbook = job.path(block.playbook, "the playbook")
    if (block.ask_become_pass or block.ask_vault_pass) and not sys.stdin.isatty():
        hint = "vault_password_file, or `become` without a password"
        raise job.fail(NO_TERMINAL, hint=hint, code=Code.INPUT)
    _check_version(block, job)
    if block.compatibility_mode is CompatibilityMode.AUTO:
        block = say.settled(block, _version(block, job))
    story = Story()
    with _workplace() as place:
        env = _environment(block, job)
        try:
            _fetch(block, job, playbook, env)
            words = _words(block, job, place, env)
            job.local([*words, *block.raw_arguments, str(playbook)], env, heard=story.hear)
        except SeraiError as error:
            raise story.told(job, error) from error


@contextmanager
def _workplace() -> Iterator[Path]:
    """A directory that nobody else reads: variables and passwords are in no list of processes."""
    with tempfile.TemporaryDirectory(prefix="serai-ansible-") as folder:
        yield Path(folder)


def _words(block: Ansible, job: Job, place: Path, env: dict[str, str]) -> list[str]:
    """The command without what is stated as it is and the playbook; writes the files that it names."""
    extra: list[str] = []
    further: list[str] = []
    if isinstance(block.extra_vars, str):
        extra.append(f"@{job.path(block.extra_vars.removeprefix('@'), 'the file of variables')}")
    elif block.extra_vars:
        extra.append(f"@{_written(place / 'extra_vars.json', msgspec.json.encode(block.extra_vars).decode())}")
    if block.inventory_path:
        inventory = job.path(block.inventory_path, "the inventory")
        if block.force_remote_user:
            login = msgspec.json.encode({"ansible_user": _login(job)}).decode()
            extra.insert(0, f"@{_written(place / 'login.json', login)}")
    else:
        inventory = _written(place / "inventory", _inventory(block, job, env))
    if not block.force_remote_user:
        further.append(f"--user={_login(job)}")
    if block.vault_password_file:
        further.append(f"--vault-password-file={job.path(block.vault_password_file, 'the vault’s password file')}")
    limit = block.limit or [job.machine.name]
    return [*say.words(block, inventory=str(inventory), limit=limit, extra_vars=extra), *further]


def _inventory(block: Ansible, job: Job, env: dict[str, str]) -> str:
    """All machines that run; the environment is given what their ways in need."""
    peers = job.peers()
    for stranger in strangers(block, peers):
        job.out(f"groups: {stranger} is no machine of the project: left out")
    hosts: dict[str, Values] = {}
    for name, (_, endpoint) in peers.items():
        if endpoint is None:
            continue
        values = way(endpoint, name, shared=True, further=tuple(block.raw_ssh_args))
        if not block.force_remote_user:
            del values["ansible_user"]
        hosts[name] = old(values) if say.is_old(block) else values
        if isinstance(endpoint, ExecEndpoint):
            others = os.environ.get("ANSIBLE_CONNECTION_PLUGINS", USUAL_PLUGINS)
            env["ANSIBLE_CONNECTION_PLUGINS"] = f"{PLUGINS}:{others}"
        elif endpoint.password and name == job.machine.name:
            from serai.guest.known_key import askpass

            env |= askpass(endpoint.password)
    return ini(hosts, block)


def _login(job: Job) -> str:
    """Whom serai logs in as."""
    endpoint = job.peers().get(job.machine.name, (None, None))[1]
    return endpoint.user if isinstance(endpoint, SshEndpoint | ExecEndpoint) else "root"


def _environment(block: Ansible, job: Job) -> dict[str, str]:
    config = str(job.path(block.config_file, "the configuration")) if block.config_file else None
    roles = str(job.root / expanduser(block.galaxy_roles_path)) if block.galaxy_roles_path else None
    checks = {"ANSIBLE_HOST_KEY_CHECKING": str(block.host_key_checking)}
    return {**job.machine.env, **say.environment(block, config=config, roles_path=roles), **checks}


def _fetch(block: Ansible, job: Job, playbook: Path, env: dict[str, str]) -> None:
    """Roles and collections, before the playbook wants them."""
    if not block.galaxy_role_file:
        return
    file = job.path(block.galaxy_role_file, "the file of roles")
    roles = env.get("ANSIBLE_ROLES_PATH", str(playbook.parent / "roles"))
    job.local(say.galaxy(block, str(file), roles), env, what="ansible-galaxy")
    more = say.collections(block, str(file))
    if more and "collections:" in file.read_text():
        job.local(more, env, what="ansible-galaxy collection")


def _check_version(block: Ansible, job: Job) -> None:
    """Raise when another Ansible is here than the block wants."""
    if block.version in ("", "latest"):
        return
    try:
        said = job.look([*_program(block), "--version"]).stdout
    except SeraiError as error:
        raise Story().told(job, error) from error
    found = VERSION.search(said)
    if found is None or not f"{found[1]}.".startswith(f"{block.version}."):
        has = found[1] if found else "of no version that it says"
        raise job.fail(
            f"this host's Ansible is {has}, the block wants {block.version}",
            hint=f"pipx install ansible-core=={block.version}, or change `version`",
            code=Code.MISSING,
        )


def _version(block: Ansible, job: Job) -> str:
    """What tells how old the program at least is; nothing where it is not there.

    Where Python 3 runs it, it is 2.2 or later and need not be asked, which takes a second.
    Source: Ansible's porting guide to Python 3.
    """
    command = _program(block)
    path = shutil.which(command[0])
    if path is None:
        return ""
    with open(path, "rb") as file:  # noqa: PTH123 - a program may be no text
        first = file.readline(512)
    if first.startswith(b"#!") and Path(os.fsdecode(first[2:].strip())).resolve().name.startswith("python3"):
        return "2.2"
    return job.look([*command, "--version"]).stdout


def _program(block: Ansible) -> list[str]:
    return shlex.split(block.playbook_command)


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
