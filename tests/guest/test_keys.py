"""The project's own key, and public keys named in a project file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serai.guest.keys import authorized, project_key, with_keys
from serai.spec.guest import Guest, User, UserData
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    private, public = project_key(tmp_path / "shop-1")
    assert private == tmp_path / "shop-1" / "ssh" / "id_ed25519"
    assert private.stat().st_mode & 0o777 == 0o600
    assert private.parent.stat().st_mode & 0o777 == 0o700
    assert public.startswith("ssh-ed25519 ")
    assert public.endswith("serai shop-1")
    assert project_key(tmp_path / "shop-1") == (private, public)


def test_two_runs_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: project_key(tmp_path), range(4)))
    assert len(keys) == 1


def test_what_a_killed_run_left_is_finished(tmp_path: Path) -> None:
    private, public = project_key(tmp_path)
    private.with_suffix(".pub").unlink()
    (tmp_path / "ssh" / "draft").write_text("half")
    assert project_key(tmp_path)[1].split()[:2] == public.split()[:2]


def test_key_files_are_read_relative_to_the_project(tmp_path: Path) -> None:
    (tmp_path / "team.pub").write_text("# team\nssh-ed25519 AAAA a\n\nssh-ed25519 BBBB b\n")
    assert authorized(["ssh-rsa CCCC c", "@team.pub"], tmp_path) == [
        "ssh-rsa CCCC c",
        "ssh-ed25519 AAAA a",
        "ssh-ed25519 BBBB b",
    ]
    machine = Machine(name="web", guest=Guest(users=[User(name="ann", authorized_keys=["@team.pub"])]))
    assert len(with_keys(machine, tmp_path).guest.users[0].authorized_keys) == 2
    assert with_keys(Machine(name="web"), tmp_path) == Machine(name="web")


def test_a_missing_or_private_file_is_refused(tmp_path: Path) -> None:
    private, _ = project_key(tmp_path)
    for entry, word in (("@absent.pub", "cannot be read"), (f"@{private}", "is a private key")):
        with pytest.raises(SeraiError) as refused:
            authorized([entry], tmp_path)
        assert refused.value.code is Code.INPUT
        assert word in refused.value.message


def test_user_data_of_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("packages: [jq]\n")
    machine = Machine(name="web", guest=Guest(user_data=[UserData(path="more.yaml"), UserData(inline="x")]))

    read = with_keys(machine, tmp_path)
    assert [(part.inline, part.path) for part in read.guest.user_data] == [("packages: [jq]\n", None), ("x", None)]
    with pytest.raises(SeraiError, match=r"the user data .*gone\.yaml cannot be read"):
        with_keys(Machine(name="web", guest=Guest(user_data=[UserData(path="gone.yaml")])), tmp_path)
