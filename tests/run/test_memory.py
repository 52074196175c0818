"""What machines take of the host's memory, and what they share."""

from __future__ import annotations

import os
from pathlib import Path

from serai.providers.contract import Observed, State
from serai.providers.identity import machine_uuid
from serai.run.memory import Usage, of_machines, read, total

ROLLUP = """559f00000000-7ffe00000000 ---p 00000000 00:00 0    [rollup]
Rss:              300 kB
Pss:              200 kB
Shared_Clean:     150 kB
Shared_Dirty:      50 kB
Private_Clean:     10 kB
Private_Dirty:     90 kB
"""


def process(proc: Path, pid: int, argv: str = "") -> None:
    (proc / str(pid)).mkdir(parents=True)
    (proc / str(pid) / "smaps_rollup").write_text(ROLLUP)
    (proc / str(pid) / "cmdline").write_bytes(argv.replace(" ", "\0").encode() + b"\0")


def seen(name: str, state: State, pid: int = 0) -> Observed:
    return Observed(name=name, provider="qemu", state=state, pid=pid)


def test_private_and_shared_are_told_apart(tmp_path: Path) -> None:
    process(tmp_path, 7)
    assert read(7, tmp_path) == Usage(private=100 << 10, shared=200 << 10, proportional=200 << 10)
    assert read(8, tmp_path) is None
    here = read(os.getpid())
    assert here is not None
    assert here.private > 0


def test_machines_are_found_by_their_process_or_by_their_uuid(tmp_path: Path) -> None:
    process(tmp_path, 7)
    process(tmp_path, 8, f"qemu-system-x86_64 -uuid {machine_uuid('p1', 'db')} -m 512")
    process(tmp_path, 9, "-uuid")
    observed = {
        "web": seen("web", State.READY, 7),
        "db": seen("db", State.RUNNING),
        "off": seen("off", State.STOPPED, 9),
        "gone": seen("gone", State.READY, 99),
    }
    assert sorted(of_machines("p1", observed, tmp_path)) == ["db", "web"]


def test_what_is_shared_is_counted_once_in_the_total() -> None:
    one = Usage(private=10, shared=100, proportional=60)
    assert total([one, one]) == Usage(private=20, shared=100, proportional=120)
    assert total([]) == Usage()
