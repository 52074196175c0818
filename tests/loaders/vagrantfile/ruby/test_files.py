"""Reading stays in the project, links followed, and notes what it saw."""

from __future__ import annotations

import os

import pytest

from ruby_cases import interpreter
from serai.loaders.vagrantfile.ruby.files import MANY_OUTSIDE, braces
from serai.loaders.vagrantfile.ruby.runtime import RubyError
from serai.util.errors import SeraiError, SeraiErrors


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
    assert files.read(path) == b""
    assert files.stat(path) == ""
    (full,) = files.outside
    assert "outside of the project" in files.refusal().message
    assert files.refusal().hint == f"--allow-read {full} allows it"
    assert not files.seen


def evaluated(directory, text):
    (directory / "Vagrantfile").write_text(text)
    interpreter(directory).run_file(directory / "Vagrantfile")


def test_all_refusals_of_one_run_are_told_at_once(tmp_path):
    with pytest.raises(SeraiErrors) as caught:
        evaluated(
            tmp_path, 'a = File.read("/srv/a b")\nputs "x" if File.exist?("/srv/c")\nFile.read("/srv/a b")\nfail a'
        )

    assert [(error.where.line, error.hint) for error in caught.value.errors] == [
        (1, ""),
        (2, "--allow-read '/srv/a b' --allow-read /srv/c allows them"),
    ]


def test_after_many_refusals_no_more_are_looked_for(tmp_path):
    with pytest.raises(SeraiErrors) as caught:
        evaluated(tmp_path, '99.times { |n| File.exist?("/srv/#{n}") }')

    assert len(caught.value.errors) == MANY_OUTSIDE


def test_nothing_is_printed_after_a_refusal(tmp_path):
    said = []
    (tmp_path / "Vagrantfile").write_text('puts 1\nFile.read("/etc/passwd")\nputs 2')
    with pytest.raises(SeraiError, match="reading /etc/passwd, outside of the project"):
        interpreter(tmp_path, say=said.append).run_file(tmp_path / "Vagrantfile")

    assert "".join(said) == "1\n"


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
    assert files.listed("../*") == [] and "outside of the project" in files.refusal().message


def test_braces_are_taken_apart():
    assert braces("a{b,c{d,e}}f") == ["abf", "acdf", "acef"]
    assert braces("{x") == ["{x"]


def test_more_can_be_allowed_while_it_runs(files, tmp_path):
    (tmp_path / "box").mkdir()
    (tmp_path / "box/Vagrantfile").write_text("x")
    assert files.read(str(tmp_path / "box/Vagrantfile")) == b""
    files.allow(tmp_path / "box")

    assert files.read(str(tmp_path / "box/Vagrantfile")) == b"x"
