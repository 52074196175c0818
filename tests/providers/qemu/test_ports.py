"""Ports that machines on QEMU hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from serai.providers.contract import Forward
from serai.providers.qemu.ports import taken_by_machines
from serai.providers.qemu.record import Record, hold_life, save


def test_a_living_machine_holds_its_ports_against_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAI_HOME", str(tmp_path))
    web, off = (tmp_path / "projects/shop-1/machines" / name for name in ("web", "off"))
    for directory, port in ((web, 2201), (off, 2202)):
        directory.mkdir(parents=True)
        forward = Forward(guest=22, host=port, id="ssh")
        save(
            directory,
            Record(
                name=directory.name,
                project="shop",
                project_id="1",
                project_root=str(tmp_path),
                forwards=(forward,),
            ),
        )
    life = hold_life(web)
    with os.fdopen(life):
        assert taken_by_machines(tmp_path / "elsewhere") == {
            ("tcp", "127.0.0.1", 2201): "machine web of project shop"
        }
        assert taken_by_machines(web) == {}
