"""What both of puppet's provisioners share: the program, facts as texts, and what its exit codes mean (VAG-10)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from serai.provisioners import install
from serai.provisioners.job import Job
from serai.spec.provisioners.puppet import PuppetOptions
from serai.util.errors import Code, SeraiError

PACKAGES = {
    "apt": ("puppet-agent",),
    "dnf": ("puppet",),
    "zypper": ("puppet",),
    "pacman": ("puppet",),
}
"""Manager -> packages. Source: Debian from 12 on, Fedora, openSUSE, Arch; Alpine has none."""
ELSEWHERE = "/opt/puppetlabs/bin"
"""Where Puppet's own packages have it, which is not in every PATH."""
INSTEAD = (
    "let a shell block before this one add Puppet's own repository, or take an image that has puppet; "
    "`install: false` looks for it alone"
)
RUN = r"""
PATH=$PATH:/usr/local/bin:$1
export PATH
[ -z "$2" ] || cd "$2" || exit 3
shift 2
"$@"
code=$?
case $code in
0) echo "puppet: all is as it should be" ;;
2) echo "puppet: changed"; code=0 ;;
esac
exit $code
"""
"""$1 a further directory of programs, $2 the working directory or nothing; then the command.

2 is a success with changes. Source: puppet-apply(8), puppet-agent(8), --detailed-exitcodes.
"""
NO_DIRECTORY = 3
"""RUN's own; puppet has no such code."""
EXIT = re.compile(r"exit code (\d+)$")


def find(block: PuppetOptions, job: Job) -> str:
    """The program, installed where it is missing and may be. Raises Code.FAILED naming the block."""
    if block.binary_path:
        program = f"{block.binary_path.rstrip('/')}/puppet"
        if not job.ask(f'[ -x "{program}" ]').ok:
            raise job.fail(f"the guest has no {program}", hint="correct binary_path, or leave it out")
        return program
    if block.install:
        install.ensure(job, "puppet", PACKAGES, block.version, paths=(ELSEWHERE,), instead=INSTEAD)
    elif not job.ask(f"PATH=$PATH:/usr/local/bin:{ELSEWHERE}; command -v puppet").ok:
        raise job.fail("the guest has no puppet", hint="leave out `install: false`, or take an image that has it")
    return "puppet"


def environment(facts: Mapping[str, Any]) -> dict[str, str]:
    """Facts as the environment gives them to facter. Source: Facter's documentation, custom facts."""
    return {f"FACTER_{name}": text(value) for name, value in facts.items()}


def text(value: Any) -> str:
    """A fact as a text, a boolean as puppet writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def run(
    block: PuppetOptions,
    job: Job,
    argv: Sequence[str],
    env: Mapping[str, str],
    *,
    meanings: Mapping[int, str],
    directory: str = "",
) -> None:
    """Run puppet as root in the guest. `meanings`: exit code -> what an error says of it."""
    try:
        job.script(RUN, args=[ELSEWHERE, directory, *argv], env=env, what=argv[0])
    except SeraiError as error:
        found = EXIT.search(error.message) if error.code is Code.FAILED else None
        code = int(found[1]) if found else 0
        if code == NO_DIRECTORY:
            raise job.fail(f"the guest has no directory {directory}", hint="correct working_directory") from error
        if code not in meanings:
            raise
        raise job.fail(f"{meanings[code]} (puppet's exit code {code})", details=error.details) from error
