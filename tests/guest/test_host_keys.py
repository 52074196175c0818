"""Host keys that are made for a guest: real ones, in the form that its server reads, and nothing stays behind."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from serai.guest.host_keys import Making, dropbear_form
from serai.util.errors import SeraiError


def test_each_kind_is_made_and_nothing_stays_behind(tmp_path: Path, need: Any):
    need("ssh-keygen")
    with Making(tmp_path, ("ecdsa", "ed25519"), "root@web") as making:
        assert (tmp_path / "host-keys").stat().st_mode & 0o777 == 0o700
        found = making.values()

    assert list(found) == ["key_ecdsa", "pub_ecdsa", "key_ed25519", "pub_ed25519"]
    assert list(tmp_path.iterdir()) == []
    for kind in ("ecdsa", "ed25519"):
        private = tmp_path / kind
        private.touch(0o600)
        private.write_text(found[f"key_{kind}"] + "\n")
        told = subprocess.run(["ssh-keygen", "-y", "-f", private], capture_output=True, text=True, check=True)
        assert told.stdout.split()[:2] == found[f"pub_{kind}"].split()[:2]
        assert found[f"pub_{kind}"].endswith(" root@web")


def test_dropbear_is_given_its_key_as_printf_writes_it(tmp_path: Path, need: Any):
    need("ssh-keygen")
    with Making(tmp_path, ("dropbear",), "root@web") as making:
        found = making.values()

    written = subprocess.run(["printf", found["key_dropbear"]], capture_output=True, check=True).stdout
    assert list(found) == ["key_dropbear"]
    assert written.startswith(b"\0\0\0\x0bssh-ed25519\0\0\0\x40")
    assert len(written) == 83


def test_another_key_is_not_taken_for_one_of_ed25519(tmp_path: Path, need: Any):
    need("ssh-keygen")
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", tmp_path / "key"], check=True)

    with pytest.raises(SeraiError, match="no ed25519 key"):
        dropbear_form((tmp_path / "key").read_text())
    with pytest.raises(SeraiError, match="no private key of OpenSSH"):
        dropbear_form("QUJD\n")


def test_a_kind_that_cannot_be_made_is_said(tmp_path: Path, need: Any):
    need("ssh-keygen")
    with Making(tmp_path, ("none",), "root@web") as making, pytest.raises(SeraiError, match="of the kind none"):
        making.values()
