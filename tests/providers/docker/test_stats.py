"""An engine's sample as what a container takes."""

from __future__ import annotations

from serai.providers.docker.stats import usage

SAMPLE = {
    "cpu_stats": {"cpu_usage": {"total_usage": 300}, "system_cpu_usage": 2000, "online_cpus": 2},
    "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
    "memory_stats": {"usage": 1000, "limit": 5000, "stats": {"inactive_file": 200}},
    "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 3, "tx_bytes": 4}},
    "pids_stats": {"current": 7},
}


def test_a_sample_is_counted_as_docker_does() -> None:
    found = usage(SAMPLE)

    assert (found.cpu, found.memory, found.memory_limit) == (40.0, 800, 5000)
    assert (found.received, found.sent, found.pids) == (4, 6, 7)


def test_a_first_sample_has_nothing_to_compare_with() -> None:
    assert usage({"cpu_stats": {}, "memory_stats": {}}).cpu == 0.0
