"""Reading stays in the project, links followed, and notes what it saw."""

from __future__ import annotations

import os

import pytest

from ruby_cases import interpreter
from serai.loaders.vagrantfile.ruby.files import braces
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.util.errors import SeraiError


@pytest.fixture
def files(tmp_path):
    (tmp_path / "shop/boxes").mkdir(parents=True)
    (tmp_path / "shop/a.yml").write_text("a: 1\n")
    (tmp_path / "shop/boxes/b.json").write_text("{}")
    (tmp_path / "secret").write_text("s")
    (tmp_path / "shop/link").symlink_to(tmp_path / "secret")
    (tmp_path / "shop/inner").symlink_to(tmp_path / "shop/boxes")
    return interpreter(tmp_path / "shop", environ={"HOME": str(tmp_path)}).project_files


def test_a_file_of_the_project_is_read_and_noted(files):
    assert files.read("a.yml") == b"a: 1\n"
    assert files.read("inner/b.json") == b"{}"
    assert files.stat("boxes") == "directory" and files.stat("nothing") == ""
    assert len(files.seen) == 4


@pytest.mark.parametrize("path", ["../secret", "link", "/etc/passwd", "~/secret", "boxes/../../secret"])
def test_what_is_outside_is_refused_with_the_way_to_allow_it(files, path):
    for act in (files.read, files.stat):
        with pytest.raises(SeraiError, match="outside of the project") as caught:
            act(path)
        assert "--allow-read" in caught.value.hint


def test_what_is_allowed_besides_is_read(files, tmp_path):
    wider = interpreter(tmp_path / "shop", allow_read=[tmp_path / "secret"]).project_files

    assert wider.read("../secret") == b"s"


def test_errors_of_reading_are_rubys(files, tmp_path):
    os.mkfifo(tmp_path / "shop/pipe")

    with pytest.raises(RubyError, match="No such file"):
        files.read("nothing")
    with pytest.raises(RubyError, match="Is a directory"):
        files.read("boxes")
    with pytest.raises(SeraiError, match="no plain file"):
        files.read("pipe")


def test_a_list_has_what_is_inside_alone(files):
    assert files.listed("**/*.{yml,json}") == ["a.yml", "boxes/b.json", "inner/b.json"]
    assert files.listed("l*") == []
    with pytest.raises(SeraiError, match="outside of the project"):
        files.listed("../*")


def test_braces_are_taken_apart():
    assert braces("a{b,c{d,e}}f") == ["abf", "acdf", "acef"]
    assert braces("{x") == ["{x"]


def test_more_can_be_allowed_while_it_runs(files, tmp_path):
    (tmp_path / "box").mkdir()
    (tmp_path / "box/Vagrantfile").write_text("x")
    with pytest.raises(SeraiError):
        files.read(str(tmp_path / "box/Vagrantfile"))
    files.allow(tmp_path / "box")

    assert files.read(str(tmp_path / "box/Vagrantfile")) == b"x"
