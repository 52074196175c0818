"""Variables in texts."""

from __future__ import annotations

import pytest

from serai.loaders.compose.interpolate import Wrong, substitute

GIVEN = {"A": "one", "EMPTY": "", "N_2": "two"}


def done(text: str) -> tuple[str, list[str]]:
    unset: list[str] = []
    return substitute(text, GIVEN.get, unset.append), unset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A-$N_2", "one-two"),
        ("${A}b", "oneb"),
        ("${X:-d}${X-d}${EMPTY:-d}${EMPTY-d}", "ddd"),
        ("${A:+r}${X:+r}${EMPTY:+r}${EMPTY+r}", "rr"),
        ("${X:-${Y:-${A}}}!", "one!"),
        ("${X:-a}b}", "ab}"),
        ("$$A $$$A $${A}", "$A $one ${A}"),
        ("${A:?never}", "one"),
        ("${X:-with spaces: and $A}", "with spaces: and one"),
        ("plain", "plain"),
    ],
)
def test_a_text_is_filled_in(text: str, expected: str) -> None:
    assert done(text) == (expected, [])


def test_what_is_not_set_is_empty_and_told() -> None:
    assert done("a${X}b$Y") == ("ab", ["X", "Y"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${X:?say $A}", "the variable X is not set: say one"),
        ("${EMPTY:?}", "the variable EMPTY is empty"),
        ("costs 5$", "'$' is not a variable"),
        ("$5", "'$5' is not a variable"),
        ("${A", "`${` without its `}`"),
        ("${}", "${} is not a variable"),
        ("${A!x}", "${A!x} is not a variable"),
        ("${X:-" * 40 + "}" * 40, "defaults nested deeper than 16 levels"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(Wrong) as caught:
        done(text)

    assert str(caught.value) == said


def test_a_value_is_not_filled_in_again() -> None:
    assert substitute("$A", {"A": "$B ${C"}.get, print) == "$B ${C"


def test_numbers_from_variables_are_numbers_where_they_are_not_quoted(shop) -> None:
    machine = shop.machine("mem_limit: ${SIZE}\nprivileged: ${YES}", SIZE="64m", YES="true")

    assert machine.container.memory == 64 << 20
    assert machine.container.privileged


def test_a_wrong_variable_has_its_place(shop) -> None:
    assert shop.errors("services:\n  web:\n    image: ${TAG:?which one}\n")[0].startswith(
        "3:12: services.web.image: the variable TAG is not set: which one"
    )
