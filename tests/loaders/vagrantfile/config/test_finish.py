"""A machine is finished: what Vagrant adds by itself, defaults, providers, what nobody knows."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.finish import number


def test_ssh_is_forwarded_where_the_file_does_not_do_it(machine):
    assert [(entry.id, entry.options["host"]) for entry in machine('config.vm.box = "b"').networks] == [
        ("ssh", 2222)
    ]

    own = machine('config.vm.network :forwarded_port, guest: 22, host: 2299, id: "ssh"')
    assert [(entry.id, entry.options["host"]) for entry in own.networks] == [("ssh", 2299)]


def test_winrm_is_forwarded_where_it_is_spoken(machine):
    found = machine("config.vm.communicator = :winrm")

    assert [(entry.id, entry.options["host"]) for entry in found.networks] == [
        ("winrm", 55985),
        ("winrm-ssl", 55986),
        ("ssh", 2222),
    ]


@pytest.mark.parametrize(
    ("text", "guests"),
    [
        ("", ["/vagrant"]),
        ('config.vm.synced_folder "a", "/a"', ["/a", "/vagrant"]),
        ('config.vm.synced_folder ".", "/a"', ["/a"]),
        ('config.vm.synced_folder "a", "/vagrant"', ["/vagrant"]),
        ('config.vm.synced_folder "a", "/vagrant/"', ["/vagrant", "/vagrant"]),
    ],
)
def test_the_projects_directory_is_shared_unless_a_folder_stands_for_it(machine, text, guests):
    assert [entry.id for entry in machine('config.vm.box = "b"\n' + text).folders] == guests


def test_ports_are_numbers(machine):
    found = machine('config.vm.network "forwarded_port", guest: "80", host: "8080"').networks[0]

    assert (found.options["guest"], found.options["host"]) == (80, 8080)


@pytest.mark.parametrize(("text", "result"), [("80", 80), (" 12ab", 12), ("x", 0), ("", 0)])
def test_a_text_is_a_number_as_ruby_has_it(text, result):
    assert number(text) == result


def test_every_declared_provider_is_there_with_what_it_says(machine):
    found = machine(
        'config.vm.provider("virtualbox") { |v| v.gui = true }\n'
        "config.vm.provider(:libvirt) { |v| v.memory = 1 }\n"
        "config.vm.provider :docker"
    )

    assert found.declared == ["virtualbox", "libvirt", "docker"]
    assert found.providers == {"virtualbox": {"gui": True}, "libvirt": {"memory": 1}, "docker": {}}
    assert str(found.provider_places["libvirt"]["memory"]).startswith("Vagrantfile:3")


def test_what_nobody_knows_is_listed_with_its_place(machine):
    found = machine(
        "config.strange.key = 1\nconfig.vm.provider(:virtualbox) { |v| v.memroy = 1 }\n"
        'config.vm.provision "shell", inlin: "x"'
    )

    assert sorted(found.unknown) == ["provision shell.inlin", "strange", "virtualbox.memroy"]
    assert str(found.unknown["virtualbox.memroy"]).startswith("Vagrantfile:3")


@pytest.mark.parametrize(
    ("text", "port"), [(" 80x", 80), ("x", 0), ("8²", 8), ("٣", 0), ("9" * 10_000, 999999999999999999)]
)
def test_a_port_that_is_a_text_is_read_as_ruby_does(machine, text, port):
    found = machine(f'config.vm.network :forwarded_port, guest: "{text}", host: 8080')

    assert found.networks[0].options["guest"] == port


def test_a_disks_name_is_one_for_a_file(machine):
    found = machine(
        'config.vm.disk :disk, size: "1GB", name: "my data"\nconfig.vm.disk :disk, size: "9GB", primary: true\n'
        'config.vm.disk :disk, size: "2GB"'
    )

    assert [entry.id for entry in found.disks] == ["my_data", "vagrant_primary", ""]


def test_sections_that_say_nothing_have_their_defaults(machine):
    found = machine('config.vm.box = "b"')

    assert found.sections["winrm"]["port"] == 5985
    assert found.sections["vm"]["boot_timeout"] == 300
    assert "hostname" not in found.sections["vm"]


def test_updates_are_not_looked_for_where_the_environment_says_so(machine):
    quiet = {"HOME": "/nonexistent", "VAGRANT_BOX_UPDATE_CHECK_DISABLE": "1"}

    assert machine('config.vm.box = "b"', environ=quiet).sections["vm"]["box_check_update"] is False
    assert machine("config.vm.box_check_update = true", environ=quiet).sections["vm"]["box_check_update"] is True
