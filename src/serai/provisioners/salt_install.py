"""Salt in the guest: by its package manager, from the Python package index, or by a bootstrap script."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from serai.provisioners import install
from serai.provisioners.job import Job
from serai.provisioners.salt_files import File
from serai.spec.provisioners.salt import Salt
from serai.util.errors import Code, SeraiError

PROGRAMS = {"minion": ("salt-minion", "salt-call"), "master": ("salt-master",), "syndic": ("salt-syndic",)}
MANAGERS = ("apt", "dnf", "zypper", "pacman", "apk")
SINGLE = {"pacman": "salt"}
"""Where one package has all of salt."""
PYTHON = {
    "apt": ("python3", "python3-venv"),
    "dnf": ("python3",),
    "zypper": ("python3",),
    "pacman": ("python",),
    "apk": ("python3",),
}
"""What makes an environment of Python; Debian has a part of it in a package of its own."""
NO_PACKAGE = "no package of"
"""In the words of install.ensure."""
CONFIGURES = ("minion", "master", "minion.pem", "minion.pub", "master.pem", "master.pub", "grains")
"""Files that salt-bootstrap itself puts in place. Source: its option -c."""
VENV = "/opt/serai/salt"
PIP = r"""
venv=$1 python=$2
shift 2
[ -x "$venv/bin/pip" ] || "$python" -m venv "$venv" || exit 1
"$venv/bin/pip" install --quiet --disable-pip-version-check "$@" || exit 1
mkdir -p /usr/local/bin
for program in "$venv"/bin/salt*; do
    ln -sf "$program" /usr/local/bin/
done
"$venv/bin/salt-call" --version
"""
BOOTSTRAP = 'script=$1; shift; exec sh "$script" "$@"'
THERE = 'PATH=$PATH:/usr/local/bin; for each in {names}; do command -v "$each" || exit 1; done'


def wanted(block: Salt) -> list[str]:
    """Parts of salt that the guest is to have."""
    stated = {"minion": not block.no_minion, "master": block.install_master, "syndic": block.install_syndic}
    return [name for name, there in stated.items() if there]


def ensure(block: Salt, job: Job, files: Sequence[File]) -> None:
    """Install what is missing. Raises Code.FAILED naming the block, and the system that has no Salt."""
    names = [program for part in wanted(block) for program in PROGRAMS[part]]
    lacking = block.always_install or not job.ask(THERE.format(names=" ".join(names))).ok
    if block.bootstrap_script:
        _bootstrap(block, job, files, lacking=lacking)
    elif lacking or (block.version and not _has(block, job)):
        _own(block, job)


def _has(block: Salt, job: Job) -> bool:
    """Whether the version that is there is the one that is stated."""
    said = job.ask("PATH=$PATH:/usr/local/bin; salt-call --version || salt-master --version").stdout
    return install.says(said, block.version or "")


def _own(block: Salt, job: Job) -> None:
    if block.install_type == "pip":
        _pip(block, job)
        return
    try:
        for part in wanted(block):
            install.ensure(job, f"salt-{part}", packages(part), block.version, force=block.always_install)
    except SeraiError as error:
        if block.install_type or error.code is not Code.FAILED or NO_PACKAGE not in error.message:
            raise
        job.out(f"{error.message.rpartition(': ')[2]}: from the Python package index")
        _pip(block, job)


def packages(part: str) -> dict[str, list[str]]:
    """Manager -> the package of a part of salt."""
    return {manager: [SINGLE.get(manager, f"salt-{part}")] for manager in MANAGERS}


def _pip(block: Salt, job: Job) -> None:
    """Into an environment of its own, with its programs in /usr/local/bin. PIP_* come from the machine's env."""
    python = f"python{block.python_version or 3}"
    if not job.ask(f"{python} -c 'import ensurepip, venv'").ok:
        _python(block, job, python)
    words = [VENV, python, requirement(block.version), *shlex.split(block.install_args or "")]
    job.out(f"installing {words[2]} by pip, into {VENV}")
    job.script(PIP, args=words, what="pip")


def requirement(version: str | None) -> str:
    """`3006` is any of it, `3006.9` that one."""
    if not version:
        return "salt"
    return f"salt=={version}" if "." in version else f"salt=={version}.*"


def _python(block: Salt, job: Job, python: str) -> None:
    """Python may be there without the part that makes environments: the manager is asked anyway."""
    packages = dict(PYTHON)
    if block.python_version:
        packages["apt"] = (python, f"{python}-venv")
    install.ensure(job, python, packages, force=True, instead="pip needs it; take an image that has it")


def _bootstrap(block: Salt, job: Job, files: Sequence[File], *, lacking: bool) -> None:
    """By the script: it is told all that Vagrant tells salt-bootstrap."""
    configure = any(file.name in CONFIGURES for file in files) or bool(block.version)
    if not lacking and not configure:
        return
    source = job.path(str(block.bootstrap_script), "the bootstrap script")
    place = f"{block.temp_config_dir}/bootstrap_salt.sh"
    job.put(source, place, mode="0700")
    words = bootstrap_words(block, configure=configure, lacking=lacking)
    job.script(BOOTSTRAP, args=[place, *words], what="the bootstrap script")


def bootstrap_words(block: Salt, *, configure: bool, lacking: bool) -> list[str]:
    """Arguments of the script. Source: salt-bootstrap's usage, and the order in which Vagrant gives them."""
    words = shlex.split(block.bootstrap_options or "")
    if block.master_json_config:
        words += ["-J", block.master_json_config]
    if block.minion_json_config:
        words += ["-j", block.minion_json_config]
    if configure:
        words += ["-F", "-c", block.temp_config_dir]
    if block.seed_master:
        words += ["-k", f"{block.temp_config_dir}/seed"]
    if configure and not lacking:
        words.append("-C")
    flags = (("-M", block.install_master), ("-S", block.install_syndic), ("-N", block.no_minion))
    words += [flag for flag, stated in flags if stated]
    if block.python_version:
        words += ["-x", f"python{block.python_version}"]
    if block.install_command:
        return [*words, *shlex.split(block.install_command)]
    words += [block.install_type] if block.install_type else []
    words += shlex.split(block.install_args or "")
    return [*words, *([block.version] if block.version else [])]
