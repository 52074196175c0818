"""A network with machines of several providers: who makes its bridge, how the others join it, and who cannot."""

from __future__ import annotations

import msgspec
import pytest

from serai.plan.shared import INHIBIT, Shared, as_seen_by, refusals, shared
from serai.spec.machine import Project
from serai.spec.network import Network


def project(networks=None, uri=None, **machines):
    """Name of a machine -> its provider; all are on `back`."""
    own = {"libvirt": {"uri": uri}} if uri else {}
    made = {
        name: {
            "name": name,
            "provider": provider,
            "networks": [{"private": {"network": "back"}}],
            "providers": own if provider == "libvirt" else {},
        }
        for name, provider in machines.items()
    }
    return msgspec.convert({"project": "shop", "machines": made, "networks": networks or {}}, Project)


def test_a_network_of_one_provider_is_its_own():
    assert shared(project(web="libvirt", db="libvirt"), "a1") == {}


@pytest.mark.parametrize(
    ("machines", "maker"),
    [
        ({"web": "docker", "db": "libvirt"}, "libvirt"),
        ({"web": "docker", "box": "lxc", "db": "libvirt"}, "libvirt"),
        ({"web": "docker", "box": "lxc"}, "lxc"),
    ],
)
def test_libvirt_makes_the_bridge_else_lxc_does(machines, maker):
    found = shared(project(**machines), "a1")["back"]

    assert found.maker == maker
    assert found.bridge.startswith("serai-") and len(found.bridge) == 14
    assert shared(project(**machines), "a2")["back"].bridge != found.bridge


def test_a_stated_bridge_is_taken_and_one_of_the_host_is_nobodys_to_make():
    stated = {"back": {"bridge": "shop0"}}
    hosts = {"back": {"bridge": "br0", "mode": "bridge"}}

    assert shared(project(stated, web="lxc", db="libvirt"), "a1")["back"] == Shared("libvirt", "shop0")
    assert shared(project(hosts, web="lxc", db="libvirt"), "a1")["back"] == Shared("", "br0")


def test_each_provider_sees_it_as_it_makes_or_joins_it():
    networks = {"back": Network(subnet="10.40.0.0/24"), "own": Network(subnet="10.41.0.0/24")}
    known = {"back": Shared("libvirt", "serai-0a1b2c3d")}

    assert as_seen_by("libvirt", networks, known)["back"].bridge == "serai-0a1b2c3d"
    assert as_seen_by("lxc", networks, known)["back"].external == "serai-0a1b2c3d"
    docker = as_seen_by("docker", networks, known)["back"]
    assert (docker.bridge, docker.gateway, docker.options) == ("serai-0a1b2c3d", "10.40.0.1", {INHIBIT: "true"})
    assert as_seen_by("docker", networks, known)["own"] == networks["own"]


@pytest.mark.parametrize(
    ("machines", "said", "way"),
    [
        (
            {"web": "docker", "db": "qemu"},
            "db: networks.back: provider qemu cannot share it with web: its private networks are between QEMUs",
            "provider: libvirt",
        ),
        ({"web": "podman", "db": "libvirt"}, "web: networks.back: provider podman", "provider: docker"),
        ({"web": "acme", "db": "lxc"}, "acme has no bridge that others can join", "provider: libvirt"),
    ],
)
def test_who_cannot_join_is_refused_with_the_way_that_can(machines, said, way):
    (error,) = refusals(project(**machines))

    assert said in error.message
    assert error.hint == way


@pytest.mark.parametrize("uri", ["qemu:///session", "qemu+ssh://root@far/system"])
def test_a_libvirt_that_has_no_bridge_here_is_refused(uri):
    (error,) = refusals(project(uri=uri, web="lxc", db="libvirt"))

    assert f"db: {uri} has no bridge on this host" in error.message
    assert refusals(project(uri=uri, db="libvirt")) == []


def test_a_network_of_one_engines_cannot_have_others_on_it():
    (error,) = refusals(project({"back": {"external": "net7"}}, web="lxc", db="libvirt"))

    assert "a network of one engine's" in error.message


@pytest.mark.parametrize(
    "machines",
    [{"web": "qemu", "db": "qemu"}, {"web": "lxc", "db": "libvirt", "c": "docker"}, {"a": "fake", "b": "qemu"}],
)
def test_what_can_be_is_not_refused(machines):
    assert refusals(project(**machines)) == []
