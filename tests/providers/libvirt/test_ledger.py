"""The file half of a record."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Scope
from serai.providers.libvirt import ledger
from serai.providers.libvirt.record import Phase, Record
from serai.util.errors import Code, SeraiError


@pytest.fixture
def scope(tmp_path: Path) -> Scope:
    return Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path / "home")


def record(**more: object) -> Record:
    return Record(name="web", project="shop", project_id="1", project_root="/", uri="test:///", **more)  # type: ignore[arg-type]


def test_what_is_saved_is_loaded(scope: Scope) -> None:
    assert ledger.load(scope, "web") is None
    assert ledger.names(scope) == []
    ledger.save(scope, record(domain="shop_web"), sync=True)
    assert ledger.load(scope, "web") == record(domain="shop_web")
    assert ledger.names(scope) == ["web"]


def test_an_edit_is_kept_and_one_that_fails_is_not(scope: Scope) -> None:
    ledger.save(scope, record())
    with ledger.editing(scope, "web") as state:
        state.domain = "shop_web"
    with pytest.raises(ZeroDivisionError), ledger.editing(scope, "web") as state:
        state.domain = "wrong"
        raise ZeroDivisionError
    loaded = ledger.load(scope, "web")
    assert loaded is not None
    assert loaded.domain == "shop_web"


def test_no_machine_is_told_as_such(scope: Scope) -> None:
    with pytest.raises(SeraiError, match="web: there is no such machine"), ledger.editing(scope, "web"):
        pass
    with pytest.raises(SeraiError, match="web is not made"):
        ledger.made(scope, "web")
    ledger.save(scope, record(phase=Phase.CREATING))
    with pytest.raises(SeraiError, match="web was never made to the end") as caught:
        ledger.made(scope, "web")
    assert caught.value.hint == "serai up web"


def test_a_damaged_file_is_named_and_where_the_copy_is(scope: Scope) -> None:
    ledger.save(scope, record())
    (ledger.directory_of(scope, "web") / ledger.FILE).write_text("{")
    with pytest.raises(SeraiError, match="is not a machine record") as caught:
        ledger.load(scope, "web")
    assert caught.value.code is Code.CORRUPT
    assert "the domain has another copy" in caught.value.hint


def test_what_was_defined_last_may_be_lost(scope: Scope) -> None:
    assert ledger.defined(scope, "web") is None
    ledger.save(scope, record())
    (ledger.directory_of(scope, "web") / ledger.DEFINED).write_text("<domain/>")
    assert ledger.defined(scope, "web") == "<domain/>"
