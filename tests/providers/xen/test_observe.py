"""What is known of a project's machines on all of its dom0s."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers.contract import State
from serai.providers.xen import observe as observing
from serai.providers.xen.look import Seen
from serai.providers.xen.record import Phase, Record


def record(name: str, **fields: object) -> Record:
    given = {"phase": Phase.MADE, "uuid": f"u-{name}", "domain": f"shop_{name}", **fields}
    return Record(name=name, project="shop", project_id="t1", project_root="/p", **given)


def test_every_dom0_that_had_machines_is_looked_at_once(scope, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look(there: object, _scope: object) -> Seen:
        asked.append(there.host)  # type: ignore[attr-defined]
        return Seen(records={"web" if there.host == "a" else "db": record("x")})  # type: ignore[attr-defined]

    monkeypatch.setattr(observing, "look", look)
    scope = msgspec.structs.replace(scope, engines={"xen": ("a", "b")})
    observing.observe(scope)

    assert asked == ["a", "b"]


def test_this_host_is_not_asked_where_it_has_no_directory(scope, root) -> None:
    assert observing.observe(msgspec.structs.replace(scope, engines={"xen": ("",)})) == {}


def test_a_machine_that_runs_has_the_address_that_was_seen() -> None:
    from serai.providers.xen.look import Domain

    domain = Domain(name="shop_web", id=3, memory=64, cpus=1, state="-b----", uuid="u-web")
    known = record("web", macs=("52:54:00:00:00:01",), addresses={"back": "10.40.0.10/24"})
    seen = Seen(domains={"u-web": domain}, records={"web": known}, addresses={"52:54:00:00:00:01": "10.0.2.15"})

    assert observing.of(seen)["web"].addresses == ("10.0.2.15", "10.40.0.10")
    off = msgspec.structs.replace(seen, domains={})
    assert observing.of(off)["web"].addresses == ("10.40.0.10",)
    assert observing.of(off)["web"].state is State.STOPPED


def test_one_that_is_half_made_is_being_created() -> None:
    seen = Seen(records={"web": record("web", phase=Phase.CREATING)}, half=("db",))

    assert {name: each.state for name, each in observing.of(seen).items()} == {
        "web": State.CREATING,
        "db": State.CREATING,
    }
