"""One reading runs each file once, a box's own among them."""

from __future__ import annotations


def boxes_of(path):
    return lambda name, version, provider, architecture: path if name == "boxed" else None


def test_a_boxs_file_lies_below_all_others(read, tmp_path_factory):
    box = tmp_path_factory.mktemp("box") / "Vagrantfile"
    box.write_text('Vagrant.configure("2") { |c| c.vm.hostname = "box"; c.vm.guest = :debian }')
    config = read('config.vm.box = "boxed"\nconfig.vm.hostname = "mine"', boxes=boxes_of(box))

    keys = config.machines["default"].sections["vm"]
    assert (keys["hostname"], keys["guest"]) == ("mine", "debian")
    assert str(box) in config.read


def test_it_is_run_once_for_all_machines(read, tmp_path_factory):
    said = []
    box = tmp_path_factory.mktemp("box") / "Vagrantfile"
    box.write_text('puts "box"\nVagrant.configure("2") { |c| puts "block" }')
    read('config.vm.box = "boxed"\n3.times { |i| config.vm.define "m#{i}" }', boxes=boxes_of(box), say=said.append)

    assert "".join(said).split() == ["box", "block"]


def test_a_box_without_a_file_changes_nothing(read):
    config = read('config.vm.box = "other"', boxes=boxes_of(None))

    assert config.machines["default"].sections["vm"]["box"] == "other"
    assert config.notices == []
