"""Hosts of containers: what the plans hold, on each kind of host."""

from __future__ import annotations

import pytest

from serai.host.setup.asked import Asked
from serai.host.setup.containers import docker, lxc, podman, subids
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}
ANN = Asked(user="ann")


def titles(planned):
    return [change.title() for change in planned.changes]


def test_lxc_comes_with_its_bridge_and_ids(tmp_path):
    assert titles(lxc(facts(host(tmp_path, DEBIAN)), ANN))[1:] == [
        "enable and start lxc-net.service",
        "add to /etc/subuid: ann:100000:65536",
        "add to /etc/subgid: ann:100000:65536",
    ]


def test_where_the_package_leaves_the_bridge_off_it_is_switched_on(tmp_path):
    planned = lxc(facts(host(tmp_path, {"ID": "arch"}, "pacman")), Asked())
    assert "write /etc/default/lxc-net" in titles(planned)


def test_the_bridge_is_made_by_the_program_that_is_there(tmp_path):
    place = "usr/lib/x86_64-linux-gnu/lxc/lxc-net"
    planned = lxc(facts(host(tmp_path, DEBIAN, files={place: ""})), Asked())
    assert planned.changes[1].start == (f"/{place}", "start")


def test_who_joins_docker_is_told_what_that_means(tmp_path):
    planned = docker(facts(host(tmp_path, DEBIAN)), ANN)
    assert planned.notes == ("who is in the group docker is root on this host: ann will be",)
    assert titles(planned)[-1] == "add ann to the group docker"
    assert docker(facts(host(tmp_path, DEBIAN)), Asked()).notes == ()


def test_podman_needs_no_service(tmp_path):
    planned = podman(facts(host(tmp_path, DEBIAN)), ANN)
    assert titles(planned)[1:] == ["add to /etc/subuid: ann:100000:65536", "add to /etc/subgid: ann:100000:65536"]


@pytest.mark.parametrize(
    ("there", "line"),
    [
        ("bob:100000:65536\n", "ann:165536:65536"),
        ("bob:231072:65536\neve:100000:65536\n", "ann:296608:65536"),
        ("odd\nbob:x:y\n", "ann:100000:65536"),
        ("ann:200000:65536\n", ""),
    ],
)
def test_ids_are_given_behind_those_of_others(tmp_path, there, line):
    files = {"etc/subuid": there, "etc/subgid": there}
    found = [change.lines for change in subids(facts(host(tmp_path, DEBIAN, files=files)), ANN)]
    assert found == ([(line,), (line,)] if line else [])
