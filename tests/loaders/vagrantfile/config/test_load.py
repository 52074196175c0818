"""Scopes are run once and joined in Vagrant's order, machine by machine."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def test_a_block_runs_once_however_many_machines_there_are(read):
    said = []
    read(
        'puts "outer"\nconfig.vm.box = "b"\n'
        'config.vm.define("a") { puts "a" }\nconfig.vm.define("b") { puts "b" }',
        say=said.append,
    )

    assert "".join(said).split() == ["outer", "a", "b"]


def test_provider_blocks_run_for_every_machine_and_every_provider(read):
    said = []
    read(
        'config.vm.provider(:libvirt) { puts "l" }\nconfig.vm.provider(:virtualbox) { puts "v" }\n'
        'config.vm.define "a"\nconfig.vm.define "b"',
        say=said.append,
    )

    assert "".join(said).split() == ["l", "v"] * 3  # before the machines, as all of them are loaded, and for each


def test_one_machine_is_primary_and_of_several_the_first_that_says_so(read):
    alone = read('config.vm.define "a"')
    none = read('config.vm.define "a"\nconfig.vm.define "b"')
    two = read('config.vm.define "a"\nconfig.vm.define "b", primary: true\nconfig.vm.define "c", primary: true')

    assert [machine.primary for machine in alone.machines.values()] == [True]
    assert [machine.primary for machine in none.machines.values()] == [False, False]
    assert [machine.primary for machine in two.machines.values()] == [False, True, False]


def test_an_existing_machines_provider_counts_more(read):
    text = 'config.vm.provider "libvirt"\nconfig.vm.define "a"\nconfig.vm.define "b"'
    config = read(text, provider="virtualbox", providers={"b": "docker"})

    assert [machine.provider for machine in config.machines.values()] == ["virtualbox", "docker"]


def test_an_override_that_never_settles_is_refused(read, tmp_path_factory):
    box = tmp_path_factory.mktemp("box") / "Vagrantfile"
    box.write_text('Vagrant.configure("2") { |c| c.vm.box = "x" }')
    text = 'config.vm.box = "one"\nconfig.vm.provider(:libvirt) { |v, o| o.vm.box = "two" }'
    config = read(text, boxes=lambda *args: None)

    assert config.machines["default"].sections["vm"]["box"] == "two"


def test_a_name_that_the_file_does_not_know_has_its_place(read):
    with pytest.raises(SeraiError) as caught:
        read('config.vm.box = "b"\nconfig.vm.define("m") { |m| m.vm.hostname = nobody }')

    assert "nobody" in caught.value.message
    assert str(caught.value.where).startswith("Vagrantfile:3")


def test_a_file_can_choose_the_provider_by_the_environment(read):
    config = read('ENV["VAGRANT_DEFAULT_PROVIDER"] = "docker"\nconfig.vm.box = "b"', provider=None)

    assert config.machines["default"].provider == "docker"
