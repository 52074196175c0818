"""docker and podman in the guest: what is pulled, built and run."""

from __future__ import annotations

import pytest

from serai.util.errors import SeraiError


def options(machine, lines):
    return machine(f'config.vm.provision("docker") {{ |d|\n{lines}\n}}').provisioners[0].options


def test_images_are_listed_once(machine):
    assert options(machine, 'd.images = ["a", "b"]; d.pull_images "b", :c')["images"] == ["a", "b", "c"]
    assert options(machine, 'd.images = "a"')["images"] == ["a"]
    assert "images" in options(machine, "")


def test_a_container_has_all_its_defaults(machine):
    found = options(machine, 'd.run "db", image: "postgres"\nd.run "web", daemonize: false')

    assert found["run"] == [
        {"name": "db", "image": "postgres", "auto_assign_name": True, "daemonize": True, "restart": "always"},
        {"name": "web", "image": "web", "auto_assign_name": True, "daemonize": False, "restart": "always"},
    ]


def test_what_runs_after_the_installation_is_a_provisioner(machine):
    found = options(
        machine, 'd.post_install_provision "x", type: "shell", inline: "echo"\nd.build_image "/a", args: "b"'
    )

    assert found["post_install_provision"] == {"type": "shell", "name": "x", "options": {"inline": "echo"}}
    assert found["build_image"] == [{"path": "/a", "args": "b"}]


def test_scopes_are_joined_by_the_containers_name(read):
    found = (
        read(
            'config.vm.provision("d", type: "docker") { |d| d.run "db", image: "x"; d.pull_images "a" }\n'
            'config.vm.define("m") { |m|\n'
            ' m.vm.provision("d", type: "docker") { |d| d.run "db", cmd: "c"; d.run "w" } }'
        )
        .machines["m"]
        .provisioners[0]
        .options
    )

    assert [(run["name"], run["image"], run.get("cmd")) for run in found["run"]] == [
        ("db", "x", "c"),
        ("w", "w", None),
    ]
    assert found["images"] == ["a"]


def test_a_container_without_a_name_is_an_error(machine):
    with pytest.raises(SeraiError) as caught:
        options(machine, 'd.run image: "x"')

    assert "run needs the name of a container" in caught.value.message
