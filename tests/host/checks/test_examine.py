"""The table of checks: whole, told apart, each with cases; and how they are chosen and ordered."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_cases import HERE, Case, cases, source, write
from serai.host.checks.examine import FOR_DEVICES, FOR_PROJECT, ROWS, check, chosen
from serai.host.checks.row import Outcome
from serai.host.facts.host import Facts
from serai.host.facts.source import Source
from serai.host.wants import Role, Wants
from serai.loaders import guide
from serai.loaders.explain import explain
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

GIVEN = [case for path in sorted(HERE.glob("*.yaml")) for case in cases(path.stem)]


def test_there_are_more_than_a_hundred():
    assert len(ROWS) > 100


@pytest.mark.parametrize("ident", ROWS)
def test_each_has_a_case_that_passes_and_one_that_does_not(ident):
    outcomes = {case.outcome for name, case in GIVEN if name == ident}

    assert Outcome.PASS in outcomes
    assert outcomes & {Outcome.FAIL, Outcome.WARN, Outcome.NOTE}


@pytest.mark.parametrize("ident", ROWS)
def test_no_case_is_worse_than_its_row_says(ident):
    order = list(Outcome)
    judged = [case.outcome for name, case in GIVEN if name == ident and case.outcome is not Outcome.UNKNOWN]

    assert min(map(order.index, judged)) == order.index(ROWS[ident].worst)


def test_ids_of_the_guide_exist():
    assert {ident for row in ROWS.values() for ident in row.guide} <= set(guide.acts())


@pytest.mark.parametrize("ident", ROWS)
def test_no_check_has_the_name_of_a_key(ident):
    with pytest.raises(SeraiError):
        explain(ident)


def test_of_an_empty_tree_nothing_counts_as_passed(tmp_path):
    results = check(ROWS.values(), Facts(Source(tmp_path)))

    assert {result.id for result in results if result.result is Outcome.PASS} == set()


def test_the_worst_comes_first(tmp_path):
    write(tmp_path, {"proc/cmdline": "mitigations=off"})
    facts = Facts(source(tmp_path, Case(Outcome.FAIL)))
    outcomes = [result.result for result in check(ROWS.values(), facts)]

    assert outcomes == sorted(outcomes, key=list(Outcome).index)
    assert outcomes[0] is Outcome.FAIL


def test_checks_are_chosen_by_id_family_role_or_project():
    assert [row.id for row in chosen(["mem.thp"])] == ["mem.thp"]
    assert {row.family for row in chosen(["iommu"])} == {"iommu"}
    assert "gpu.reset" not in [row.id for row in chosen([], [Role.CONTAINER_HOST])]
    devices = Wants(project="shop", machines=(Machine(name="web"),))
    assert [row.id for row in chosen([], project=devices)] == list(FOR_PROJECT)
    none = [row.id for row in chosen([], project=Wants(project="shop"))]
    assert set(FOR_PROJECT) - set(none) == set(FOR_DEVICES)
    assert len(chosen([])) == len(ROWS)


def test_an_id_that_there_is_not_is_named():
    with pytest.raises(SeraiError, match=r"there is no check mem\.thpp"):
        chosen(["mem.thpp"])


def test_every_file_of_cases_is_of_checks():
    assert {name for name, _ in GIVEN} == set(ROWS)
    assert Path(HERE).is_dir()
