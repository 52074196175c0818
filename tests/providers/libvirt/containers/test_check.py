"""What libvirt's containers refuse, and what they can do."""

from __future__ import annotations

import msgspec
import pytest

from serai.providers.contract import Feature
from serai.providers.libvirt.containers import check
from serai.providers.libvirt.containers.check import ELSEWHERE, HERE, capabilities
from serai.spec.container import Container
from serai.spec.machine import Machine
from serai.util.errors import Code, SeraiError

URI = "lxc:///"


@pytest.fixture(autouse=True)
def there(monkeypatch):
    """A libvirt that answers."""
    monkeypatch.setattr(check, "opened", lambda uri: None)


def refused(pretended, **spec):
    machine = msgspec.convert({"name": "web", "provider": "libvirt", **spec}, Machine)
    return {error.message: error for error in check.check(pretended.scope, machine, URI)}


def test_a_root_filesystem_or_an_image_is_enough(pretended):
    (pretended.scope.root / "root").mkdir()

    assert refused(pretended, image="debian:12", container={"pids": None}) == {}
    assert refused(pretended, container={"rootfs": "./root", "cmd": ["/bin/sh"]}) == {}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "container.rootfs: there is nothing to make it from"),
        ({"image": "tiny", "container": {"rootfs": "x"}}, "container.rootfs: image says already"),
        ({"container": {"rootfs": "./none"}}, "none is not there"),
        ({"image": "tiny", "container": {"pids": 9}}, "container.pids: libvirt's driver of containers has none"),
        ({"image": "tiny", "container": {"template": "busybox"}}, "container.template: "),
        ({"image": "tiny", "container": {"nesting": True}}, "container.nesting: "),
        (
            {"image": "tiny", "container": {"idmap": [{"kind": "u", "host": 100000, "size": 9}]}},
            "container.idmap: libvirt wants its root mapped",
        ),
        ({"image": "tiny", "container": {"volumes": [{"target": "/a"}]}}, "no volumes of containers (/a)"),
        ({"image": "tiny", "container": {"tmpfs": ["/run:size=1m"]}}, "container.tmpfs: "),
        ({"image": "tiny", "container": {"network_mode": "host"}}, "libvirt has no mode host"),
        ({"image": "tiny", "networks": [{"forwarded_port": {"guest": 80, "host": 8080}}]}, "forwards no ports"),
        ({"image": "tiny", "networks": [{"uplink": {"type": "user"}}]}, "user is QEMU's"),
        ({"image": "tiny", "networks": [{"public": {"tap": "tap0"}}]}, "a container has a veth pair"),
        ({"image": "tiny", "firmware": "uefi"}, "firmware: a container runs on the host's kernel"),
        ({"image": "tiny", "disks": {"data": {"size": 1 << 30}}}, "disks: "),
        (
            {
                "image": "tiny",
                "synced_folders": [{"source": ".", "target": "/x", "type": "rsync", "delete": True}],
            },
            "synced_folders.delete: ",
        ),
    ],
)
def test_what_cannot_be_is_said_before(pretended, spec, said):
    found = refused(pretended, **spec)

    (message,) = (each for each in found if said in each)
    assert message.startswith("web: ")
    assert found[message].hint


def test_the_tables_name_keys_that_there_are():
    assert {*HERE, *ELSEWHERE} <= set(Container.__struct_fields__)


def test_another_architecture_is_refused(pretended):
    from serai.util.arch import host_arch

    other = "arm64" if host_arch() == "amd64" else "amd64"
    (message,) = refused(pretended, image="tiny", arch=other)
    assert message.startswith("web: arch: ")


def test_a_driver_that_is_not_there_is_named_with_its_package(pretended, monkeypatch):
    def away(uri: str) -> None:
        raise SeraiError(
            Code.NETWORK, f"libvirt at {uri} does not answer: no connection driver available for {uri}"
        )

    monkeypatch.setattr(check, "opened", away)
    (error,) = refused(pretended, image="tiny").values()
    assert "libvirt-daemon-driver-lxc" in error.hint

    monkeypatch.setattr(
        check, "opened", lambda uri: (_ for _ in ()).throw(SeraiError(Code.MISSING, "off", hint="start"))
    )
    (error,) = refused(pretended, image="tiny").values()
    assert error.hint == "start"


def test_one_on_another_host_is_refused(pretended):
    machine = Machine(name="web", image="tiny")
    (error,) = check.check(pretended.scope, machine, "lxc+ssh://root@host/")
    assert "on another" in error.message


def test_every_feature_is_there_or_has_a_reason(monkeypatch):
    found = capabilities(URI)
    assert found.has | found.why_not.keys() == set(Feature)
    assert {Feature.CONSOLE, Feature.SUSPEND, Feature.PRIVATE_NETWORK} <= found.has

    monkeypatch.setenv("PATH", "")
    assert "libvirt-clients" in capabilities(URI).why_not[Feature.CONSOLE]


def test_root_of_a_user_namespace_must_come_through_to_its_files(pretended, monkeypatch):
    monkeypatch.setattr(check, "closed", lambda place, user: place.parent.parent)

    found = refused(pretended, image="tiny", container={"idmap": [{"host": 100000, "size": 65536}]})

    ((said, error),) = found.items()
    assert "container.idmap: its root is user 100000 on this host, who cannot come through /" in said
    assert error.code is Code.REFUSED
    assert "chmod o+x /" in error.hint
