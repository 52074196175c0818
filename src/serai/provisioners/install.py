"""A tool in the guest by the guest's own package manager, found by what is there (VAG-10)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from serai.util.errors import SeraiError

if TYPE_CHECKING:
    from serai.provisioners.job import Job

SCRIPT = Path(__file__).with_name("install.sh")
MANAGERS = ("apt", "zypper", "dnf", "pacman", "apk")
"""In the order in which the guest is asked: openSUSE has a dnf, too, and Fedora packages apt."""
PROBE = r"""
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:%(paths)s
has() { command -v "$1" >/dev/null 2>&1; }
manager=
if has apt-get && [ -e /var/lib/dpkg/status ]; then manager=apt
elif has zypper; then manager=zypper
elif has dnf || has yum || has microdnf; then manager=dnf
elif has pacman; then manager=pacman
elif has apk; then manager=apk; fi
name=$(. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME")
case $manager in
%(cases)s
*) package= ;;
esac
version=
if [ -n "$package" ]; then
    case $manager in
    apt) version=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$package" 2>/dev/null)
        case $version in "installed "*) version=${version#installed } ;; *) version= ;; esac ;;
    zypper|dnf) version=$(rpm -q --qf '%%{VERSION}-%%{RELEASE}' "$package" 2>/dev/null) || version= ;;
    pacman) version=$(pacman -Q "$package" 2>/dev/null | cut -d ' ' -f 2) ;;
    apk) version=$(apk info -e -v "$package" 2>/dev/null | sed "s/^$package-//") ;;
    esac
fi
program=$(command -v %(program)s)
said=
[ -z "$program" ] || %(ask)s
printf '%%s\n' "$manager" "$name" "$program" "$version" "$said"
"""
"""Five lines: manager, name of the system, path of the program, version of its package, what it says of itself."""
ASK = 'said=$("$program" --version </dev/null 2>/dev/null | head -n 1)'
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
INSTEAD = "let a shell block before this one add a repository that has it, or take an image that has it"


def ensure(
    job: Job,
    program: str,
    packages: Mapping[str, Sequence[str]],
    version: str | None = None,
    *,
    paths: Sequence[str] = (),
    instead: str = INSTEAD,
    force: bool = False,
    recommends: bool = False,
) -> bool:
    """Install `program` in the guest unless it is there, of the `version` that is wanted; True when that was done.

    `packages`: manager (apt, dnf, zypper, pacman, apk) -> names, the program's own first: `version` is that one's,
    whole or as far as it is written (`3006` takes 3006.1), and of the others that have the same. `paths` are
    further directories that the program may be in; `instead` says what to do on a system that has no such package.
    `force` asks the manager also where it is there; `recommends` takes what the package recommends, too.
    Raises Code.FAILED naming the block, the system and the package.
    """
    manager, system, path, has, said = probe(job, program, packages, version, paths)
    if path and not force and (version is None or suits(has, version) or says(said, version)):
        return False
    wanted = list(packages.get(manager, ()))
    if not manager:
        text = f"{system} has no {program}, and none of {', '.join(MANAGERS)} to install it"
        raise job.fail(text, hint=instead)
    if not wanted:
        raise job.fail(f"{system} has no package of {program}", hint=instead)
    label = f"{wanted[0]} {version}" if version else wanted[0]
    job.out(f"installing {label} by {manager}")
    try:
        job.script(
            SCRIPT.read_text(),
            args=[manager, version or "", "yes" if recommends else "", *wanted],
            env=proxies(job.machine.env),
            what=f"installing {program}",
        )
    except SeraiError as error:
        raise _told(job, error, program, system, version, instead) from error
    return True


def probe(
    job: Job,
    program: str,
    packages: Mapping[str, Sequence[str]],
    version: str | None = None,
    paths: Sequence[str] = (),
) -> tuple[str, str, str, str, str]:
    """What the guest has; see PROBE. The program itself is asked only where a version is wanted."""
    cases = "\n".join(f"{key}) package={quote(names[0])} ;;" for key, names in packages.items() if names)
    words = {
        "paths": ":".join(map(quote, paths)),
        "cases": cases,
        "program": quote(program),
        "ask": ASK if version else ":",
    }
    lines = job.ask(PROBE % words).stdout.splitlines()
    manager, system, path, has, said = [*(line.strip() for line in lines), *[""] * 5][:5]
    return manager, system or "the guest's system", path, has, said


def suits(has: str, wanted: str) -> bool:
    """Whether a package's version is the wanted one: whole, without its epoch, or as far as that is written."""
    bare = re.sub(r"^\d+:", "", has)
    if not bare or has == wanted or bare == wanted:
        return bool(bare)
    return bare.startswith(wanted) and not bare[len(wanted)].isdigit()


def says(line: str, wanted: str) -> bool:
    """Whether a program's own word of its version is the wanted one."""
    return any(suits(word, wanted) for word in re.findall(r"\d[\w.+~-]*", line))


def proxies(env: Mapping[str, str]) -> dict[str, str]:
    """Those of an environment, by both spellings."""
    return {name: value for name, value in env.items() if name.lower() in PROXIES}


def _told(job: Job, error: SeraiError, program: str, system: str, version: str | None, instead: str) -> SeraiError:
    """The failure by what the guest's script said of it."""
    said = next((line for line in reversed(error.details) if line.startswith("serai: ")), "")
    kind, _, rest = said.removeprefix("serai: no ").partition(" ")
    if kind == "lists":
        return job.fail(
            f"{system} could not fetch its lists of packages, and of {program} it knows none",
            hint="see to the network or the mirror of the guest, or take an image that has it",
            details=error.details,
        )
    if kind == "package":
        return job.fail(f"{system} has no package of {program} (asked for {rest})", hint=instead)
    if kind == "version":
        name, _, there = rest.partition(" ")
        return job.fail(
            f"{system} has no {name} {version}",
            hint=f"there are {', '.join(there.split())}",
            details=error.details,
        )
    return error
