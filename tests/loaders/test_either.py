"""Either language gives a project."""

from __future__ import annotations

from pathlib import Path

from serai.loaders.either import load
from serai.loaders.inputs import Inputs

RUBY = """
Vagrant.configure("2") do |config|
  config.vm.box = "a/b"
  config.vm.synced_folder ".", "/vagrant", disabled: true
end
"""


def test_a_serai_yaml_is_read(tmp_path: Path) -> None:
    file = tmp_path / "serai.yaml"
    file.write_text("project: shop\nmachines: {web: {image: tiny}}\n")
    inputs = Inputs({})

    assert load(file, inputs=inputs).machines["web"].image == "tiny"
    assert str(file) in inputs.files


def test_a_vagrantfile_is_read(tmp_path: Path) -> None:
    file = tmp_path / "Vagrantfile"
    file.write_text(RUBY)
    inputs = Inputs({})

    assert load(file, inputs=inputs, provider="qemu").machines["default"].image == "box:a/b"
    assert str(file) in inputs.files
