"""What is refused, each by its key, with the way out."""

from __future__ import annotations

import os

import pytest

from serai.providers.nspawn import place
from serai.providers.nspawn.check import REFUSED, check
from serai.spec.container import Container
from serai.spec.container_parts import Ulimit, Volume
from serai.spec.disk import Disk
from serai.spec.machine import Machine
from serai.spec.network import Nic, PrivateNic
from serai.spec.raw import NspawnRaw, Raw

SHARED = Volume(source="/a", target="/d", propagation="rslave")


@pytest.fixture
def said(scope, monkeypatch, tmp_path):
    """Keys that are refused of a machine, on a host with systemd or without."""
    monkeypatch.setattr(place.shutil, "which", lambda name: "/usr/bin/systemd-nspawn")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def of(*, systemd: bool = True, box: Container | None = None, **fields: object) -> list[str]:
        monkeypatch.setattr(place, "BOOTED", tmp_path if systemd else tmp_path / "none")
        given = {"name": "web", "image": "debian:12", "container": box, **fields}
        errors = check(Machine(**given), scope)
        assert all(error.hint for error in errors)
        return [error.message.removeprefix(f"{given['name']}: ").partition(":")[0] for error in errors]

    return of


def test_a_plain_one_is_taken(said):
    assert said() == []
    assert said(box=Container(cmd=["/app"], user="anna", init=True, restart="always")) == []


def test_it_is_made_from_one_thing(said):
    assert said(image=None) == ["container.rootfs"]
    assert said(box=Container(rootfs="./no")) == ["container.rootfs"]
    assert said(image=None, box=Container(rootfs="./no")) == ["container.rootfs"]
    assert said(image=None, box=Container(template="busybox")) == ["container.template"]


@pytest.mark.parametrize(
    ("box", "key"),
    [
        (Container(unprivileged=True), "container.unprivileged"),
        (Container(nesting=True), "container.nesting"),
        (Container(gpus=None, labels={"a": "b"}), "container.labels"),
        (Container(security_opt=["seccomp=x"]), "container.security_opt"),
        (Container(volumes=[Volume(name="data", target="/d")]), "container.volumes"),
        (
            Container(volumes=[Volume(source="/a", target="/d", propagation="rslave")]),
            "container.volumes.propagation",
        ),
        (Container(ulimits={"nothing": Ulimit(soft=1, hard=1)}), "container.ulimits"),
        (Container(cmd=["a\nb"]), "container.cmd"),
        (Container(env={"A": "b\nc"}), "container.env"),
        (Container(user="anna"), "container.user"),
        (Container(network_mode="machine:db"), "container.network_mode"),
    ],
)
def test_what_it_has_not_is_refused_by_its_key(said, box, key):
    assert said(box=box) == [key]


def test_what_only_systemd_does_is_refused_without_it(said):
    own = Raw(nspawn=NspawnRaw(autostart=True))

    assert said(systemd=False, box=Container(restart="always"), providers=own) == [
        "container.restart",
        "providers.nspawn.autostart",
    ]
    private = [Nic(private=PrivateNic(network="back"))]
    assert "providers.nspawn.autostart" in said(providers=own, networks=private)


@pytest.mark.parametrize("name", ["web_1", "a..b", "a.-b", "a-.b"])
def test_a_name_that_no_host_could_have_is_refused(said, name):
    assert said(name=name) == ["name"]


@pytest.mark.parametrize("name", ["web-1", "a.b", "a--b", "1", "Web"])
def test_the_name_of_a_host_is_taken(said, name):
    assert said(name=name) == []


def test_the_rest(said):
    assert said(name="w" * 60) == ["name"]
    assert said(disks={"data": Disk(size=1 << 30)}) == ["disks"]
    assert said(providers=Raw(nspawn=NspawnRaw(settings={"Exce": {"A": ["b"]}}))) == ["providers.nspawn.settings"]
    assert all(why and way for why, way in REFUSED.values())


def test_a_host_that_has_none_says_so_alone(said, monkeypatch):
    monkeypatch.setattr(place.shutil, "which", lambda name: None)
    assert said(box=Container(unprivileged=True)) == ["systemd-nspawn is not installed"]
