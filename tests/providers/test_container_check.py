"""What engines without images refuse, with the engine's name and a way out each."""

from __future__ import annotations

import pytest

from serai.providers import bridges, container_check
from serai.providers.contract import Scope
from serai.spec.container import Container
from serai.spec.folder import FolderType, SyncedFolder
from serai.spec.machine import Machine
from serai.spec.network import ForwardedPort, Nic, PublicNic, UplinkNic, UplinkType
from serai.util.errors import Code, SeraiError

NONE = Nic(uplink=UplinkNic(type=UplinkType.NONE))


def test_every_refusal_names_the_engine_and_a_way_out():
    table = container_check.refusals("X", "leave it, says X")

    assert table["build"][0] == "X builds no images"
    assert table["health"][1] == "ready: {command: …}"
    assert table["tty"][1] == "leave it, says X"
    assert all("{engine}" not in why + way for why, way in table.values())


def test_an_error_has_the_machines_name_once():
    machine = Machine(name="web")
    error = container_check.named(machine, SeraiError(Code.INPUT, "a: b", hint="c"))

    assert (error.message, error.hint) == ("web: a: b", "c")
    assert container_check.named(machine, error) is error


def test_a_root_filesystem_that_is_stated_must_be_there(tmp_path):
    scope = Scope(project="shop", project_id="t1", root=tmp_path, home=tmp_path)
    (tmp_path / "tree").mkdir()

    assert [*container_check.rootfs(Container(rootfs="./tree"), scope)] == []
    assert [*container_check.rootfs(Container(rootfs="oci:./no"), scope)] == []
    assert len([*container_check.rootfs(Container(rootfs="./no"), scope)]) == 1


@pytest.mark.parametrize(
    ("nic", "key"),
    [
        (Nic(uplink=UplinkNic(type=UplinkType.USER)), "networks.uplink.type"),
        (Nic(uplink=UplinkNic(network_name="no-such")), "networks.uplink"),
        (Nic(public=PublicNic(dev="no-such")), "networks[1].public.dev"),
        (Nic(public=PublicNic(bridge="no-such")), "networks[1].public.bridge"),
        (Nic(public=PublicNic()), "networks[1].public"),
        (Nic(public=PublicNic(dev="lo", tap="t0")), "networks[1].public.tap"),
    ],
)
def test_cards_that_cannot_be_are_refused(nic, key, monkeypatch, tmp_path):
    (tmp_path / "lo").mkdir()
    monkeypatch.setattr(bridges, "NET", tmp_path)  # a host of which /sys is not to be seen has not even that
    nics = [nic] if nic.uplink else [NONE, nic]

    (error,) = container_check.networks(Machine(name="web", networks=nics), "X")

    assert error.message.startswith(f"{key}: ")


def test_a_container_with_the_hosts_network_forwards_nothing(monkeypatch):
    monkeypatch.setattr(bridges, "uplink", lambda stated="": "lxcbr0")
    nics = [Nic(forwarded_port=ForwardedPort(guest=80, host=8080))]
    machine = Machine(name="web", networks=nics, container=Container(network_mode="host"))

    assert [error.message for error in container_check.networks(machine, "X")] == [
        "networks[0].forwarded_port: its ports are the host's own"
    ]


def test_a_copy_deletes_nothing_and_programs_are_the_hosts():
    folder = SyncedFolder(source=".", target="/a", type=FolderType.RSYNC, delete=True)

    assert len([*container_check.folders(Machine(name="web", synced_folders=[folder]))]) == 1
    assert len([*container_check.arch(Machine(name="web", arch="s390x"))]) == 1
    assert len([*container_check.volumes(Container(network_mode="machine:db"), "X")]) == 1
