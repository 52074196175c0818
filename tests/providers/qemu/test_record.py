"""The record, the life lock and the names of a machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.providers.identity import machine_uuid
from serai.providers.qemu.record import (
    Record,
    hold_life,
    is_alive,
    load,
    process_id,
    save,
)
from serai.util.errors import SeraiError


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = Record(name="web", project="shop", project_id="1", project_root="/p", forwards=())
    save(tmp_path, record)
    assert load(tmp_path) == record
    assert load(tmp_path / "nowhere") is None


def test_life_is_held_once_and_ends_with_its_holder(tmp_path: Path) -> None:
    assert not is_alive(tmp_path)
    handle = hold_life(tmp_path)
    assert is_alive(tmp_path)
    with pytest.raises(SeraiError, match="already runs"):
        hold_life(tmp_path)
    os.close(handle)
    assert not is_alive(tmp_path)


def test_a_reused_pid_is_not_the_machine(tmp_path: Path) -> None:
    (tmp_path / "qemu.pid").write_text(str(os.getpid()))
    assert process_id(tmp_path, machine_uuid("nobody", "has-this")) == 0
