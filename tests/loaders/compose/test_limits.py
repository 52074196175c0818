"""What a container may take."""

from __future__ import annotations

import pytest

from compose_cases import service


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("mem_limit: 64m", "memory", 64 << 20),
        ("memswap_limit: -1", "memory_swap", None),
        ("shm_size: 1gb", "shm_size", 1 << 30),
        ("pids_limit: 10", "pids", 10),
        ("pids_limit: -1", "pids", None),
        ("cpus: 0.5", "cpus", 0.5),
        ("cpus: '2'", "cpus", 2),
        ("cpus: 0", "cpus", None),
        ("cpu_quota: 50000", "cpus", 0.5),
        ("cpu_quota: 50000\ncpu_period: 25ms", "cpus", 2.0),
        ("cpu_shares: 0", "cpu_shares", None),
        ("cpu_shares: 512", "cpu_shares", 512),
        ("cpuset: '0, 1'", "cpuset", "0,1"),
        ("devices: [/dev/fuse, '/dev/a:/dev/b:r', {source: /dev/c, permissions: r}]", "devices",
         ["/dev/fuse", "/dev/a:/dev/b:r", "/dev/c:/dev/c:r"]),
    ],
)  # fmt: skip
def test_a_limit_is_mapped(shop, text: str, key: str, expected: object) -> None:
    container = shop.machine(text).container

    assert (getattr(container, key) if container else None) == expected


def test_ulimits_are_one_number_or_two(shop) -> None:
    limits = shop.machine("ulimits: {nproc: 10, nofile: {soft: 1, hard: 2}}").container.ulimits

    assert [(limit.soft, limit.hard) for limit in limits.values()] == [(10, 10), (1, 2)]
    assert "needs `soft` and `hard`" in shop.errors(service("ulimits: {a: {soft: 1}}"))[0]
    assert "must be a map of limits" in shop.errors(service("ulimits: [a]"))[0]


def test_gpus_are_all_or_one_request(shop) -> None:
    assert shop.machine("gpus: all").container.gpus.count == -1
    assert shop.machine("gpus: [{device_ids: ['0'], driver: nvidia}]").container.gpus.ids == ["0"]
    assert "one request" in shop.errors(service("gpus: [{count: 1}, {count: 2}]"))[0]
    assert "is not one of all" in shop.errors(service("gpus: some"))[0]


def test_a_device_needs_its_source(shop) -> None:
    assert "needs `source`" in shop.errors(service("devices: [{target: /dev/a}]"))[0]


def test_a_period_alone_is_noted(shop) -> None:
    assert shop.notes(service("cpu_period: 1000")) == ["cpu_period: it goes with cpu_quota, which is not stated"]
