"""What the commands of `serai host` share."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from serai.cli.host_common import confirm, reach_of, seen_cells, there, where
from serai.host.changes.change import Seen, State
from serai.util.errors import Code, SeraiError, SeraiErrors


def test_a_tree_must_be_a_directory(tmp_path):
    assert reach_of(str(tmp_path)).name == str(tmp_path)
    with pytest.raises(SeraiError) as error:
        reach_of(str(tmp_path / "none"))
    assert error.value.code is Code.INPUT


def test_what_waits_says_what_for():
    assert seen_cells("thp", Seen(State.PENDING, "/x", "1", "a reboot"))[-1] == "waits for a reboot"


def test_nothing_happens_where_nobody_can_be_asked():
    confirm(True, "Change it?", "nothing was changed")
    with pytest.raises(SeraiError, match="nothing was changed: there is no terminal"):
        confirm(False, "Change it?", "nothing was changed")


TWO = "serai host tune thp goes on, serai host undo thp puts it back; serai explain thp says why"


@click.command()
@where
def told(root):
    click.echo(there(TWO))


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ([], ""),
        (["--root", "/"], ""),
        (["--root", "/srv/a tree"], " --root '/srv/a tree'"),
        (["--host", "ann@box"], " --host ann@box"),
    ],
)
def test_a_command_that_is_named_is_for_the_same_host(words, option):
    tune, undo = (f"serai host {verb}{option} thp" for verb in ("tune", "undo"))
    said = f"{tune} goes on, {undo} puts it back; serai explain thp says why"
    assert CliRunner().invoke(told, words).output.strip() == said


def test_one_that_names_a_host_already_stays_as_it_is():
    @click.command()
    @where
    def shown(root):
        click.echo(there("serai host setup lxc -n --root /srv/tree"))

    assert (
        CliRunner().invoke(shown, ["--root", "/srv/tree"]).output == "serai host setup lxc -n --root /srv/tree\n"
    )


@pytest.mark.parametrize("several", [False, True])
def test_the_hint_of_an_error_is_for_the_same_host(several):
    @click.command()
    @where
    def fails(root):
        error = SeraiError(Code.FAILED, "no", hint="serai host check -v")
        raise SeraiErrors([error, error]) if several else error

    error = CliRunner().invoke(fails, ["--host", "box"]).exception
    hints = [each.hint for each in error.errors] if several else [error.hint]
    assert set(hints) == {"serai host check --host box -v"}


def test_without_a_command_line_a_sentence_stays_as_it_is():
    assert there(TWO) == TWO
