"""Ansible in the guest: by the guest's package manager, or by pip into an environment of its own."""

from __future__ import annotations

from shlex import quote, split

from serai.provisioners import install
from serai.provisioners.job import Job
from serai.spec.provisioners.ansible import AnsibleLocal, InstallMode

PACKAGES = {
    "apt": ("ansible",),
    "dnf": ("ansible",),
    "zypper": ("ansible",),
    "pacman": ("ansible",),
    "apk": ("ansible",),
}
PIP = {
    "apt": ("python3-pip", "python3-venv"),
    "dnf": ("python3-pip",),
    "zypper": ("python3-pip",),
    "pacman": ("python-pip",),
    "apk": ("py3-pip",),
}
VENV = "/opt/serai-ansible"
"""Where pip installs: many systems refuse it beside their own packages. Source: PEP 668."""
PATHS = f"{VENV}/bin:/usr/local/bin"
BY_PIP = """
set -e
if [ -n "$1" ]; then sh -c "$1"; fi
[ -x {venv}/bin/python ] || python3 -m venv {venv}
shift
{venv}/bin/python -m pip install --quiet --disable-pip-version-check "$@"
"""
"""$1 a command that installs pip, or nothing; then pip's own words."""


def have_ansible(block: AnsibleLocal, job: Job) -> str:
    """Install it where it is missing, or of another version than the block wants; what it says of its version.

    Of one that was installed now it is the version that was asked for. Raises Code.FAILED.
    """
    version = block.version if block.version not in ("", "latest") else ""
    program = split(block.playbook_command)[-1]
    said = job.ask(f"PATH={PATHS}:$PATH; {quote(program)} --version | head -n 1", privileged=False).stdout
    fits = bool(said.strip()) and (not version or install.says(said, version))
    if fits and not (block.version == "latest" and block.install):
        return said
    if not block.install:
        has = f"Ansible {version}" if version else "Ansible"
        hint = "install: true, or an image that has it"
        raise job.fail(f"the guest has no {has}, and `install` is false", hint=hint)
    if block.install_mode is InstallMode.DEFAULT:
        install.ensure(job, program, PACKAGES, version or None, force=block.version == "latest")
    else:
        _by_pip(block, job, version)
    return version


def _by_pip(block: AnsibleLocal, job: Job, version: str) -> None:
    if not block.pip_install_cmd:
        install.ensure(job, "pip3", PIP)
    words = split(block.pip_args)
    if block.install_mode is InstallMode.PIP:
        words += ["--upgrade", f"ansible=={version}" if version else "ansible"]
    job.out("installing Ansible by pip")
    job.script(
        BY_PIP.format(venv=VENV),
        [block.pip_install_cmd, *words],
        install.proxies(job.machine.env),
        what="installing Ansible by pip",
    )
