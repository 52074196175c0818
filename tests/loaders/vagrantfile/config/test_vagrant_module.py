"""What a file finds under `Vagrant`."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def value_of(machine, ruby):
    text = f'Vagrant.configure("2") {{ |config| config.hostmanager.value = ({ruby}) }}'
    return machine(text).sections["hostmanager"].get("value")


@pytest.mark.parametrize(
    ("ruby", "result"),
    [
        ('Vagrant.version?(">= 2.0", "< 3")', True),
        ('Vagrant.version?("< 2.0")', False),
        ('Vagrant.has_plugin?("vagrant-hostmanager")', True),
        ('Vagrant.has_plugin?("vagrant-vbguest")', True),
        ('Vagrant.has_plugin?("vagrant-something", ">= 1")', False),
        ("Vagrant::Util::Platform.windows?", False),
        ("Vagrant::VERSION.is_a?(String)", True),
        ("Vagrant.original_env", {}),
        ("Vagrant.user_data_path", "/nonexistent/.vagrant.d"),
        ('Vagrant::Plugin::Manager.instance.installed_plugins.has_key?("vagrant-libvirt")', True),
        ("Vagrant::Errors::VagrantError < StandardError", True),
    ],
)
def test_it_answers(machine, ruby, result):
    assert value_of(machine, ruby) == result


def test_a_version_that_is_not_met_is_refused(read):
    with pytest.raises(SeraiError) as caught:
        read('Vagrant.require_version "> 99"\nVagrant.configure("2") { }')

    assert "wants Vagrant > 99" in caught.value.message
    assert str(caught.value.where).startswith("Vagrantfile:1")


def test_a_version_that_is_none_is_an_error(read):
    with pytest.raises(SeraiError) as caught:
        read('Vagrant.require_version "about 2"')

    assert "about 2" in caught.value.message


def test_a_plugin_in_the_file_is_refused(read):
    with pytest.raises(SeraiError) as caught:
        read('class Mine < Vagrant.plugin("2")\nend')

    assert "a plugin in a Vagrantfile is not supported" in caught.value.message


def test_versions_of_the_configuration_are_1_and_2(read):
    assert list(read('Vagrant.configure(2) { |c| c.vm.box = "b" }').machines) == ["default"]
    with pytest.raises(SeraiError) as caught:
        read('Vagrant.configure("3") { }')

    assert "not '3'" in caught.value.message


def test_its_errors_can_be_raised_and_rescued(machine):
    text = (
        "begin\n  raise Vagrant::Errors::VagrantError, 'x'\nrescue Vagrant::Errors::VagrantError => e\n"
        "  $said = e.message\nend\nVagrant.configure('2') { |c| c.vm.hostname = $said }"
    )

    assert machine(text).sections["vm"]["hostname"] == "x"


def test_a_plugin_that_is_required_is_a_notice(read):
    config = read('Vagrant.require_plugin "x"\nVagrant.configure("2") { }')

    assert "require_plugin has no effect" in config.notices[0][1]
