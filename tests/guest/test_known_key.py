"""The key that everybody has: the first login into a box, the swap, and the password where no key is taken."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from serai.guest import known_key
from serai.providers.contract import SshEndpoint
from serai.util.process import run

WELL_KNOWN = known_key.public()
FRESH = "ssh-ed25519 AAAAFRESH serai shop"
OTHER = f"ssh-ed25519 AAAALATER {known_key.COMMENT}"


@pytest.mark.usefixtures("home")
def test_both_halves_belong_together_and_ssh_takes_the_private_one(need):
    need("ssh-keygen")
    private = known_key.private()
    assert private.stat().st_mode & 0o777 == 0o600
    made = run(["ssh-keygen", "-y", "-P", "", "-f", private]).stdout.split()
    assert made[:2] == WELL_KNOWN.split()[:2]
    assert known_key.private() == private


@pytest.mark.usefixtures("home")
def test_the_first_way_tries_our_key_then_the_boxes_then_everybodys_then_the_password(tmp_path: Path):
    (tmp_path / "box key").write_text("k")
    way = SshEndpoint(host="h", port=22, user="vagrant", key=Path("/ours"))
    first = known_key.first_way(way, [tmp_path / "box key"])
    assert first.key == Path("/ours") and first.password == "vagrant"
    assert [key.read_bytes()[:10] for key in first.more_keys] == [b"k", b"-----BEGIN"]


def swapped(tmp_path: Path, *lines: str) -> str:
    """What is left in the file of a user whose home is in `tmp_path`; awk finds it in a passwd of its own."""
    file = tmp_path / ".ssh/authorized_keys"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines))
    (tmp_path / "passwd").write_text(f"root:x:0:0::/root:/bin/sh\nvagrant:x:1000:1000::{tmp_path}:/bin/sh\n")
    script = known_key.forget("vagrant").replace("/etc/passwd", str(tmp_path / "passwd"))
    subprocess.run(["sh", "-ec", script], check=True)
    return file.read_text()


def test_the_well_known_keys_go_when_another_is_there(tmp_path: Path):
    assert swapped(tmp_path, WELL_KNOWN, FRESH, OTHER) == f"{FRESH}\n"
    assert swapped(tmp_path, FRESH) == f"{FRESH}\n"
    bare = WELL_KNOWN.replace(known_key.COMMENT, "somebody changed the comment")
    assert swapped(tmp_path, bare, FRESH) == f"{FRESH}\n"


def test_nobody_is_shut_out_who_has_no_other_key(tmp_path: Path):
    assert swapped(tmp_path, WELL_KNOWN) == f"{WELL_KNOWN}\n"


def test_the_password_is_given_by_a_program_of_ours_and_not_on_a_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path)) if len(str(tmp_path)) < 40 else None
    env = known_key.askpass("it's % a \\secret")
    assert "secret" not in Path(env["SSH_ASKPASS"]).read_text()
    asked = subprocess.run([env["SSH_ASKPASS"]], env=env, capture_output=True, text=True, check=True)
    assert asked.stdout == "it's % a \\secret\n"
