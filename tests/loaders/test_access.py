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


@pytest.mark.parametrize(
    ("asked", "word", "found"),
    [
        (False, "", ""),
        (False, "0", ""),
        (True, "", "sandboxed"),
        (False, "1", "sandboxed"),
        (False, "unsandboxed", "unsandboxed"),
        (True, "unsandboxed", "unsandboxed"),
    ],
)
def test_a_real_ruby_is_wanted_by_option_or_variable(asked: bool, word: str, found: str) -> None:
    options = Options(ruby=asked)
    access = of(options, {"SERAI_RUBY": word})

    assert access.ruby == found
    assert (access.ask is not None) == bool(found)


def test_another_word_is_refused() -> None:
    with pytest.raises(SeraiError) as failed:
        of(Options(), {"SERAI_RUBY": "unsafe"})

    assert failed.value.code is Code.USAGE
    assert "SERAI_RUBY=unsandboxed" in failed.value.hint
