"""File answers as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("file") == {}


def test_writing_is_noted_and_not_done(run, project):
    seen = run('File.write("made", "x"); File.open("other", "w") { |f| f.puts 1 }; File.delete("made"); 3')

    assert seen.value == "3"
    assert list(project.iterdir()) == []
    assert [text.split(":")[0] for text in seen.notices] == [
        "made is not written",
        "other is not written",
        "a change of files (made) is not done",
    ]


def test_what_is_appended_to_a_file_is_not_in_it(run, project):
    (project / "log").write_text("one\n")

    assert run('File.open("log", "a") { |f| f.write("two") }').value == "3"
    assert (project / "log").read_text() == "one\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('File.read("/etc/hostname")', "outside of the project"),
        ('File.exist?("../other")', "outside of the project"),
        ('File.size("/etc/passwd")', "outside of the project"),
        ('File.mtime("/etc/passwd")', "outside of the project"),
        ('open("http://a/b").read', "which needs the network"),
    ],
)
def test_what_is_not_of_the_project_is_refused_with_its_place(run, text, said):
    with pytest.raises(SeraiError, match=said) as refused:
        run(text)

    assert str(refused.value.where).startswith("Vagrantfile:1")
    assert refused.value.hint


def test_a_link_that_leads_out_is_refused(run, project):
    (project / "link").symlink_to("/etc/passwd")

    with pytest.raises(SeraiError, match="outside of the project"):
        run('File.read("link")')


def test_links_inside_are_followed(run, project):
    (project / "real").write_text("x")
    (project / "link").symlink_to("real")

    assert run('[File.symlink?("link"), File.readlink("link"), File.read("link")]').value == '[true, "real", "x"]'
    assert run('File.realpath("link") == File.expand_path("real")').value == "true"


def test_a_pipe_reads_what_is_supplied(run):
    assert run('open("| ls") { |io| io.readlines }', supplied={"ls": "a\nb\n"}).value == '["a\\n", "b\\n"]'
    assert run('open("|ls").read').notices[0].startswith("`ls` is not run")
