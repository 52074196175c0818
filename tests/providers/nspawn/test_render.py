"""What cannot be seen in tests/render/nspawn: paths with marks that part them."""

from __future__ import annotations

import pytest

from serai.providers.container_binds import Bind
from serai.providers.first_process import Process
from serai.providers.nspawn import render
from serai.providers.nspawn.site import Site
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def test_marks_in_paths_are_no_marks():
    binds = (Bind(source="/a\\b:c", target="/d"),)
    text = render.text(Machine(name="web"), Site(name="m", hostname="web", directory="/s", binds=binds))

    assert "Bind=/a\\\\b\\:c:/d\n" in text


@pytest.mark.parametrize(
    "process",
    [
        Process(cmd=("id",), env=("KEY=a\n[Files]\nBind=/:/host",)),
        Process(cmd=("id",), working_dir="/srv\r[Files]"),
        Process(cmd=("id",), working_dir="/srv\\"),
    ],
)
def test_what_an_image_states_adds_no_line_of_its_own(process):
    site = Site(name="m", hostname="web", directory="/s", process=process, environment=process.env)
    with pytest.raises(SeraiError, match=r"web: (Environment|WorkingDirectory): a line of") as error:
        render.text(Machine(name="web"), site)

    assert error.value.code is Code.UNSUPPORTED


def test_sections_are_there_only_with_something_in_them():
    text = render.text(Machine(name="web"), Site(name="m", hostname="web", directory="/s"))

    assert "[Exec]" in text
    assert "[Files]" not in text
    assert "[Network]" not in text
