"""Which key a machine lets in."""

from __future__ import annotations

from pathlib import Path

from serai.providers.contract import Scope
from serai.providers.login import key_of
from serai.spec.guest import Ssh
from serai.spec.machine import Machine


def test_the_stated_key_the_well_known_one_or_the_projects_own(home: Path, tmp_path: Path):
    scope = Scope(project="shop", project_id="1", root=tmp_path, home=home / "p")
    assert key_of(Machine(), scope) == home / "p/ssh/id_ed25519"
    assert key_of(Machine(ssh=Ssh(key="keys/mine")), scope) == tmp_path / "keys/mine"
    known = key_of(Machine(ssh=Ssh(insert_key=False)), scope)
    assert known.is_relative_to(home / "keys") and known.read_text().startswith("-----BEGIN RSA")
    assert key_of(Machine(ssh=Ssh(insert_key=False, key="k")), scope) == tmp_path / "k"


def test_a_key_that_others_may_read_is_used_by_a_copy_of_our_own(home: Path, tmp_path: Path):
    scope = Scope(project="shop", project_id="1", root=tmp_path, home=home / "p")
    (tmp_path / "mine").write_text("a key")
    (tmp_path / "mine").chmod(0o600)
    assert key_of(Machine(ssh=Ssh(key="mine")), scope) == tmp_path / "mine"
    (tmp_path / "mine").chmod(0o644)
    copy = key_of(Machine(ssh=Ssh(key="mine")), scope)
    assert copy != tmp_path / "mine" and copy.read_text() == "a key" and copy.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o644
