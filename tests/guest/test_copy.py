"""Files into and out of a guest, over a real SSH connection."""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path

import pytest

from serai.guest import copy
from serai.guest.exec import ExecTransport
from serai.guest.ssh import SshTransport
from serai.providers.contract import ExecEndpoint
from serai.util.errors import Code, SeraiError

BUSYBOX = shutil.which("busybox")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with an empty one, a script, binary content, a link, and names that shells dislike."""
    root = tmp_path / "tree"
    (root / "empty").mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin" / "tool").write_text("#!/bin/sh\n")
    (root / "bin" / "tool").chmod(0o755)
    (root / "a 'b' $c\n").write_bytes(bytes(range(256)) * 999)
    (root / "-rf").write_text("dash")
    (root / ".hidden").write_text("h")
    (root / "link").symlink_to("bin/tool")
    return root


def content(root: Path) -> dict[str, object]:
    return {
        str(path.relative_to(root)): str(path.readlink())
        if path.is_symlink()
        else (path.stat().st_mode & 0o777, path.read_bytes() if path.is_file() else None)
        for path in root.rglob("*")
    }


def test_a_file_arrives_whole_with_the_mode_asked_for(web: SshTransport, tmp_path: Path) -> None:
    source = tmp_path / "data"
    source.write_bytes(os.urandom(3_000_000))
    web.put(source, str(tmp_path / "new dir" / "copy"), mode="0640")
    copy = tmp_path / "new dir" / "copy"
    assert copy.read_bytes() == source.read_bytes()
    assert copy.stat().st_mode & 0o7777 == 0o640
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_the_files_of_a_tree_have_the_mode_asked_for_and_its_directories_keep_theirs(
    web: SshTransport, tree: Path, tmp_path: Path
) -> None:
    web.put(tree, str(tmp_path / "copy"), mode="0640")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "copy").rglob("*")}
    assert modes["tool"] == modes[".hidden"] == 0o640
    assert modes["bin"] == (tree / "bin").stat().st_mode & 0o777


def test_a_file_for_a_directory_keeps_its_name(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    (tmp_path / "there").mkdir()
    web.put(tmp_path / "data", str(tmp_path / "there"))
    web.put(tmp_path / "data", f"{tmp_path}/not-yet/")
    assert (tmp_path / "there" / "data").read_text() == (tmp_path / "not-yet" / "data").read_text() == "x"


def test_a_tilde_is_the_logins_home(web: SshTransport, tmp_path: Path) -> None:
    there = f"~/.serai-test-{os.getpid()}"  # the real home: other runs of the tests have it too
    (tmp_path / "data").write_text("x")
    web.put(tmp_path / "data", there)
    try:
        assert web.run(f"cat {there}").stdout == "x"
    finally:
        web.run(f"rm {there}")


def test_a_tree_goes_in_and_comes_back_the_same(web: SshTransport, tree: Path, tmp_path: Path) -> None:
    for _ in range(2):  # the second time over what is there
        web.put(tree, str(tmp_path / "guest"))
        web.get(str(tmp_path / "guest"), tmp_path / "back")
    assert content(tmp_path / "guest") == content(tree)
    assert content(tmp_path / "back") == content(tree)


@pytest.mark.skipif(not BUSYBOX, reason="needs busybox")
def test_busybox_is_enough_for_both_ways(tree: Path, tmp_path: Path) -> None:
    applets = tmp_path / "applets"
    applets.mkdir()
    for name in (
        "sh",
        "tar",
        "mktemp",
        "mkdir",
        "dirname",
        "basename",
        "mv",
        "rm",
        "readlink",
        "id",
        "cp",
        "chown",
    ):
        (applets / name).symlink_to(str(BUSYBOX))
    guest = ExecTransport(ExecEndpoint(argv=("env", f"PATH={applets}"), user="root"), "web")
    guest.put(tree, str(tmp_path / "guest"), owner=f"{os.getuid()}:{os.getgid()}")
    guest.put(tree / "bin" / "tool", str(tmp_path / "guest" / "one"))
    guest.get(str(tmp_path / "guest"), tmp_path / "back")
    assert content(tmp_path / "back") == content(tree) | {"one": (0o755, b"#!/bin/sh\n")}


def test_an_empty_tree_makes_an_empty_directory(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    web.put(tmp_path / "nothing", str(tmp_path / "guest"))
    assert list((tmp_path / "guest").iterdir()) == []


@pytest.mark.root
@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_an_owner_is_given_to_what_was_copied_and_to_nothing_else(
    web: SshTransport, tree: Path, tmp_path: Path
) -> None:
    there = tmp_path / "guest"
    there.mkdir()
    (there / "old").write_text("old")
    web.put(tree, str(there), owner="daemon:daemon")
    assert (there / "old").owner() == there.owner() == "root"
    assert (there / "bin" / "tool").owner() == (there / ".hidden").owner() == "daemon"


def test_what_is_not_there_is_said_on_either_side(web: SshTransport, tmp_path: Path) -> None:
    with pytest.raises(SeraiError) as failed:
        web.put(tmp_path / "absent", "/tmp/x")
    assert failed.value.message == f"web: {tmp_path}/absent does not exist"
    with pytest.raises(SeraiError) as failed:
        web.get("/absent/file", tmp_path / "here")
    assert failed.value.code is Code.FAILED
    assert failed.value.message == "web: copying /absent/file: /absent/file: no such file or directory"


def test_a_destination_that_cannot_be_made_is_said(web: SshTransport, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(SeraiError) as failed:
        web.put(tmp_path / "data", "/proc/nowhere/data")
    assert failed.value.message.startswith(f"web: copying {tmp_path}/data to /proc/nowhere/data: ")


def test_links_that_lead_out_are_left_out_and_said(web: SshTransport, tree: Path, tmp_path: Path) -> None:
    (tree / "out").symlink_to("/etc/passwd")
    with pytest.raises(SeraiError) as failed:
        web.get(str(tree), tmp_path / "back")
    assert failed.value.code is Code.REFUSED
    assert "without 1 of its entries" in failed.value.message
    assert (tmp_path / "back" / "bin" / "tool").exists()
    assert not (tmp_path / "back" / "out").is_symlink()


@pytest.mark.parametrize("word", ["~", "$HOME"])
def test_the_login_s_home_is_known_by_both_its_words(word: str, tmp_path: Path) -> None:
    (tmp_path / "app.conf").write_text("x")
    way = ExecTransport(ExecEndpoint(argv=("env", f"HOME={tmp_path}"), user="root"), "web")
    way.put(tmp_path / "app.conf", f"{word}/etc/app.conf")
    assert (tmp_path / "etc/app.conf").read_text() == "x"


@pytest.mark.parametrize("program", ["tar", "python"])
def test_both_packers_send_the_same(
    program: str, tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tree / "pipe")
    (tree / "again").hardlink_to(tree / "-rf")
    if program == "python":
        monkeypatch.setattr(copy, "gnu_tar", lambda: None)
    elif copy.gnu_tar() is None:
        pytest.skip("only where tar is GNU's")
    packed = tmp_path / "packed.tar"
    with packed.open("wb") as pipe:
        copy.pack(pipe, tree, keep=lambda name: name != ".hidden")
    with tarfile.open(packed) as archive:
        found = {member.name.removeprefix("./"): member for member in archive}
    assert list(found) == ["-rf", "a 'b' $c\n", "again", "bin", "bin/tool", "empty", "link"]
    assert {(each.uid, each.gid, each.uname) for each in found.values()} == {(0, 0, "root")}
    assert found["again"].isreg() and found["again"].size == 4
    assert found["link"].linkname == "bin/tool"


def test_a_file_that_cannot_be_read_is_named(tree: Path, tmp_path: Path) -> None:
    if copy.gnu_tar() is None:
        pytest.skip("only where tar is GNU's")
    way = ExecTransport(ExecEndpoint(argv=("env",), user="root"), "web")
    (tree / "gone").symlink_to("x")

    def removes(name: str) -> bool:
        if name == "gone":
            (tree / "gone").unlink()
        return True

    with pytest.raises(SeraiError, match="gone") as failed:
        copy.put(way, tree, str(tmp_path / "guest"), keep=removes)
    assert failed.value.code is Code.FAILED
