"""Which blocks run: once, always, never, changed, asked for (VAG-10)."""

import pytest

from serai.plan.provisioning import block_keys, check_names, due
from serai.providers.contract import Mark
from serai.spec.machine import Machine
from serai.spec.provision import File, Provision, Run, Shell
from serai.util.errors import SeraiError

ONCE = Provision(shell=Shell(inline="a"), name="once")
ALWAYS = Provision(shell=Shell(inline="b"), name="always", run=Run.ALWAYS)
NEVER = Provision(shell=Shell(inline="c"), name="never", run=Run.NEVER)
MACHINE = Machine(name="web", provision=[ONCE, ALWAYS, NEVER])
DIGESTS = {"once": "1", "always": "2", "never": "3"}


def keys(marks: dict[str, str], **more: object) -> list[tuple[str, str]]:
    given = {key: Mark(digest=digest, at=1.0) for key, digest in marks.items()}
    options = {"starting": False, **more}
    return due(MACHINE, given, DIGESTS, **options)  # type: ignore[arg-type]


def test_blocks_without_a_name_are_counted_by_kind() -> None:
    machine = Machine(
        name="web",
        provision=[
            Provision(shell=Shell(inline="a")),
            Provision(file=File(source="a", destination="/b")),
            Provision(shell=Shell(inline="b")),
            Provision(shell=Shell(inline="c"), name="last"),
        ],
    )
    assert block_keys(machine) == ["shell-1", "file-1", "shell-2", "last"]


def test_a_new_machine_runs_once_and_always() -> None:
    assert keys({}, starting=True) == [("once", "not run yet"), ("always", "always")]


def test_nothing_runs_on_a_machine_that_is_up_and_has_all_marks() -> None:
    assert keys({"once": "1", "always": "2"}) == []


def test_a_start_runs_always_again() -> None:
    assert keys({"once": "1", "always": "2"}, starting=True) == [("always", "always")]


def test_one_that_a_start_did_not_come_to_runs_at_the_next_up() -> None:
    assert keys({"once": "1"}) == [("always", "not run yet")]
    assert keys({"once": "1", "always": "old"}) == []


def test_a_changed_block_runs_again() -> None:
    assert keys({"once": "old", "always": "2"}) == [("once", "changed")]


def test_asking_for_all_runs_all_but_never() -> None:
    assert [key for key, _ in keys({"once": "1", "always": "2"}, wanted=True)] == ["once", "always"]


def test_asking_for_none_runs_none() -> None:
    assert keys({}, starting=True, wanted=False) == []


def test_a_name_or_a_kind_picks_blocks_and_never_too() -> None:
    assert keys({"never": "3"}, only=("never",)) == [("never", "asked for")]
    assert [key for key, _ in keys({}, only=("shell",))] == ["once", "always", "never"]


@pytest.mark.parametrize("only", [[], ["once"], ["shell"], ["once", "never"]])
def test_blocks_are_asked_for_by_key_or_kind(only: list[str]) -> None:
    check_names([MACHINE], only)


@pytest.mark.parametrize(
    ("only", "said"),
    [
        (["oncee"], "no provisioning block is called 'oncee' (did you mean 'once'?)"),
        (["once", "x", "y"], "no provisioning block is called 'x' or 'y' (there are always, never, once)"),
    ],
)
def test_a_block_that_is_nowhere_is_refused(only: list[str], said: str) -> None:
    with pytest.raises(SeraiError) as caught:
        check_names([MACHINE], only)
    assert str(caught.value) == said
