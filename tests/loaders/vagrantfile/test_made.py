"""What Vagrant's own directory says of the machines that it has made."""

from __future__ import annotations

from pathlib import Path

from serai.loaders.vagrantfile.made import Made, made

UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


def place(root: Path, name: str, dotfile: str = ".vagrant", **files: str) -> Path:
    directory = root / dotfile / "machines" / name / "libvirt"
    directory.mkdir(parents=True)
    for file, text in files.items():
        (directory / file).write_text(text)
    return directory


def test_machines_are_found_with_their_keys(tmp_path: Path) -> None:
    web = place(tmp_path, "web", id=UUID, private_key="k", action_provision="1.5:x")
    place(tmp_path, "db", id=f"{UUID}\n")

    assert made(tmp_path, {}) == {"db": Made(UUID, None, False), "web": Made(UUID, web / "private_key", True)}


def test_what_is_gone_or_is_no_machine_of_libvirt_is_none(tmp_path: Path) -> None:
    assert made(tmp_path, {}) == {}
    place(tmp_path, "web", id="")
    (tmp_path / ".vagrant/machines/db/virtualbox").mkdir(parents=True)
    place(tmp_path, "odd", id="\u2026")
    assert made(tmp_path, {}) == {}


def test_the_directory_may_be_elsewhere(tmp_path: Path) -> None:
    place(tmp_path, "web", dotfile="state", id=UUID)
    assert list(made(tmp_path, {"VAGRANT_DOTFILE_PATH": "state"})) == ["web"]
