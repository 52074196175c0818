"""What a screen shows, as QEMU draws it."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials
from serai.providers.qemu.driver import Qemu
from serai.spec.device import Devices, Graphics, GraphicsType
from serai.spec.machine import Machine
from serai.util.errors import SeraiError
from serai.util.png import SIGNATURE


def test_a_machine_that_is_off_shows_nothing(qemu: Qemu, tmp_path: Path) -> None:
    qemu.create(Machine(name="web"), Materials())
    with pytest.raises(SeraiError, match="web is off"):
        qemu.screenshot("web", tmp_path / "web.png")


@pytest.mark.engine
def test_the_firmwares_screen_becomes_a_picture(qemu: Qemu, need, tmp_path: Path) -> None:
    need("qemu-system-x86_64")
    machine = Machine(name="web", devices=Devices(graphics=Graphics(type=GraphicsType.VNC)))
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())
    qemu.screenshot("web", tmp_path / "web.png")

    assert (tmp_path / "web.png").read_bytes().startswith(SIGNATURE)


@pytest.mark.engine
def test_a_machine_without_a_screen_says_how_to_have_one(qemu: Qemu, need, tmp_path: Path) -> None:
    need("qemu-system-x86_64")
    machine = Machine(name="web")
    qemu.create(machine, Materials())
    qemu.start(machine, Materials())
    with pytest.raises(SeraiError, match="graphics: vnc"):
        qemu.screenshot("web", tmp_path / "web.png")
