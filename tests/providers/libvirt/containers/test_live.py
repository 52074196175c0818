"""A change is noted, and defined for the next start where the container is off."""

from __future__ import annotations

import pytest

from serai.providers.contract import Effect, Materials, Verdict
from serai.providers.libvirt import ledger
from serai.providers.libvirt.containers import lifecycle, live
from serai.providers.libvirt.record import Phase, Record
from serai.spec.machine import Machine
from serai.spec.raw import LibvirtRaw, Raw

WEB = Machine(name="web", provider="libvirt", providers=Raw(libvirt=LibvirtRaw(autostart=True)))


class Domain:
    def __init__(self, active: bool) -> None:
        self.active, self.autostart = active, 0

    def isActive(self) -> bool:
        return self.active

    def setAutostart(self, value: int) -> None:
        self.autostart = value


@pytest.mark.parametrize("active", [True, False])
def test_what_needs_a_start_waits_for_it(pretended, uri, monkeypatch, active):
    scope, domain, defined = pretended.scope, Domain(active), []
    monkeypatch.setattr(live.define, "lookup", lambda conn, uuid: domain)
    monkeypatch.setattr(live.define, "keep", lambda conn, scope, state: ledger.save(scope, state))
    monkeypatch.setattr(lifecycle, "define", lambda *words: defined.append(words[3]))
    ledger.save(
        scope,
        Record(name="web", project="shop", project_id="t1", project_root="/", uri=uri, phase=Phase.MADE,
               pending={"container.cpus": "old", "container.memory": "old"}),
    )  # fmt: skip
    keys = {"container.memory": Verdict(Effect.LIVE), "container.cmd": Verdict(Effect.RESTART, "later")}

    live.apply(scope, WEB, keys, Materials())

    record = ledger.load(scope, "web")
    assert record is not None
    assert record.pending == {"container.cpus": "old", "container.cmd": "later"}
    assert record.applied == WEB
    assert (domain.autostart, defined) == ((1, []) if active else (0, [WEB]))
