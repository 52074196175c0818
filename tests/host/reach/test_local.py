"""A tree stands for a host: its links lead nowhere outside of it, and nothing in it runs."""

from __future__ import annotations

import pytest

from serai.host.facts.source import Unknown
from serai.host.reach.contract import Kind
from serai.host.reach.local import Local
from serai.util.errors import Code, SeraiError


@pytest.fixture
def tree(tmp_path):
    for name in ("etc", "proc", "run"):
        (tmp_path / "tree" / name).mkdir(parents=True)
    (tmp_path / "secret").write_text("outside")
    return Local(tmp_path / "tree")


def test_an_absolute_link_leads_to_the_tree_itself(tree):
    (tree.root / "run/here").write_text("inside")
    (tree.root / "etc/link").symlink_to("/run/here")

    assert tree.read("/etc/link") == b"inside"


@pytest.mark.parametrize("target", ["../../secret", "../../../../../secret", "/../secret"])
def test_no_link_leads_out_of_a_tree(tree, target):
    (tree.root / "etc/out").symlink_to(target)

    assert tree.read("/etc/out") is None
    with pytest.raises(OSError):
        tree.write("/etc/out/x", b"no")
    assert (tree.root.parent / "secret").read_text() == "outside"


def test_a_directory_that_is_a_link_is_written_inside_the_tree(tree):
    (tree.root / "etc/dir").symlink_to("/run")
    tree.write("/etc/dir/x", b"data", mode=0o640)

    assert (tree.root / "run/x").read_bytes() == b"data"
    assert tree.entry("/run/x").mode == 0o640


def test_links_that_lead_in_a_circle_end_in_an_error(tree):
    (tree.root / "etc/a").symlink_to("b")
    (tree.root / "etc/b").symlink_to("a")

    with pytest.raises(OSError, match="too many links"):
        tree.read("/etc/a")


def test_what_is_there_is_told_by_its_kind(tree):
    (tree.root / "etc/link").symlink_to("there")
    (tree.root / "etc/file").write_text("")

    assert tree.entry("/etc").kind is Kind.DIRECTORY
    assert tree.entry("/etc/file").kind is Kind.FILE
    assert tree.entry("/etc/link").kind is Kind.LINK
    assert tree.target("/etc/link") == "there"
    assert tree.entry("/etc/none") is None
    assert tree.names("/etc/none") is None


def test_a_link_replaces_a_file_in_one_step(tree):
    tree.write("/etc/x", b"file")
    tree.link("/etc/x", "/run")

    assert tree.target("/etc/x") == "/run"


def test_only_empty_directories_are_removed(tree):
    tree.make_directory("/etc/d")
    tree.write("/etc/d/x", b"")
    with pytest.raises(OSError):
        tree.remove("/etc/d")
    tree.remove("/etc/d/x")
    tree.remove("/etc/d")
    tree.remove("/etc/d")

    assert not tree.has("/etc/d")


def test_a_tree_runs_nothing_and_answers_nothing(tree):
    assert not tree.live
    with pytest.raises(SeraiError) as error:
        tree.run(["true"])
    assert error.value.code is Code.UNSUPPORTED
    with pytest.raises(Unknown, match="only the running host"):
        tree.ask("clock")


def test_two_changes_of_one_host_do_not_meet(tree):
    with (
        tree.lock("serai host tune"),
        pytest.raises(SeraiError, match="serai host tune") as error,
        tree.lock("serai host undo"),
    ):
        pass
    assert error.value.code is Code.BUSY


def test_this_host_runs_programs():
    assert Local().run(["sh", "-c", "echo x"]).stdout == "x\n"
    assert Local().program("sh")
