"""O_DIRECT and io_uring are tried (DISK-1)."""

from __future__ import annotations

from pathlib import Path

from serai.providers.qemu.storage import Storage, aio_for, can_write_direct


def test_the_probe_leaves_nothing_behind(tmp_path: Path) -> None:
    can_write_direct(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_aio_takes_the_best_that_works(able_aio: object) -> None:
    ring, none = Storage(direct=True, io_uring=True), Storage(direct=True, io_uring=False)
    assert aio_for("auto", direct=True, place=ring, features=able_aio) == "io_uring"  # type: ignore[arg-type]
    assert aio_for("auto", direct=True, place=none, features=able_aio) == "native"  # type: ignore[arg-type]
    assert aio_for("auto", direct=False, place=none, features=able_aio) == "threads"  # type: ignore[arg-type]
    assert aio_for("threads", direct=True, place=ring, features=able_aio) == "threads"  # type: ignore[arg-type]
