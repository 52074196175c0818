"""What a person asks for with a role, and the parts that plans of roles share."""

from __future__ import annotations

import msgspec

from serai.host.changes.change import Change
from serai.host.changes.package import PackageInstall
from serai.host.changes.package_tools import tool_of
from serai.host.changes.user import PASSWD, JoinGroup, line
from serai.host.facts.host import Facts
from serai.host.setup.offer import packages
from serai.util.errors import Code, SeraiError

PRIVATE = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fd00::/8"
"""Addresses of networks that are not the internet. Source: RFC 1918, RFC 4193."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked for with a role."""

    user: str = ""
    """Who shall use it; empty: root alone."""
    path: str = "/exports/data"
    clients: str = PRIVATE
    """Who may mount the export: networks or names, separated by spaces."""
    memory: int = 0
    """Bytes of a dom0 of Xen; 0: a share of the host's."""
    cpus: int = 0
    """Processors of a dom0 of Xen; 0: a share of the host's."""


def installed(facts: Facts, *roles: str, data: tuple[str, ...] = ()) -> PackageInstall:
    """The packages of roles. Raises SeraiError (Code.UNSUPPORTED) where the distribution has none, or no tool."""
    names = tuple(dict.fromkeys(name for role in roles for name in packages(role, facts)))
    if facts.source.has("/run/ostree-booted"):
        message = "the system is an image here (ostree): packages are layered, and there after a reboot"
        raise SeraiError(Code.UNSUPPORTED, message, hint=f"by hand: rpm-ostree install {' '.join(names)}")
    tool = tool_of(facts.source.reach)
    if tool is None:
        message = "there is no package manager that is known here"
        raise SeraiError(Code.UNSUPPORTED, message, hint=f"install by hand: {' '.join(names)}")
    return PackageInstall(tool=tool.name, names=names, data=data)


def is_there(facts: Facts, user: str) -> bool:
    """Whether it is a user of this host, other than root."""
    return user not in ("", "root") and bool(line(facts.source.reach, PASSWD, user))


def membership(facts: Facts, asked: Asked, *groups: str) -> tuple[Change, ...]:
    if not is_there(facts, asked.user):
        return ()
    return tuple(JoinGroup(user=asked.user, group=group) for group in groups)


def nobody(facts: Facts, asked: Asked, what: str) -> tuple[str, ...]:
    """A note, where no user was named."""
    return () if is_there(facts, asked.user) else (f"nobody but root {what}: --user NAME lets somebody else",)
