"""Puppet without a server: a manifest or an environment of the project, applied in the guest (VAG-10)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shlex import quote

from serai.provisioners import puppets
from serai.provisioners.job import Job
from serai.spec.machine import Machine
from serai.spec.provisioners.puppet import GUEST, Puppet

FACTS = "/etc/facter/facts.d"
"""Whatever is in it becomes a fact. Source: Facter's documentation, external facts."""
OLD_MODULES = "/etc/puppet/modules"
"""What Vagrant has puppet search last; `$basemodulepath` is where the guest's own puppet looks."""
MEANINGS = {
    1: "puppet could not do it at all: the manifest does not compile, or a setting is wrong",
    4: "resources of the manifest have failed",
    6: "resources of the manifest have failed, others were changed",
}
"""Source: puppet-apply(8), --detailed-exitcodes."""
MANIFEST = re.compile(r"^\s*manifest\s*=\s*(\S+)", re.MULTILINE)
"""Source: Puppet's documentation, environment.conf."""


def guest_path(block: Puppet, path: str) -> str:
    """Where a directory is in the guest: its own, or the copy of one of the project's."""
    from hashlib import sha256

    if path.startswith(GUEST):
        return path.removeprefix(GUEST).rstrip("/")
    return f"{block.temp_dir.rstrip('/')}/{sha256(path.encode()).hexdigest()[:12]}"


def inputs(block: Puppet, machine: Machine) -> tuple[list[str], object]:
    """See Provisioner.inputs."""
    files = [block.hiera_config_path] if block.hiera_config_path else []
    return [path for _, path in block.directories()] + files, machine.env


def run(block: Puppet, job: Job) -> None:
    """See provisioners.run. Each run brings the directories anew."""
    sources = {path: job.path(path, "the directory") for _, path in block.directories()}
    hiera = job.path(block.hiera_config_path) if block.hiera_config_path else None
    program = puppets.find(block, job)
    make_room(block, job)
    for path, source in sources.items():
        job.put(source, guest_path(block, path))
    if hiera:
        job.put(hiera, hiera_path(block))
    if block.structured_facts:
        job.write(json.dumps(block.facter), facts_file(job))
    env = block.environment_variables | ({} if block.structured_facts else puppets.environment(block.facter))
    argv = command(block, program, manifest(block, job))
    puppets.run(block, job, argv, env, meanings=MEANINGS, directory=block.working_directory or "")


def hiera_path(block: Puppet) -> str:
    return f"{block.temp_dir.rstrip('/')}/hiera.yaml"


def facts_file(job: Job) -> str:
    return f"{FACTS}/serai-{job.key}.json"


def make_room(block: Puppet, job: Job) -> None:
    """In the guest: what an earlier run has left is no part of this one."""
    old = [facts_file(job), *(guest_path(block, path) for _, path in block.directories())]
    made = job.ask(
        f"mkdir -p {FACTS} && umask 077 && mkdir -p {quote(block.temp_dir)} && rm -rf {' '.join(map(quote, old))}"
    )
    if not made.ok:
        said = f"{made.stdout}{made.stderr}".strip().splitlines()
        raise job.fail(f"there is no room at {block.temp_dir} in the guest", details=said)


def command(block: Puppet, program: str, manifest: str) -> list[str]:
    """The words of puppet; what the block states as `options` comes after serai's own, so that it counts."""
    argv = [program, "apply", "--color=false", *block.options]
    modules = [guest_path(block, path) for path in block.module_path]
    if modules:
        argv += ["--modulepath", ":".join([*modules, OLD_MODULES, "$basemodulepath"])]
    if block.hiera_config_path:
        argv.append(f"--hiera_config={hiera_path(block)}")
    argv.append("--detailed-exitcodes")
    if block.environment_path:
        argv += ["--environmentpath", guest_path(block, block.environment_path)]
        argv += ["--environment", block.environment]
    return [*argv, manifest]


def manifest(block: Puppet, job: Job) -> str:
    """The path in the guest: below the manifests, else what its environment says: `puppet apply` asks nobody."""
    stated = dict(block.trees())
    if "manifests_path" in stated:
        return f"{guest_path(block, stated['manifests_path'])}/{block.manifest_file or 'default.pp'}"
    place = f"{guest_path(block, stated['environment_path'])}/{block.environment}"
    if block.manifest_file:
        return f"{place}/manifests/{block.manifest_file}"
    return of_environment(place, block.environment, job.ask(f"cat {quote(place)}/environment.conf").stdout)


def of_environment(place: str, name: str, conf: str) -> str:
    """The manifest of an environment, by its environment.conf. `place` is the environment's directory."""
    found = MANIFEST.findall(conf)
    if not found:
        return f"{place}/manifests"
    path = found[-1].replace("$codedir", str(Path(place).parent.parent)).replace("$environment", name)
    return path if path.startswith("/") else f"{place}/{path}"
