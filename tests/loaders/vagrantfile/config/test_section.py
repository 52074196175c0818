"""A section is set, read and called as Ruby does it, and says what it did not know."""

from __future__ import annotations


def test_what_was_set_is_read_again_and_what_was_not_is_vagrants_mark(machine):
    found = machine(
        'config.vm.box = "b"\nconfig.vm.hostname = config.vm.box\nconfig.vm.guest = config.vm.communicator'
    )

    assert found.sections["vm"]["hostname"] == "b"
    assert found.sections["vm"]["guest"] == "__UNSET__VALUE__"


def test_the_place_that_set_a_key_last_is_kept(machine):
    found = machine('config.vm.box = "a"\nconfig.vm.box = "b"')

    assert str(found.stated["vm.box"]).startswith("Vagrantfile:3")
    assert "vm.boot_timeout" not in found.stated


def test_an_unknown_key_is_noted_and_swallowed(machine):
    found = machine('config.vm.memroy = 1\nconfig.ssh.nothing.at.all(1) { }\nconfig.vm.box = "b"')

    assert [(name, str(where)[:13]) for name, where in sorted(found.unknown.items())] == [
        ("ssh.nothing", "Vagrantfile:3"),
        ("vm.memroy", "Vagrantfile:2"),
    ]
    assert found.sections["vm"]["box"] == "b"


def test_a_plugins_namespace_keeps_what_is_set_and_what_is_called(machine):
    found = machine(
        'config.hostmanager.enabled = true\nconfig.bindfs.bind_folder "/a", "/b", group: "g"\nconfig.env.enable\n'
        "config.hostmanager.ip_resolver = proc { |vm| vm }\n"
        "config.hostmanager.manage_host = config.hostmanager.enabled"
    )

    assert found.sections["hostmanager"] == {
        "enabled": True,
        "ip_resolver": "(a block)",
        "manage_host": True,
    }
    assert found.sections["bindfs"]["bind_folder"] == [["/a", "/b", {"group": "g"}]]
    assert found.sections["env"]["enable"] == [[]]
    assert found.unknown == {}


def test_scopes_are_joined_without_changing_each_other(read):
    machines = read(
        'config.ssh.username = "outer"\nconfig.vm.define("a") { |a| a.ssh.username = "a" }\nconfig.vm.define "b"'
    ).machines

    assert machines["a"].sections["ssh"]["username"] == "a"
    assert machines["b"].sections["ssh"]["username"] == "outer"


def test_a_value_can_be_changed_in_place(machine):
    found = machine('config.vm.box_url = []\nconfig.vm.box_url << "http://a" << "http://b"')

    assert found.sections["vm"]["box_url"] == ["http://a", "http://b"]


def test_asking_whether_a_key_is_there_is_answered(machine):
    found = machine(
        'config.vm.hostname = "yes" if config.vm.respond_to?(:box)\n'
        'config.vm.guest = "no" if config.vm.respond_to?(:no_such_key)'
    )

    assert found.sections["vm"]["hostname"] == "yes"
    assert "guest" not in found.sections["vm"]
