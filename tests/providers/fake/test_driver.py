"""The fake provider keeps the contract: each act may be called twice, and nothing is left after destroy."""

from pathlib import Path

import pytest

from serai.providers.contract import Feature, Mark, Materials, Scope, State
from serai.providers.fake.driver import Fake
from serai.spec.machine import Machine
from serai.spec.raw import FakeRaw, Raw
from serai.util.errors import SeraiError

WEB = Machine(name="web", provider="fake")


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(Scope(project="shop", project_id="1", root=tmp_path, home=tmp_path / "home"))


def made(fake: Fake, machine: Machine = WEB) -> Fake:
    fake.create(machine, Materials())
    fake.start(machine, Materials())
    return fake


def state(fake: Fake) -> State:
    return fake.observe()["web"].state


def test_a_life_from_create_to_destroy(fake: Fake, tmp_path: Path) -> None:
    fake.create(WEB, Materials())
    assert state(fake) is State.STOPPED
    fake.start(WEB, Materials())
    assert state(fake) is State.RUNNING
    fake.mark("web", {"a": Mark(digest="d", at=1)}, ready=True)
    assert state(fake) is State.READY
    fake.suspend("web")
    assert state(fake) is State.PAUSED
    fake.resume("web")
    assert state(fake) is State.READY
    assert fake.stop("web", budget=1)
    assert state(fake) is State.STOPPED
    fake.destroy("web")
    fake.destroy("web")
    assert fake.observe() == {}
    assert not list((tmp_path / "home").iterdir())


def test_ready_does_not_outlive_a_restart(fake: Fake) -> None:
    made(fake).mark("web", {}, ready=True)
    fake.stop("web", budget=1)
    fake.start(WEB, Materials())
    assert state(fake) is State.RUNNING


def test_one_is_ready_although_the_clock_was_set_back_since_its_start(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(fake)
    monkeypatch.setattr("time.time", lambda: 5.0)
    fake.mark("web", {}, ready=True)
    assert state(fake) is State.READY


def test_a_fault_fails_as_often_as_it_says_also_across_an_undo(fake: Fake) -> None:
    machine = Machine(
        name="web", provider="fake", providers=Raw(fake=FakeRaw(fail={"create": "no space"}, times=1))
    )
    with pytest.raises(SeraiError, match="web: create: no space"):
        fake.create(machine, Materials())
    assert state(fake) is State.CREATING
    fake.destroy("web")
    fake.create(machine, Materials())
    assert state(fake) is State.STOPPED


def test_snapshots_are_kept_by_name(fake: Fake) -> None:
    made(fake).snapshot_save("web", "a")
    assert [(item.name, item.memory) for item in fake.snapshot_list("web")] == [("a", True)]
    fake.stop("web", budget=1)
    fake.snapshot_restore("web", "a")
    assert state(fake) is State.RUNNING
    fake.snapshot_delete("web", "a")
    assert fake.snapshot_list("web") == []


def test_every_feature_is_there_or_has_a_reason(fake: Fake) -> None:
    found = fake.capabilities()
    assert found.has | set(found.why_not) == set(Feature)


def test_there_is_no_way_into_a_stopped_machine(fake: Fake) -> None:
    fake.create(WEB, Materials())
    with pytest.raises(SeraiError, match="web is stopped"):
        fake.endpoint("web")
