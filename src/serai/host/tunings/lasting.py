"""What lasts: a value now, and the drop-in that gives it again at each boot, by sysctl.d or tmpfiles.d.

Source: sysctl.d(5), tmpfiles.d(5): files in the order of their names, the last one wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from serai.host.changes.change import Change
from serai.host.changes.file import WriteFile
from serai.host.changes.value import KernelValue
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown

SYSCTL_PLACES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")
SYSCTL_CONF = "/etc/sysctl.conf"
"""Read last of all by `sysctl --system`; systemd reads it where a link 99-sysctl.conf leads to it."""


def head(ident: str) -> str:
    return f"# Written by serai host tune {ident}; serai host undo {ident} removes it.\n"


def sysctl_file(ident: str) -> str:
    return f"/etc/sysctl.d/90-serai-{ident}.conf"


def tmpfiles_file(ident: str) -> str:
    return f"/etc/tmpfiles.d/90-serai-{ident}.conf"


def on_disk(path: str) -> str:
    """Of a sysctl's name the file: vm.swappiness -> /proc/sys/vm/swappiness."""
    return f"/proc/sys/{path.replace('.', '/')}"


def sysctls(ident: str, values: Mapping[str, str], at_least: bool = False) -> tuple[Change, ...]:
    """Each value now, and all of them at the next boot."""
    now = [KernelValue(path=on_disk(key), value=value, at_least=at_least) for key, value in values.items()]
    return (*now, WriteFile(path=sysctl_file(ident), text=sysctl_text(ident, values)))


def sysctl_text(ident: str, values: Mapping[str, str]) -> str:
    return head(ident) + "".join(f"{key} = {value}\n" for key, value in values.items())


def tmpfiles(ident: str, values: Mapping[str, str], at_boot: bool = False) -> WriteFile:
    """Path -> value. `at_boot`: not when a package runs systemd-tmpfiles while guests run."""
    kind = "w!" if at_boot else "w"
    lines = "".join(f"{kind} {path} - - - - {value}\n" for path, value in values.items())
    return WriteFile(path=tmpfiles_file(ident), text=head(ident) + lines)


def given(facts: Facts, ident: str) -> dict[str, tuple[str, str]]:
    """What others' files of sysctl.d set at the next boot: key -> (value, file), the last one counts."""
    files: dict[str, str] = {}
    for place in reversed(SYSCTL_PLACES):
        for name in names(facts, place):
            if name.endswith(".conf"):
                files[name] = f"{place}/{name}"
    files.pop(sysctl_file(ident).rpartition("/")[2], None)
    found = {}
    for path in (*(files[name] for name in sorted(files)), SYSCTL_CONF):
        found.update({key: (value, path) for key, value in pairs(facts, path).items()})
    return found


def names(facts: Facts, place: str) -> list[str]:
    """Of a tree that does not hold this part of a host: nothing."""
    try:
        return facts.source.names(place)
    except Unknown:
        return []


def is_there(facts: Facts, path: str) -> bool:
    """A file or link; of a tree that does not hold this part of a host: no."""
    try:
        return facts.source.has(path)
    except Unknown:
        return False


def pairs(facts: Facts, path: str) -> dict[str, str]:
    """Keys and values of one file; a leading `-` allows the kernel to refuse, `/` may stand for `.`."""
    found = {}
    for line in facts.read(path).lines if is_there(facts, path) else ():
        key, sign, value = line.partition("=")
        if sign and not line.lstrip().startswith(("#", ";")):
            found[key.strip().lstrip("-").replace("/", ".")] = value.strip()
    return found


def overruled(facts: Facts, ident: str, values: Mapping[str, str]) -> Iterable[str]:
    """Notes on files that are read later and say something else."""
    ours = sysctl_file(ident).rpartition("/")[2]
    for key, (value, path) in given(facts, ident).items():
        later = path == SYSCTL_CONF or path.rpartition("/")[2] > ours
        if key in values and later and value != values[key]:
            yield f"{path} sets {key} = {value} and is read later at boot: remove it there"


def tuned_sets(facts: Facts, section: str, *options: str) -> str:
    """A note on tuned, where it runs and its profile sets the same; it starts after the drop-ins were read."""
    try:
        runs = facts.services.runs("tuned")
    except Unknown:
        runs = False
    if not runs:
        return ""
    found = facts.tuned.sets(section, *options)
    if not found:
        return ""
    return (
        f"tuned runs with the profile {facts.tuned.active.text}, and {found[1]} sets {options[0]} = {found[0]}: "
        "it does so at its next start; serai host tune tuned chooses another profile"
    )
