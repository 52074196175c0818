"""What starts first."""

from __future__ import annotations

import pytest

TEXT = "services:\n  web: {{image: x, depends_on: {}}}\n  db: {{image: x}}\n  off: {{image: x, profiles: [p]}}\n"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("[db]", {"db": "started"}),
        ("{db: {condition: service_healthy}}", {"db": "ready"}),
        ("{db: {condition: service_completed_successfully}}", {"db": "succeeded"}),
        (
            "{gone: {condition: service_started, required: false}, db: {condition: service_started}}",
            {"db": "started"},
        ),
        ("{off: {condition: service_started, required: false}}", {}),
    ],
)
def test_a_condition_is_how_far_the_other_must_be(shop, stated: str, expected: dict[str, str]) -> None:
    assert shop.project(TEXT.format(stated)).machines["web"].after == expected


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("[dbb]", "there is no service 'dbb', did you mean 'db'?"),
        ("[off]", "the service 'off' is of the profile p, which is not active"),
        ("{db: {condition: service_helthy}}", "did you mean 'service_healthy'?"),
        ("[[a]]", "must be the name of a service"),
        ("text", "must be a list"),
    ],
)
def test_what_is_wrong_is_refused(shop, stated: str, said: str) -> None:
    found = shop.errors(TEXT.format(stated))

    assert len(found) == 1
    assert said in found[0]


def test_a_circle_is_named_at_its_place(shop) -> None:
    text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n"

    assert "machines wait for each other in a circle: a → b → a" in shop.errors(text)[0]


def test_what_a_service_takes_of_another_comes_after_it(shop) -> None:
    text = "services:\n  web: {image: x, links: [db], pid: 'service:db'}\n  db: {image: x}\n"

    assert shop.project(text).machines["web"].after == {"db": "started"}


def test_a_profile_that_is_off_may_need_another_that_is_off(shop) -> None:
    text = "services:\n  a: {image: x, profiles: [p], depends_on: [b]}\n  b: {image: x, profiles: [p]}\n"

    assert shop.project(text).machines["a"].after == {"b": "started"}
