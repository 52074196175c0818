"""`config.vm`: each of its methods, and how scopes of it are joined."""

from __future__ import annotations


def test_machines_of_a_name_are_one(read):
    machines = read(
        'config.vm.define("m", autostart: false) { |m| m.vm.box = "a" }\nconfig.vm.define("n")\n'
        'config.vm.define(:m) { |m| m.vm.hostname = "h" }'
    ).machines

    assert list(machines) == ["m", "n"]
    assert machines["m"].autostart is False
    assert (machines["m"].sections["vm"]["box"], machines["m"].sections["vm"]["hostname"]) == ("a", "h")


def test_equal_ports_are_one_and_other_networks_add_up(read):
    found = read(
        "config.vm.network :forwarded_port, guest: 80, host: 8080, auto_correct: true\n"
        'config.vm.network :private_network, ip: "10.0.0.1"\n'
        "config.vm.define('m') { |m|\n m.vm.network :forwarded_port, guest: 81, host: 8080\n"
        ' m.vm.network :private_network, ip: "10.0.0.2"\n}'
    ).machines["m"]

    assert [
        (entry.type, entry.options.get("guest"), entry.options.get("ip")) for entry in found.networks[:-1]
    ] == [
        ("forwarded_port", 81, None),
        ("private_network", None, "10.0.0.1"),
        ("private_network", None, "10.0.0.2"),
    ]
    assert "auto_correct" not in found.networks[0].options


def test_folders_are_one_by_the_guests_path(read):
    found = read(
        'config.vm.synced_folder "a", "/x", type: "nfs", owner: "me"\n'
        'config.vm.define("m") { |m| m.vm.synced_folder "b", "/x", group: "g" }'
    ).machines["m"]

    assert [(entry.id, entry.type) for entry in found.folders] == [("/x", "nfs"), ("/vagrant", "")]
    assert found.folders[0].options == {
        "hostpath": "b",
        "guestpath": "/x",
        "owner": "me",
        "group": "g",
        "disabled": False,
    }


def test_nfs_true_is_the_type(machine):
    assert machine('config.vm.synced_folder "a", "/a", nfs: true').folders[0].type == "nfs"


def test_a_named_provisioner_moves_to_the_inner_place_unless_it_keeps_its_order(read):
    machines = read(
        'config.vm.provision "a", type: "shell", inline: "outer"\n'
        'config.vm.provision "b", type: "shell", inline: "b"\n'
        'config.vm.define("m") { |m| m.vm.provision "a", type: "shell", args: "x" }\n'
        'config.vm.define("n") { |n| n.vm.provision "a", type: "shell", args: "x", preserve_order: true }'
    ).machines

    assert [entry.name for entry in machines["m"].provisioners] == ["b", "a"]
    assert [entry.name for entry in machines["n"].provisioners] == ["a", "b"]
    assert machines["m"].provisioners[1].options["inline"] == "outer"


def test_only_the_overrides_of_the_provider_count(read):
    text = (
        'config.vm.provider(:libvirt) { |v, o| o.vm.box = "l" }\n'
        'config.vm.provider(:virtualbox) { |v, o| o.vm.box = "v"; v.gui = true }'
    )

    assert read(text).machines["default"].sections["vm"]["box"] == "l"
    assert read(text, provider="virtualbox").machines["default"].sections["vm"]["box"] == "v"


def test_cloud_init_is_given_by_options_or_by_a_block(machine):
    found = machine(
        'config.vm.cloud_init content_type: "text/cloud-config", inline: "x"\n'
        'config.vm.cloud_init(:user_data) { |c| c.content_type = "text/jinja2"; c.path = "p" }\n'
        'config.vm.cloud_init contents: "x"'
    )

    assert [(entry.type, entry.options) for entry in found.cloud_inits] == [
        ("user_data", {"content_type": "text/cloud-config", "inline": "x"}),
        ("user_data", {"content_type": "text/jinja2", "path": "p"}),
        ("user_data", {}),
    ]
    assert list(found.unknown) == ["vm.cloud_init.contents"]


def test_what_is_defined_can_be_read_again(machine):
    found = machine(
        'config.vm.network :private_network, ip: "10.0.0.1"\nconfig.vm.synced_folder "a", "/a"\n'
        "config.hostmanager.networks = config.vm.networks.map { |type, options| options[:ip] }\n"
        "config.hostmanager.folders = config.vm.synced_folders.keys\n"
        "config.vm.define :x, primary: true\nconfig.hostmanager.machines = config.vm.defined_vm_keys\n"
        "config.hostmanager.options = config.vm.defined_vms"
    ).sections["hostmanager"]

    assert found == {
        "networks": ["10.0.0.1"],
        "folders": ["/a"],
        "machines": ["x"],
        "options": {"x": {"primary": True}},
    }


def test_a_disk_keeps_what_it_was_given(machine):
    found = machine('config.vm.disk :disk, name: "d", size: "1GB", libvirt__bus: "scsi"').disks[0]

    assert (found.type, found.id, found.options) == (
        "disk",
        "d",
        {"name": "d", "size": "1GB", "libvirt__bus": "scsi"},
    )
