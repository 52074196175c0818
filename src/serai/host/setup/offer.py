"""Which packages a distribution has for a role: one table, packages.toml; or why it has none, and the way on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.util.errors import Code, SeraiError

FAMILIES = {
    "debian": "debian",
    "ubuntu": "debian",
    "fedora": "fedora",
    "rhel": "rhel",
    "centos": "rhel",
    "almalinux": "rhel",
    "rocky": "rhel",
    "suse": "suse",
    "opensuse": "suse",
    "sles": "suse",
    "arch": "arch",
}
"""What os-release says in ID or ID_LIKE -> the family whose package names it has."""


@cache
def table() -> dict[str, Any]:
    """packages.toml."""
    return tomllib.loads(files("serai.host.setup").joinpath("packages.toml").read_text())


def family_of(system: Mapping[str, str]) -> str:
    """Of the keys of os-release. Raises SeraiError (Code.UNSUPPORTED) for one that is not known."""
    words = [system.get("ID", ""), *system.get("ID_LIKE", "").split()]
    for word in words:
        if name := FAMILIES.get(word) or FAMILIES.get(word.partition("-")[0]):
            return name
    raise SeraiError(
        Code.UNSUPPORTED,
        f"the packages of {system.get('PRETTY_NAME') or words[0] or 'this system'} are not known here",
        hint=f"install them by hand, then serai host check; known are {', '.join(sorted(set(FAMILIES.values())))}",
    )


def packages(role: str, facts: Facts) -> tuple[str, ...]:
    """The packages of a role. Raises SeraiError (Code.UNSUPPORTED) where the distribution has none."""
    family = family_of(facts.system)
    if lacks := table()["missing"].get(role, {}).get(family):
        raise SeraiError(Code.UNSUPPORTED, lacks["why"], hint=lacks["next"])
    other = table()["repositories"].get(role, {}).get(family)
    if other and not _has_repository(facts, other["shown_by"]):
        raise SeraiError(Code.UNSUPPORTED, other["why"], hint=other["next"])
    return _here(_names(role, family, facts.system), facts)


def _names(role: str, family: str, system: Mapping[str, str]) -> tuple[str, ...]:
    """The most exact row of the table; releases are without dots there, as a bare key has none."""
    ident, release = system.get("ID", ""), system.get("VERSION_ID", "").replace(".", "")
    row = table()[role]
    found = next((row[key] for key in (f"{ident}-{release}", ident, family) if key in row), "")
    return tuple(found.split())


def _here(names: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    """Where the processor is not to be seen, in a tree of files, it is taken for x86_64."""
    try:
        if facts.cpu.x86:
            return names
    except Unknown:
        return names
    other = table()["aarch64"]
    return tuple(other.get(name, name) for name in names)


def _has_repository(facts: Facts, word: str) -> bool:
    """Whether a .repo file of that name is there. Source: dnf.conf(5), reposdir."""
    return any(name.startswith(word) for name in facts.source.names("/etc/yum.repos.d"))
