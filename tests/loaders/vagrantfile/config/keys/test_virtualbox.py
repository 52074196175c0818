"""VirtualBox's block is a list of calls of VBoxManage, in which memory and cpus take their place."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.keys.virtualbox import place_of


def test_shortcuts_are_calls(machine):
    found = machine(
        'config.vm.provider("virtualbox") { |v|\n v.memory = "1024"\n'
        ' v.customize ["modifyvm", :id, "--ioapic", "on"]\n v.cpus = "2"\n'
        ' v.customize "post-boot", ["controlvm", :id, "x"]\n v.customize "pre-boot", ["a", :nat] }'
    ).providers["virtualbox"]

    assert found["customize"] == [
        ["modifyvm", ":id", "--memory", "1024"],
        ["modifyvm", ":id", "--ioapic", "on"],
        ["modifyvm", ":id", "--cpus", 2],
        ["post-boot", ["controlvm", ":id", "x"]],
        ["a", "nat"],
    ]


def test_memory_cannot_be_read_as_it_cannot_there(machine):
    found = machine("config.vm.provider(:virtualbox) { |v| v.memory = 1; v.name = 'x' if v.memory }")

    assert list(found.unknown) == ["virtualbox.memory"]


def test_adapters_are_by_slot(machine):
    found = machine("config.vm.provider(:virtualbox) { |v| v.network_adapter 2, :hostonly, auto_config: false }")

    assert found.providers["virtualbox"] == {
        "network_adapter": {"1": ["nat", {}], "2": ["hostonly", {"auto_config": False}]}
    }


def test_a_command_that_is_no_list_is_kept_as_it_is(machine):
    found = machine("config.vm.provider(:virtualbox) { |v| v.customize 5 }")

    assert found.providers["virtualbox"] == {"customize": [5]}


def test_a_shortcut_has_its_place(machine):
    found = machine("config.vm.box = 'b'\nconfig.vm.provider(:virtualbox) { |v| v.memory = 1 }")

    assert str(found.provider_places["virtualbox"]["customize"]).startswith("Vagrantfile:3")


def test_each_call_has_a_place_of_its_own(machine):
    found = machine(
        'config.vm.provider("virtualbox") { |v|\n v.customize ["modifyvm", :id, "--pae", "on"]\n'
        ' v.cpus = 2\n v.customize "post-boot", ["controlvm", :id, "x"] }'
    )

    places = found.provider_places["virtualbox"]
    assert [places[place_of(call)].line for call in found.providers["virtualbox"]["customize"]] == [3, 4, 5]
