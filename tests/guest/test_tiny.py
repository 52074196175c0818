"""The plain lines for the tiny image, and its setup script run by real shells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from serai.guest import tiny
from serai.providers.contract import Materials
from serai.spec.guest import Guest, GuestFile, User
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

SHELLS = [words for words in (["dash"], ["busybox", "sh"], ["bash"]) if shutil.which(words[0])]


def files(guest: Guest, user: str = "root") -> dict[str, str]:
    materials = Materials(user=user, public_keys=("key",))
    return tiny.files(Machine(name="web", guest=guest), materials, instance_id="i", hostname="web")


def test_users_are_lines_and_their_keys_files() -> None:
    given = files(Guest(users=[User(name="ann", sudo=True, shell="/bin/ash", authorized_keys=["a", "b"])]))
    assert given["users"] == "ann sudo /bin/ash\n"
    assert given["keys/ann"] == "a\nb\n"


def test_a_login_that_is_not_root_is_a_user_with_the_projects_key() -> None:
    assert files(Guest(), user="ann")["users"] == "ann sudo -\n"
    given = files(Guest(users=[User(name="ann", authorized_keys=["a"])]), user="ann")
    assert given["keys/ann"] == "key\na\n"


@pytest.mark.parametrize("key", ["packages", "timezone"])
def test_what_the_image_cannot_do_is_refused(key: str) -> None:
    with pytest.raises(SeraiError) as refused:
        files(Guest(packages=["curl"]) if key == "packages" else Guest(timezone="UTC"))
    assert refused.value.code is Code.UNSUPPORTED
    assert f"guest.{key}" in refused.value.message


@pytest.mark.parametrize("shell", SHELLS, ids=[words[0] for words in SHELLS])
def test_the_setup_script_writes_files_exactly_and_ends_at_a_failure(shell: list[str], tmp_path: Path) -> None:
    content = 'it\'s "q" $x `y` \\n %s\n\n\tend without newline'
    path = tmp_path / "a b" / "file"
    guest = Guest(
        files=[GuestFile(path=str(path), content=content, mode="0640")],
        commands=[f"echo one >{tmp_path}/one", "false", f"echo two >{tmp_path}/two"],
    )
    done = subprocess.run([*shell, "-c", files(guest)["setup"]], check=False)
    assert done.returncode != 0
    assert path.read_text() == content
    assert path.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "one").exists()
    assert not (tmp_path / "two").exists()
