"""What a screen shows; a real one: tests/e2e."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Materials
from serai.providers.libvirt.driver import Libvirt
from serai.spec.machine import Machine
from serai.util.errors import SeraiError

WEB = Machine(name="web", provider="libvirt")


def test_a_machine_that_is_off_shows_nothing(pretended: Libvirt, tmp_path: Path) -> None:
    pretended.create(WEB, Materials())
    with pytest.raises(SeraiError, match="web is off"):
        pretended.screenshot("web", tmp_path / "web.png")

    assert not (tmp_path / "web.png").exists()


def test_what_is_no_machine_is_said(pretended: Libvirt, tmp_path: Path) -> None:
    with pytest.raises(SeraiError, match="is not made"):
        pretended.screenshot("web", tmp_path / "web.png")
