"""What a Vagrantfile may see beyond its own directory: options, then the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.cli.main import Options
from serai.loaders.access import NONE, Access, of
from serai.util.errors import Code, SeraiError


def test_nothing_is_allowed_by_itself() -> None:
    assert of(Options(), {}) is NONE
    assert of(None, {}) is NONE


def test_options_and_variables_add_up() -> None:
    options = Options(allow_read=("/etc/a",), supplied=("hostname -s=web1",))
    environ = {"SERAI_ALLOW_READ": "/srv:/opt", "SERAI_WITH": "id -u=0\n"}

    assert of(options, environ) == Access(
        (Path("/etc/a"), Path("/srv"), Path("/opt")), (("id -u", "0"), ("hostname -s", "web1"))
    )


@pytest.mark.parametrize("text", ["hostname", "=web1"])
def test_an_answer_needs_its_command(text: str) -> None:
    with pytest.raises(SeraiError) as failed:
        of(Options(supplied=(text,)), {})

    assert failed.value.code is Code.USAGE
