"""What a killed run has not done of a machine that answers already is found by the next plan."""

from __future__ import annotations

from collections.abc import Mapping

from serai.plan.steps import MOUNTS, Act, step
from serai.run.owed import Owed
from serai.spec.machine import Machine
from serai.spec.provision import Provision, Run, Shell

SCRIPT = Shell(inline="true")
WEB = Machine(
    name="web",
    provision=[Provision(shell=SCRIPT, name="once"), Provision(shell=SCRIPT, name="each", run=Run.ALWAYS)],
)


class Engine:
    """A provider that notes what it is to note."""

    def __init__(self) -> None:
        self.noted: list[tuple[list[str], bool | None]] = []

    def mark(self, name: str, marks: Mapping[str, None], *, ready: bool | None = None) -> None:
        assert not any(marks.values())
        self.noted.append((list(marks), ready))


def told(*steps: tuple[Act, str], also: str = "") -> tuple[Owed, Engine]:
    from msgspec.structs import replace

    made = [step(act, "web", key=key) for act, key in steps]
    return Owed([replace(each, also=(also,)) if also else each for each in made]), Engine()


def test_one_is_ready_when_it_answers_and_nothing_is_to_come() -> None:
    owed, engine = told((Act.READY, ""), (Act.PROVISION, "once"))
    owed.ready(WEB, engine)  # type: ignore[arg-type]
    owed.begun(WEB, engine)  # type: ignore[arg-type]
    assert engine.noted == [([], True)]


def test_one_is_not_ready_before_its_folders_are_there() -> None:
    owed, engine = told((Act.SYNC, MOUNTS), (Act.APPLY, ""), (Act.SYNC, ""))
    owed.ready(WEB, engine)  # type: ignore[arg-type]
    owed.synced(WEB, MOUNTS, engine)  # type: ignore[arg-type]
    owed.begun(WEB, engine)  # type: ignore[arg-type]
    owed.synced(WEB, "", engine)  # type: ignore[arg-type]
    owed.begun(WEB, engine)  # type: ignore[arg-type]
    assert [ready for _, ready in engine.noted] == [True, False, True, False, True]


def test_a_block_of_each_start_has_not_run_in_this_life_until_it_did() -> None:
    owed, engine = told((Act.PROVISION, "once"), (Act.PROVISION, "each"))
    owed.ready(WEB, engine)  # type: ignore[arg-type]
    assert engine.noted == [(["each"], True)]


def test_a_block_that_another_machine_does_for_it_has_not_run_either() -> None:
    owed, engine = told((Act.PROVISION, "once"), also="db:each")
    db = Machine(name="db", provision=WEB.provision)
    owed.ready(db, engine)  # type: ignore[arg-type]
    assert engine.noted == [(["each"], True)]


def test_a_block_that_is_not_to_run_keeps_what_is_known_of_it() -> None:
    owed, engine = told((Act.READY, ""))
    owed.ready(WEB, engine)  # type: ignore[arg-type]
    assert engine.noted == [([], True)]
