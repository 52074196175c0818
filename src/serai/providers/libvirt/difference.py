"""What a start would change in the definition of a domain that is there, as lines of a diff."""

from __future__ import annotations

from serai.providers.contract import Materials, Scope
from serai.providers.libvirt import ledger, merge
from serai.providers.libvirt.binding import library
from serai.providers.libvirt.connect import opened
from serai.providers.libvirt.define import lookup
from serai.providers.libvirt.preview import HIDDEN, preview
from serai.spec.machine import Machine


def difference(scope: Scope, machine: Machine, materials: Materials) -> list[str]:
    """Empty when nothing would change. A machine that is not there is all new."""
    wanted = preview(scope, machine, materials).replace(f' passwd="{HIDDEN}"', "")
    state = ledger.load(scope, machine.name)
    domain = lookup(opened(state.uri), state.uuid) if state else None
    if state is None or domain is None:
        return [f"+{line}" for line in wanted.splitlines()]
    now = domain.XMLDesc(library().VIR_DOMAIN_XML_INACTIVE)
    base = ledger.defined(scope, machine.name)
    return merge.difference(now, merge.merged(now, base, wanted))
