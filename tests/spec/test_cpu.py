"""How many processors a machine starts with (CPU-1)."""

from __future__ import annotations

import pytest

from serai.spec.cpu import Cpu


@pytest.mark.parametrize(
    ("cpu", "total"),
    [(Cpu(), 1), (Cpu(count=4), 4), (Cpu(cores=2, threads=2), 4), (Cpu(sockets=2, cores=3, threads=2), 12)],
)
def test_a_count_is_taken_and_a_topology_is_multiplied(cpu, total):
    assert cpu.total == total
