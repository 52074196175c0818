"""The Vagrantfile is found where Vagrant finds it."""

from __future__ import annotations

from serai.loaders.vagrantfile.find import found, of_user


def test_it_is_in_the_directory_or_the_nearest_above(tmp_path):
    (tmp_path / "Vagrantfile").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)

    assert found(tmp_path / "a" / "b", {}) == tmp_path / "Vagrantfile"

    (tmp_path / "a" / "vagrantfile").touch()

    assert found(tmp_path / "a" / "b", {}) == tmp_path / "a" / "vagrantfile"


def test_variables_name_the_directory_and_the_file(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Other").touch()
    environ = {"VAGRANT_CWD": "sub", "VAGRANT_VAGRANTFILE": "Other"}

    assert found(tmp_path, environ) == tmp_path / "sub" / "Other"
    assert found(tmp_path, {"VAGRANT_CWD": "sub"}) is None


def test_the_users_own_file_is_in_the_home_of_vagrant(tmp_path):
    assert of_user({"HOME": str(tmp_path)}) is None

    (tmp_path / ".vagrant.d").mkdir()
    (tmp_path / ".vagrant.d" / "Vagrantfile").touch()

    assert of_user({"HOME": str(tmp_path)}) == tmp_path / ".vagrant.d" / "Vagrantfile"
    assert of_user({"HOME": str(tmp_path), "VAGRANT_HOME": str(tmp_path)}) is None
