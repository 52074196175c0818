"""How variants take turns."""

from __future__ import annotations

from serai.bench.plan import Settings, in_turn


def test_every_variant_is_measured_in_every_round_and_the_first_round_is_thrown_away():
    seen = []

    def measure(variant: str, number: int) -> float:
        seen.append((number, variant))
        return float(number)

    samples = in_turn(["a", "b"], 2, measure)
    assert seen == [(0, "a"), (0, "b"), (1, "b"), (1, "a"), (2, "a"), (2, "b")]
    assert samples == {"a": [1.0, 2.0], "b": [1.0, 2.0]}


def test_without_names_all_cases_are_wanted():
    assert Settings().wants("cache")
    assert not Settings(cases=("io",)).wants("cache")
