"""A project's Vagrantfile is read over the one in its box, and read again when boxes come."""

from __future__ import annotations

from pathlib import Path

import pytest

from box_files import members, tar
from serai.images.boxes.add import add
from serai.images.boxes.source import Wanted
from serai.loaders.inputs import Inputs
from serai.run.boxes import bring_boxes, vagrantfile
from serai.run.workspace import open_workspace

IN_BOX = b"""
Vagrant.configure("2") do |config|
  config.ssh.username = "boxer"
  config.ssh.private_key_path = File.expand_path("../vagrant_private_key", __FILE__)
end
"""
PROJECT = """
Vagrant.configure("2") do |config|
  config.vm.box = "mine"
  config.vm.box_check_update = false
  config.vm.box_download_insecure = true
  config.vm.box_download_ca_cert = "ca.pem"
end
"""


@pytest.fixture
def project(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAGRANT_HOME", str(tmp_path / "vagrant.d"))
    monkeypatch.setenv("VAGRANT_DEFAULT_PROVIDER", "qemu")
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "Vagrantfile").write_text(PROJECT)
    monkeypatch.chdir(folder)
    assert home
    return folder


def bring(folder: Path) -> None:
    (folder / "m.box").write_bytes(tar({**members(Vagrantfile=IN_BOX), "vagrant_private_key": b"k"}))
    add(Wanted(address=str(folder / "m.box"), name="mine"), progress=lambda _phrase: None)


def test_the_settings_in_the_box_count_as_soon_as_it_is_here(project: Path) -> None:
    before = open_workspace().project.machines["default"]
    assert before.ssh.key is None
    bring(project)
    after = open_workspace().project.machines["default"]
    assert after.user == "boxer"
    assert after.ssh.key and after.ssh.key.endswith("boxes/mine/0/_/libvirt/vagrant_private_key")


def test_how_the_box_is_fetched_is_carried_over(project: Path) -> None:
    (source,) = open_workspace().project.images.values()
    assert (source.box, source.check_update, source.insecure, source.ca_cert) == ("mine", False, True, "ca.pem")


def test_what_the_answer_hangs_on_is_noted(project: Path) -> None:
    inputs = Inputs({})
    assert vagrantfile(inputs, "mine", None, "libvirt", "auto") is None
    assert inputs.whole and set(inputs.places.values()) == {"absent"} and len(inputs.places) == 2
    bring(project)
    assert vagrantfile(inputs, "mine", None, "libvirt", "auto") and not inputs.whole
    assert vagrantfile(Inputs({}), "./a.box", None, "libvirt", None) is None


def test_a_box_that_is_missing_comes_before_the_file_is_read_for_good(project: Path) -> None:
    (project / "m.box").write_bytes(tar(members(Vagrantfile=IN_BOX)))
    text = PROJECT.replace('"mine"', '"mine"\n  config.vm.box_url = "./m.box"').replace("ca.pem", "")
    (project / "Vagrantfile").write_text(text)
    workspace = open_workspace()
    said: list[str] = []
    assert bring_boxes(workspace, [], said.append) and any("unpacking" in phrase for phrase in said)
    assert open_workspace().project.machines["default"].user == "boxer"
    assert not bring_boxes(open_workspace(), [], said.append)


def test_a_serai_yaml_waits_for_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "serai.yaml").write_text("project: shop\nmachines: {web: {image: 'box:a/b'}}\n")
    monkeypatch.chdir(tmp_path)
    assert not bring_boxes(open_workspace(), [], lambda _phrase: None)
    assert home
