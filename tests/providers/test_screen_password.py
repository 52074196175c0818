"""The password of a screen, from its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.providers.contract import Scope
from serai.providers.screen_password import password_of
from serai.spec.device import Devices, Graphics, GraphicsType
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    scope = Scope(project="shop", project_id="3f2a", root=tmp_path, home=tmp_path)
    machine = Machine(
        name="web", devices=Devices(graphics=Graphics(type=GraphicsType.VNC, password_file="secret"))
    )
    with pytest.raises(SeraiError, match=r"devices\.graphics\.password_file: .*secret cannot be read") as caught:
        password_of(scope, machine)
    assert caught.value.code is Code.INPUT

    (tmp_path / "secret").write_text("open\nsesame\n")
    assert password_of(scope, machine) == "open"
    assert password_of(scope, Machine()) == ""
