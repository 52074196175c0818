"""Containers of LXC: keys that LXC of today takes, and a bridge that is there (LXC-3)."""

from __future__ import annotations

import re

from serai.host.changes.lxc_config import LxcConfig
from serai.host.facts.host import Facts
from serai.host.facts.source import Unknown
from serai.host.tunings.tuning import Asked, Planned, Table
from serai.util import lxc_config as lxc
from serai.util.errors import Code, SeraiError

TABLE = Table()
BRIDGES = ("lxcbr0", "virbr0")
"""lxc-net's own before libvirt's, which goes when libvirt's network stops."""
NEW_KEYS = (2, 1)
"""The first LXC that knows lxc.net.*. Source: LXC 2.1, release notes."""


@TABLE.tuning(
    "lxc-bridge",
    "containers of LXC join a bridge that is there, by keys of today",
    why="LXC 3 and newer start no container whose file says lxc.network.*, and none whose bridge is missing. "
    "New containers get what /etc/lxc/default.conf says: lxcbr0 where it is there, else virbr0. Old keys are "
    "renamed there and in each container's own file, nothing else in them.",
    values="NAME of the bridge; without, one that is named and there, lxcbr0, or virbr0",
    repairs=("lxc.keys", "lxc.bridge"),
    numbers="23 keys are renamed, 3 are gone, and each block of lxc.network.type gets a number. A file is read "
    "when its container starts: one that runs goes on, and has it from its next start.",
    when_not="LXC is older than 2.1, which knows the old keys alone: it is refused there. Files of users' own "
    "containers, below ~/.local/share/lxc, are not touched.",
    old="lxc.network.link=virbr0 on every host; or lxc-update-config, which puts dir: before each root file "
    "system, whatever it is, and leaves lxc.limit.* as it was.",
    source="LXC, lxc-update-config; lxc.container.conf(5)",
    guide=("LXC-3",),
)
def lxc_bridge(facts: Facts, asked: Asked) -> Planned:
    files = facts.engines.lxc_files
    if not files and not facts.source.has(lxc.LXC):
        raise SeraiError(Code.MISSING, "there is no LXC here", hint="serai host setup lxc")
    _knows_new_keys(facts)
    texts = {file.path: file.text for file in files}
    default = lxc.converted(texts.get(lxc.DEFAULT, ""))
    old = [path for path, text in texts.items() if lxc.old_line(text)]
    bridge, notes = _bridge(facts, asked, default, bool(old))
    changes = [LxcConfig(path=lxc.DEFAULT, bridge=bridge)] if bridge or lxc.DEFAULT in old else []
    changes += [LxcConfig(path=path) for path in old if path != lxc.DEFAULT]
    return Planned(changes=tuple(changes), notes=(*notes, *_elsewhere(facts, texts)))


def _knows_new_keys(facts: Facts) -> None:
    """Raises SeraiError where LXC is older than that; where it cannot be asked it is taken for newer."""
    try:
        said = facts.source.run("lxc-start", "--version").text
    except Unknown:
        return
    if (found := re.match(r"(\d+)\.(\d+)", said)) and (int(found[1]), int(found[2])) < NEW_KEYS:
        raise SeraiError(
            Code.UNSUPPORTED,
            f"LXC {said} is older than 2.1: it knows lxc.network.* alone",
            hint="set lxc.network.link in /etc/lxc/default.conf by hand, or update LXC first",
        )


def _links(facts: Facts) -> list[str] | None:
    """None where only the running host could tell."""
    try:
        return facts.network.links
    except Unknown:
        return None


def _bridge(facts: Facts, asked: Asked, default: str, has_old: bool) -> tuple[str, tuple[str, ...]]:
    """What new containers join, and what is to be said of it; empty: what default.conf says stays."""
    links, link = _links(facts), lxc.setting(default, lxc.LINK)
    if kind := lxc.joins(default):
        return "", (f"networks of new containers are of the kind {kind}, which joins no bridge: left as it is",)
    if name := asked.value:
        if not re.fullmatch(r"[A-Za-z][\w.-]{0,14}", name) or (links is not None and name not in links):
            raise SeraiError(
                Code.INPUT, f"there is no bridge {name} here", hint="serai host setup lxc makes lxcbr0"
            )
        return name, ()
    if link and (links is None or link in links):
        return "", ()
    there = [name for name in BRIDGES if name in (links or ())]
    if there:
        return there[0], ()
    why = (
        "only the running host knows its bridges" if links is None else f"neither {' nor '.join(BRIDGES)} is here"
    )
    if has_old:
        return "", (f"{why}: new containers join what they did before",)
    raise SeraiError(Code.MISSING, why, hint="serai host setup lxc makes lxcbr0; serai host tune lxc-bridge=NAME")


def _elsewhere(facts: Facts, texts: dict[str, str]) -> tuple[str, ...]:
    """Containers whose own file names a bridge that is not there: which one is meant, only its owner knows."""
    links = _links(facts)
    if links is None:
        return ()
    named = {
        path: lxc.setting(lxc.converted(text), lxc.LINK) for path, text in texts.items() if path != lxc.DEFAULT
    }
    lost = {path: link for path, link in named.items() if link and link not in links}
    return tuple(
        f"{path}: {lxc.LINK} = {link}, which is not here; it is left to you" for path, link in lost.items()
    )
