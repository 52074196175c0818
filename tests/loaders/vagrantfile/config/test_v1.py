"""Configuration of version 1 is turned into version 2."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def v1(text):
    return f"Vagrant::Config.run do |config|\n{text}\nend\n"


def test_networks_and_ports_have_their_new_names(machine):
    found = machine(v1('config.vm.forward_port 80, 8080\nconfig.vm.network :hostonly, "10.0.0.1", netmask: "m"\n'
                       "config.vm.network :bridged"))  # fmt: skip

    assert [(entry.type, entry.options.get("ip")) for entry in found.networks[:3]] == [
        ("forwarded_port", None),
        ("private_network", "10.0.0.1"),
        ("public_network", None),
    ]
    assert (found.networks[0].options["guest"], found.networks[0].options["host"]) == (80, 8080)


def test_what_was_virtualboxs_is_virtualboxs(machine):
    found = machine(v1('config.vm.customize ["modifyvm", :id, "--memory", 512]\nconfig.vm.boot_mode = :gui'))

    assert found.providers["virtualbox"] == {"customize": [["modifyvm", ":id", "--memory", 512]], "gui": True}


def test_a_machines_block_is_of_version_1_too(machine):
    found = machine(
        v1('config.vm.define(:web) { |web| web.vm.host_name = "w"; web.vm.share_folder "n", "/g", "." }')
    )

    assert found.sections["vm"]["hostname"] == "w"
    assert [(entry.id, entry.options["hostpath"]) for entry in found.folders] == [("/g", ".")]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("config.ssh.max_tries = 5", "config.ssh.max_tries has no effect any more"),
        ('config.vm.name = "x"', "config.vm.name has no effect any more"),
        ("config.vm.network :other", "network 'other': unknown in version 1"),
        ("config.other.key = 1", "config.other: unknown in a configuration of version 1"),
    ],
)
def test_what_has_no_effect_any_more_is_a_notice(read, line, what):
    assert what in read(v1(line)).notices[0][1]


def test_a_key_that_it_never_had_is_an_error(machine):
    with pytest.raises(SeraiError) as caught:
        machine(v1("config.vm.hostnam = 1"))

    assert "has no 'hostnam'" in caught.value.message
