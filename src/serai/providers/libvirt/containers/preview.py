"""The XML that a container would be defined with, before it exists, and what a start would change in it."""

from __future__ import annotations

from serai.providers.contract import Materials, Scope
from serai.providers.identity import machine_uuid
from serai.providers.libvirt import gather, ledger
from serai.providers.libvirt.connect import opened, uri_of
from serai.providers.libvirt.containers import gather as looked
from serai.providers.libvirt.containers.render import domain as render
from serai.providers.libvirt.record import Phase, Record
from serai.spec.machine import Machine


def preview(scope: Scope, machine: Machine, materials: Materials) -> str:
    """With the names and places that it has, or will have. Makes and writes nothing."""
    conn = opened(uri_of(machine))
    state = ledger.load(scope, machine.name)
    if state is None or state.phase is not Phase.MADE:
        state = Record(
            name=machine.name,
            project=scope.project,
            project_id=scope.project_id,
            project_root=str(scope.root),
            uri=uri_of(machine),
            uuid=machine_uuid(scope.project_id, machine.name),
        )
        state.domain = gather.domain_name(conn, scope, machine.name)
    state.addresses = {**materials.addresses, **state.addresses}
    state.applied = machine
    return render(machine, looked.site_for(conn, scope, machine, state, materials))


def difference(scope: Scope, machine: Machine, materials: Materials) -> list[str]:
    """Lines of a diff from what serai defined last to what it would now; its own record left out."""
    from difflib import unified_diff

    was = _without_record(ledger.defined(scope, machine.name) or "")
    wanted = _without_record(preview(scope, machine, materials))
    return list(unified_diff(was, wanted, "made", "wanted", lineterm=""))


def _without_record(text: str) -> list[str]:
    return [line for line in text.splitlines() if "<serai:machine>" not in line]
