"""Dir answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("dir") == {}


def test_directories_are_not_made(run, project):
    seen = run('Dir.mkdir("made"); require "tmpdir"; Dir.mktmpdir { |d| d.class }')

    assert seen.value == "String"
    assert list(project.iterdir()) == []
    assert [text.split(":")[0] for text in seen.notices] == [
        "a change of the directory made is not done",
        "a temporary directory is not made",
    ]


def test_the_working_directory_stays(run, project):
    (project / "sub").mkdir()

    assert run("Dir.chdir(Dir.pwd) { 4 }").value == "4"
    with pytest.raises(SeraiError, match=r"changing into .*sub is not supported"):
        run('Dir.chdir("sub")')


def test_nothing_outside_is_listed(run):
    with pytest.raises(SeraiError, match="outside of the project"):
        run('Dir.entries("/etc")')
    with pytest.raises(SeraiError, match="outside of the project"):
        run('Dir.glob("/etc/*")')
