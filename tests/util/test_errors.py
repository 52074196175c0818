"""An error says where, what, and the next command; its code decides how serai ends."""

from __future__ import annotations

import pytest

from serai.util.errors import Code, SeraiError, SeraiErrors, Where, did_you_mean


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (Where("serai.yaml"), "serai.yaml"),
        (Where("serai.yaml", 7), "serai.yaml:7"),
        (Where("serai.yaml", 7, 5), "serai.yaml:7:5"),
    ],
)
def test_a_place_is_written_as_editors_read_it(where, text):
    assert str(where) == text
    assert where == Where(where.file, where.line, where.column)


def test_an_error_reads_as_one_line():
    error = SeraiError(
        Code.INPUT,
        "machines.web.memroy: unknown key",
        hint="did you mean 'memory'?",
        where=Where("serai.yaml", 7, 5),
    )

    assert str(error) == "serai.yaml:7:5: machines.web.memroy: unknown key (did you mean 'memory'?)"
    assert error.line() == "serai.yaml:7:5: machines.web.memroy: unknown key"


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [(Code.INPUT, 3), (Code.USAGE, 64), (Code.MISSING, 5), (Code.REFUSED, 4), (Code.BUSY, 6), (Code.FAILED, 1)],
)
def test_the_code_decides_the_exit_code(code, exit_code):
    assert SeraiError(code, "x").exit_code == exit_code


def test_several_errors_keep_the_first_ones_code():
    errors = SeraiErrors([SeraiError(Code.BUSY, "one"), SeraiError(Code.FAILED, "two")])

    assert errors.exit_code == 6
    assert str(errors) == "one\ntwo"


def test_a_near_word_is_suggested_and_a_far_one_is_not():
    assert did_you_mean("memroy", ["memory", "machines"]) == "did you mean 'memory'?"
    assert did_you_mean("zzz", ["memory"]) == ""
