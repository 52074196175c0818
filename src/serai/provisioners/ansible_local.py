"""The ansible_local provisioner: a playbook that runs in the guest, by an Ansible that is there (VAG-10)."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import join, quote

import msgspec

from serai.provisioners import ansible_words as say
from serai.provisioners.ansible_files import beside
from serai.provisioners.ansible_inventory import ini
from serai.provisioners.ansible_local_install import PATHS, have_ansible
from serai.provisioners.ansible_story import Story
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.ansible import AnsibleLocal
from serai.util.errors import Code, SeraiError

SUFFIXES = (".yml", ".yaml", ".json", ".cfg", ".ini", ".j2")
"""Of files beside a playbook that it may name."""
SHARED_MEMORY = "[ -e /dev/shm ] || mkdir -m 1777 /dev/shm"
"""Ansible's workers need it, and a container without an init has none. Source: shm_overview(7)."""
HOME = 't=$1; case $t in "~/"*) t=$HOME/${t#"~/"} ;; esac; mkdir -p "$t" && chmod 700 "$t" && cd "$t" && pwd -P'


def inputs(block: AnsibleLocal, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs: of the project, where it has what the block names."""
    return beside(block.playbook), None


def run(block: AnsibleLocal, job: Job) -> None:
    """See Provisioner.run. Everything but the installation is done as the login."""
    block = say.settled(block, have_ansible(block, job))
    job.ask(SHARED_MEMORY)
    _upload(block, job)
    place = _place(block, job)
    story = Story()
    try:
        _fetch(block, job)
        _play(block, job, place, story)
    except SeraiError as error:
        raise story.told(job, error) from error


def is_shared(machine: Machine, path: str) -> bool:
    """Whether a synced folder of the machine is there, or what it lies in."""
    targets = [folder.target.rstrip("/") for folder in machine.synced_folders]
    return any(f"{path.rstrip('/')}/".startswith(f"{target}/") for target in targets)


def _upload(block: AnsibleLocal, job: Job) -> None:
    """The playbook and what lies beside it, where no synced folder brings them."""
    source = job.root / block.playbook
    inside = os.path.isabs(block.playbook)  # noqa: PTH117 - a text
    if inside or not source.exists() or is_shared(job.machine, block.provisioning_path):
        there = job.ask(f"cd {quote(block.provisioning_path)} && [ -e {quote(block.playbook)} ]", privileged=False)
        if not there.ok:
            raise job.fail(
                f"the guest has no {block.playbook} in {block.provisioning_path}",
                hint="the playbook is a file of the project, or of a synced folder at provisioning_path",
                code=Code.INPUT,
            )
        return
    with _gathered(block, job.root) as folder:
        job.put(folder, block.provisioning_path.rstrip("/") or "/.")


@contextmanager
def _gathered(block: AnsibleLocal, root: Path) -> Iterator[Path]:
    """A copy of what the block needs of the project: not all of it, which may be large."""
    stated = [block.playbook, block.config_file, block.inventory_path, block.vault_password_file]
    extra = block.extra_vars.removeprefix("@") if isinstance(block.extra_vars, str) else None
    wanted = [*beside(block.playbook), *stated, block.galaxy_role_file, block.galaxy_roles_path, extra]
    folder = (root / block.playbook).parent
    near = [str(each.relative_to(root)) for each in sorted(folder.iterdir()) if each.suffix in SUFFIXES]
    with tempfile.TemporaryDirectory(prefix="serai-ansible-") as place:
        for text in dict.fromkeys(each for each in (*wanted, *near) if each):
            source, target = root / text, Path(place) / text
            if os.path.isabs(text) or ".." in Path(text).parts or not source.exists():  # noqa: PTH117 - a text
                continue  # it lies in the guest
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy2(source, target)
        yield Path(place)


def _place(block: AnsibleLocal, job: Job) -> str:
    """The directory of the inventory, which nobody but the login reads."""
    result = job.ask(f"set -- {quote(block.tmp_path)}; {HOME}", privileged=False)
    if not result.ok or not (place := result.stdout.strip()):
        said = result.stderr.splitlines()
        raise job.fail(f"no directory {block.tmp_path} can be made in the guest", details=said)
    return place


def _fetch(block: AnsibleLocal, job: Job) -> None:
    """Roles and collections, before the playbook wants them."""
    if not block.galaxy_role_file:
        return
    roles = block.galaxy_roles_path or os.path.join(os.path.dirname(block.playbook), "roles")  # noqa: PTH118, PTH120
    lines = [join(say.galaxy(block, block.galaxy_role_file, roles))]
    if more := say.collections(block, block.galaxy_role_file):
        lines.append(f"if grep -q '^collections:' {quote(block.galaxy_role_file)}; then {join(more)}; fi")
    _script(block, job, " &&\n".join(lines), what="ansible-galaxy")


def _play(block: AnsibleLocal, job: Job, place: str, story: Story) -> None:
    extra = []
    if isinstance(block.extra_vars, str):
        extra.append(f"@{block.extra_vars.removeprefix('@')}")
    elif block.extra_vars:
        job.write(msgspec.json.encode(block.extra_vars).decode(), f"{place}/extra_vars.json")
        extra.append(f"@{place}/extra_vars.json")
    inventory = block.inventory_path
    if inventory is None:
        inventory = f"{place}/inventory"
        job.write(_inventory(block, job), inventory)
    words = say.words(block, inventory=inventory, limit=block.limit or [job.machine.name], extra_vars=extra)
    if block.vault_password_file:
        words.append(f"--vault-password-file={block.vault_password_file}")
    _script(block, job, join([*words, *block.raw_arguments, block.playbook]), what="the playbook", story=story)


def _inventory(block: AnsibleLocal, job: Job) -> str:
    """All machines of the project by name; this one is where Ansible runs."""
    names: Mapping[str, object] = job.peers() or {job.machine.name: None}
    here = {"ansible_connection": "local"}
    return ini({name: here if name == job.machine.name else {} for name in names}, block)


def _script(block: AnsibleLocal, job: Job, line: str, *, what: str, story: Story | None = None) -> None:
    """Run a line in the project's directory of the guest."""
    env = say.environment(block, config=block.config_file, roles_path=block.galaxy_roles_path)
    text = f"PATH={PATHS}:$PATH; export PATH\ncd {quote(block.provisioning_path)} || exit 1\n{line}\n"
    job.script(text, env=env, privileged=False, what=what, heard=story.hear if story else None)
