"""Everything that would change files is noted, nothing is done."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.ruby.library.std.fileutils import CHANGES


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_noted_and_not_done(run, project, name):
    (project / "a").write_text("x")

    seen = run(f'FileUtils.{name}("a", "b", verbose: true); 1')

    assert seen.value == "1"
    assert [path.name for path in project.iterdir()] == ["a"]
    assert seen.notices == [f"FileUtils.{name}(a, b) is not done: reading a Vagrantfile changes nothing"]


def test_the_same_at_the_same_place_is_noted_once(run):
    assert len(run('3.times { FileUtils.mkdir_p("x") }').notices) == 1


def test_a_module_may_include_it(run):
    assert run('include FileUtils; mkdir_p("x"); rm_rf("x"); 1').value == "1"


def test_a_temporary_file_takes_what_is_written(run, project):
    text = 'f = Tempfile.new("x"); f.write("abc"); f.rewind; r = f.read; f.close; f.unlink; [r, f.path.class]'

    assert run(text).value == '["abc", String]'
    assert list(project.iterdir()) == []


def test_files_are_compared(run, project):
    (project / "a").write_text("x")
    (project / "b").write_text("x")

    assert run('FileUtils.compare_file("a", "b")').value == "true"
    assert run('FileUtils.uptodate?("a", ["nothing"])').value == "true"
    assert run('FileUtils.uptodate?("nothing", ["a"])').value == "false"
