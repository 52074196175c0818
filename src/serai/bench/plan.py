"""What every benchmark is given: how often, how much, on which provider; and how variants take turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from serai.bench.lab import Say

IMAGE = "tiny:generic"
"""Boots in seconds, and its kernel knows the cards and buses that are compared."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a benchmark is run."""

    provider: str = "qemu"
    rounds: int = 7
    """Measured rounds; one more goes before them and is thrown away."""
    size: int = 0
    """Bytes that one measurement moves; 0: the benchmark's own choice."""
    cases: tuple[str, ...] = ()
    """Only these; none means all."""
    say: Say = print

    def wants(self, case: str) -> bool:
        return not self.cases or case in self.cases


def in_turn(variants: Sequence[str], rounds: int, measure: Callable[[str, int], float]) -> dict[str, list[float]]:
    """`measure(variant, round)` for all variants in each round, so that what else the host does meets all alike.

    Every second round goes backwards. The first round warms up and is not kept.
    """
    samples: dict[str, list[float]] = {variant: [] for variant in variants}
    for number in range(rounds + 1):
        order = list(variants) if number % 2 == 0 else list(reversed(variants))
        for variant in order:
            value = measure(variant, number)
            if number:
                samples[variant].append(value)
    return samples


def host_facts(notes: Mapping[str, str] = {}) -> dict[str, str]:
    """What the figures depend on, in words."""
    import os
    import platform

    words = {"kernel": platform.release(), "cpus": str(os.cpu_count())}
    return {**words, **notes}
