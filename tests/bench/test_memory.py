"""Huge pages of the host, as far as they are free."""

from __future__ import annotations

from serai.bench import memory
from serai.bench.plan import Settings


def pages(root, **free):
    for name, count in free.items():
        folder = root / f"sys/kernel/mm/hugepages/hugepages-{name[1:]}"
        folder.mkdir(parents=True)
        (folder / "free_hugepages").write_text(f"{count}\n")
    return root


def test_free_pages_are_counted_in_bytes_a_size(tmp_path):
    assert memory.free_pages(pages(tmp_path, _2048kB=3, _1048576kB=1)) == {2 << 20: 6 << 20, 1 << 30: 1 << 30}


def test_too_few_of_them_are_said_with_the_command_that_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "free_pages", lambda: {2 << 20: 6 << 20})
    [case] = memory.run(Settings(cases=("hugepages",)))
    assert "512MiB of free huge pages are needed, there are 6MiB in 2MiB pages" in case.not_measurable
    assert "nr_hugepages" in case.not_measurable
    assert case.variants == ()


def test_pages_that_the_provider_refuses_are_not_measured_with_its_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "free_pages", lambda: {2 << 20: 1 << 30})
    why = "memory.hugepages: no hugetlbfs is mounted"
    monkeypatch.setattr(
        memory, "refused", lambda machines, _provider: {"huge0": why} if "huge0" in machines else {}
    )
    [case] = memory.run(Settings(cases=("hugepages",)))
    assert case.not_measurable == why
