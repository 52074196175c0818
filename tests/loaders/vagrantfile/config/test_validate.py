"""What Vagrant refuses is refused, with its place."""

from __future__ import annotations

import pytest

BOX = 'config.vm.box = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("config.ssh.port = 1", "Vagrantfile:1: machine default: it has no box"),
        ('config.vm.box = ""', "its box is empty"),
        (BOX + 'config.vm.clone = "x"', "both a box and a clone"),
        (BOX + 'config.vm.hostname = "-x"', "hostname '-x' cannot be one"),
        (BOX + 'config.vm.box_version = "about 1"', "box_version 'about 1' is no constraint"),
        (BOX + 'config.vm.box_download_checksum = "x"', "needs both its value and its type"),
        (BOX + 'config.vm.allow_hosts_modification = "no"', "is not true or false"),
        (BOX + 'config.vm.define "a/b"', "a name cannot have any of"),
        (BOX + "config.vm.network :privat_network", "no network type 'privat_network'"),
        (BOX + "config.vm.network :forwarded_port, guest: 80", "needs both guest: and host:"),
        (BOX + "config.vm.network :forwarded_port, guest: 80, host: 70000", "70000 is no port"),
        (BOX + 'config.vm.network :forwarded_port, guest: 1, host: 9\n'
         'config.vm.network :forwarded_port, guest: 2, host: 9, id: "x"', "host port 9 (tcp) is forwarded twice"),
        (BOX + 'config.vm.network :private_network, type: "static"', "needs an ip"),
        (BOX + 'config.vm.network :private_network, hostname: true', "a network with hostname needs an ip"),
        (BOX + 'config.vm.network :private_network, hostname: true, ip: "10.0.0.1"\n'
         'config.vm.network :private_network, hostname: true, ip: "10.0.0.2"', "more than one network sets"),
        (BOX + 'config.vm.synced_folder "gone", "/x"', "the folder 'gone' is not there"),
        (BOX + 'config.vm.synced_folder "~nobody-here/x", "/x"', "Vagrantfile:3:13: machine default: the folder "
         "'~nobody-here/x' is not there"),
        (BOX + 'config.vm.synced_folder "a" * 300, "/x"', f"the folder '{'a' * 300}' is not there"),
        (BOX + 'config.vm.synced_folder ".", "x"', "path in the guest is relative"),
        (BOX + 'config.vm.synced_folder ".", "/x"\nconfig.vm.synced_folder ".", "/x/"', "two folders are at /x"),
        (BOX + 'config.vm.synced_folder ".", "/x", type: "nfs", owner: "me"', "do nothing on NFS"),
        (BOX + 'config.vm.synced_folder ".", "/x", mount_options: "ro"', "mount_options is not a list"),
        (BOX + 'config.vm.synced_folder ".", ""', "needs a path in the guest"),
        (BOX + 'config.vm.disk :disk, name: "d"', "disk 'd' has no size"),
        (BOX + 'config.vm.disk :dvd, name: "d"', "dvd 'd' has no file"),
        (BOX + 'config.vm.disk :disc, name: "d"', "no disk type 'disc'"),
        (BOX + 'config.vm.disk :disk, size: "1GB"', "a disk needs a name"),
        (BOX + 'config.vm.disk :disk, size: 1, name: "d"\nconfig.vm.disk :disk, size: 1, name: "d"',
         "two disks 'd'"),
        (BOX + 'config.vm.disk :disk, size: 1, primary: true\nconfig.vm.disk :disk, size: 1, primary: true',
         "more than one primary"),
        (BOX + 'config.vm.cloud_init inline: "x"', "has no content_type"),
        (BOX + 'config.vm.cloud_init content_type: "x/y"', "no content_type 'x/y'"),
        (BOX + 'config.vm.cloud_init :meta, content_type: "text/jinja2"', "knows user_data alone"),
        (BOX + 'config.vm.cloud_init content_type: "text/jinja2", path: "a", inline: "b"', "both path and inline"),
        (BOX + 'config.vm.cloud_init content_type: ["x"]', "no content_type ['x']"),
        (BOX + "config.vm.network :forwarded_port, guest: {}, host: { a: 1 }", "needs both guest: and host:"),
        (BOX + "config.vm.network :forwarded_port, guest: [1], host: { a: 1 }", "{'a': 1} is no port"),
        (BOX + 'config.vm.provision "nothing"', "there is no provisioner 'nothing'"),
        (BOX + 'config.vm.provision "shell", inline: "x", before: "y", after: "z"', "has both before and after"),
        (BOX + 'config.vm.provision "shell", inline: "x", before: "y"', "before names 'y', and there is none"),
        (BOX + 'config.vm.provision "shell", inline: "x", after: :y', "neither a name (a string), :each nor :all"),
        (BOX + 'config.vm.provision "a", type: "shell", inline: "x", after: :all\n'
         'config.vm.provision "b", type: "shell", inline: "x", after: "a"', "'a', which itself hangs on another"),
        (BOX + "config.ssh.usrname = 1", "ssh.usrname: unknown setting"),
        (BOX + 'config.vm.provision "shell", inlin: "x", inline: "x"', "shell.inlin: unknown setting"),
        (BOX + 'config.vm.provision "docker", imagse: ["a"]', "docker.imagse: unknown setting"),
        (BOX + 'config.vm.provision("docker") { |d| d.imagse = ["a"] }', "docker.imagse: unknown setting"),
        (BOX + "config.vm.provider(:libvirt) { |v| v.memroy = 1 }", "libvirt.memroy: unknown setting"),
    ],
)  # fmt: skip
def test_it_is_refused(refused, text, said):
    assert any(said in line for line in refused(text)), refused(text)


@pytest.mark.parametrize(
    "text",
    [
        BOX + "config.vm.provider(:virtualbox) { |v| v.memroy = 1 }",
        BOX + 'config.vm.synced_folder "gone", "/x", create: true',
        BOX + 'config.vm.synced_folder "gone", "/x", disabled: true',
        BOX + 'config.vm.synced_folder ".", "c:/x"',
        BOX + "config.strange.x = 1",
        BOX + 'config.vm.provision "reload"',
        BOX + 'config.vm.network :private_network, type: "dhcp"',
    ],
)
def test_it_is_not_refused(read, text):
    assert list(read(text, check=True).machines) == ["default"]


def test_what_all_machines_share_is_told_once_per_machine_name_at_most(refused):
    lines = refused('config.vm.box = "b"\nconfig.ssh.nope = 1\nconfig.vm.define "a"\nconfig.vm.define "b"')

    assert len(lines) == 1
    assert lines[0].startswith("Vagrantfile:3")


def test_a_container_needs_no_box(read):
    config = read('config.vm.provider(:docker) { |d| d.image = "x" }', provider="docker", check=True)

    assert config.machines["default"].provider == "docker"
