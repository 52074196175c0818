"""A provisioner takes what its calls say, the block after the options, the inner scope over the outer."""

from __future__ import annotations


def test_with_a_type_the_first_argument_is_the_name(machine):
    named, plain = machine(
        'config.vm.provision "n", type: "shell", inline: "x"\nconfig.vm.provision :shell, inline: "y"'
    ).provisioners

    assert (named.name, named.type, plain.name, plain.type) == ("n", "shell", None, "shell")


def test_the_block_counts_more_than_the_options(machine):
    found = machine('config.vm.provision("shell", inline: "a", args: 1) { |s| s.inline = "b" }').provisioners[0]

    assert (found.options["inline"], found.options["args"]) == ("b", "1")


def test_what_is_every_provisioners_is_not_among_the_types_options(machine):
    found = machine(
        'config.vm.provision "n", type: "shell", inline: "x", run: "never", preserve_order: true, '
        "communicator_required: false, before: :all"
    ).provisioners[0]

    assert (found.run, found.preserve_order, found.communicator_required, found.before) == (
        "never",
        True,
        False,
        "all",
    )
    assert not {"run", "preserve_order", "before", "type"} & set(found.options)


def test_a_second_call_of_the_name_adds_to_the_first(machine):
    found = machine(
        'config.vm.provision "n", type: "shell", inline: "x"\nconfig.vm.provision "n", type: "shell", args: "y"'
    ).provisioners

    assert [(entry.options["inline"], entry.options["args"]) for entry in found] == [("x", "y")]


def test_a_file_can_read_what_it_defined(machine):
    found = machine(
        'config.vm.provision "n", type: "shell", inline: "x"\n'
        "config.vm.hostname = config.vm.provisioners.first.name"
    )

    assert found.sections["vm"]["hostname"] == "n"


def test_a_plugins_provisioner_takes_any_option(machine):
    found = machine('config.vm.provision :reload\nconfig.vm.provision("host_shell", inline: "x")').provisioners

    assert [(entry.type, entry.options) for entry in found] == [("reload", {}), ("host_shell", {"inline": "x"})]
