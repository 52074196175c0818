"""The command line: help, errors in one place, exit codes."""

import pytest

from serai.cli.main import COMMANDS, cli, run, show
from serai.util.errors import Code, SeraiError


def test_help_lists_every_command_in_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)
    assert "Machines" in out


def test_no_command_shows_the_help_and_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "Usage: serai" in capsys.readouterr().out


def test_a_misspelt_command_is_named_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["destory"]) == 64
    assert "no command 'destory'" in (err := capsys.readouterr().err)
    assert "did you mean 'destroy'?" in err


def test_a_wrong_option_is_usage_and_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--jsn"]) == 64
    assert "serai status --help" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_can_be_imported_and_has_a_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert "Usage: serai" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    assert "_SERAI_COMPLETE" in capsys.readouterr().out


def test_the_one_line_of_each_command_is_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    context = cli.make_context("serai", ["status"], resilient_parsing=True)
    assert cli.get_command(context, "nothing") is None


def test_an_error_has_no_power_over_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    show(SeraiError(Code.FAILED, "it said \x1bcno", details=["the \x1b]0;name\x07console"], hint="look\x9b"))
    assert capsys.readouterr().err == "error: it said no\n    the console\n  next: look\n"
