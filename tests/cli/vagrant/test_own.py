"""What is answered in vagrant's own form."""

from __future__ import annotations

from pathlib import Path

import pytest

from serai.cli.vagrant.own import answer, init, plugin
from serai.util.errors import SeraiError


def test_a_verb_of_serai_s_is_not_answered_here() -> None:
    assert answer(None, ["up"], False) is None
    assert answer(None, ["ssh", "web"], True) is None


def test_init_names_the_url_too(tmp_path: Path) -> None:
    file = tmp_path / "V"
    assert init(["base", "https://example.test/x.box", f"--output={file}"]) == 0
    assert '  config.vm.box_url = "https://example.test/x.box"' in file.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--nosuch"], "no option"), (["--output"], "needs a value"), (["--template", "x"], "no templates")],
)
def test_init_says_what_it_does_not_do(words: list[str], said: str) -> None:
    with pytest.raises(SeraiError, match=said):
        init(words)


def test_plugins_are_listed_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert plugin(["list"], True) == 0
    assert ",plugin-name,vagrant-libvirt" in capsys.readouterr().out
    assert plugin(["update"], False) == 0
    with pytest.raises(SeraiError, match="no command 'nosuch'"):
        plugin(["nosuch"], False)
