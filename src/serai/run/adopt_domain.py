"""Machines that other programs made, taken over by a project of their own: one file, one machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from serai.providers.registry import provider_class, raw_block
from serai.run.scope import scope_of, settle
from serai.spec.machine import Project
from serai.util.errors import Code, SeraiError
from serai.util.files import write_atomic
from serai.util.locks import lock

LIBVIRT, XEN = "libvirt", "xen"
"""The providers whose engines have machines that serai did not make, and can say what they are."""
HERE = "localhost"
"""The dom0 that this host is."""
OF_XEN = ("xl on ", "xen:", "xen+")
"""How the inventories of a dom0 are called: xl's, and libvirt's by its URI, which `provider: xen` has both."""


def foreign(uri: str | None, dom0: str | None = None) -> list[tuple[str, str]]:
    """(name, where) of the domains that are none of serai's: of libvirt a URI, of xl its dom0, for these are two
    inventories. None where there is nobody to ask, unless `uri` or `dom0` names one.
    """
    if uri is not None:
        return _asked(provider_of("", uri, None), uri)
    found = [] if dom0 is not None else _asked(LIBVIRT, None)
    return list(dict.fromkeys([*found, *_asked(XEN, _host(dom0))]))


def _asked(provider: str, where: str | None) -> list[tuple[str, str]]:
    try:
        return list(_driver(provider).foreign(where))
    except SeraiError:
        if where is not None:
            raise
        return []


def _host(dom0: str | None) -> str | None:
    """As the provider has it: empty is this host, None whatever is there."""
    return "" if dom0 == HERE else dom0


def provider_of(domain: str, uri: str | None, dom0: str | None) -> str:
    """Whose the domain is. Raises Code.INPUT where both have one of this name."""
    if uri is not None or dom0 is not None:
        return XEN if dom0 is not None or (uri or "").startswith(OF_XEN) else LIBVIRT
    places = {where for name, where in foreign(None) if name == domain}
    kinds = {XEN if where.startswith(OF_XEN) else LIBVIRT for where in places}
    if len(kinds) > 1:
        both = " and ".join(sorted(places))
        raise SeraiError(Code.INPUT, f"{both} have a domain {domain}", hint=f"--uri URI, or --dom0 {HERE}")
    return kinds.pop() if kinds else LIBVIRT


def adopt(domain: str, target: Path, uri: str | None, dom0: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Write `target` from the domain and take it over; the machine's name, and what has no key of its own."""
    provider = provider_of(domain, uri, dom0)
    name = plain(domain)
    root = target.parent.resolve()
    scope = scope_of(name, root)
    with lock(scope.home / "lock", what=f"project {name}", note="serai adopt", wait=False):
        where = uri if uri is not None else _host(dom0) or None
        machine, kept = _driver(provider)(scope).take(domain, name, where)
        project = Project(project=name, machines={name: machine})
        write_atomic(target, text(project, domain, kept, provider), mode=0o644)
        settle(scope, [provider])
    return name, kept


def _driver(provider: str) -> Any:
    return provider_class(provider)


def plain(domain: str) -> str:
    """A name that a machine can have: domains may have spaces and more in theirs."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", domain).strip("-.")[:63] or "machine"


def _one_line(text: str) -> str:
    """A description has lines of its own: in the file each of them would be YAML."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def text(project: Project, domain: str, kept: tuple[str, ...], provider: str = LIBVIRT) -> str:
    """The file, with what has no key of its own named above it."""
    from serai.loaders.write import to_yaml

    of_xl = provider == XEN and all(each.providers.xen.uri is None for each in project.machines.values())
    who, left = "xl" if of_xl else LIBVIRT, "kept under providers.libvirt.xml"
    if provider == XEN:
        left = "left out"
    head = [f"# The domain {domain}, as {who} has it. Its disks stay yours: destroy leaves them."]
    if kept:
        head += [
            f"# Without a key of its own, {left}:",
            *(f"#   {_one_line(line)}" for line in kept),
        ]
    return "\n".join([*head, to_yaml(project, raw_block=raw_block)])
