"""Hosts of virtual machines: what the plans hold, on each kind of host."""

from __future__ import annotations

import pytest

from serai.host.setup.asked import Asked
from serai.host.setup.machines import is_modular, libvirt, qemu
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}
FEDORA = {"ID": "fedora", "VERSION_ID": "44"}
RHEL = {"ID": "rhel", "VERSION_ID": "10.0"}


def titles(planned):
    return [change.title() for change in planned.changes]


KVM = {"etc/group": "root:x:0:\nkvm:x:104:\n"}


def test_on_debian_a_user_joins_kvm(tmp_path):
    planned = qemu(facts(host(tmp_path, DEBIAN, files=KVM)), Asked(user="ann"))
    assert titles(planned)[1:] == ["add ann to the group kvm"]
    assert planned.notes == ()


def test_without_a_user_it_says_who_may_use_it(tmp_path):
    assert "--user NAME" in qemu(facts(host(tmp_path, DEBIAN, files=KVM)), Asked()).notes[0]


def test_where_nobody_made_the_group_there_is_none_to_join(tmp_path):
    assert len(qemu(facts(host(tmp_path, DEBIAN)), Asked(user="ann")).changes) == 1


def test_on_fedora_kvm_is_open_to_all(tmp_path):
    assert len(qemu(facts(host(tmp_path, FEDORA, "dnf")), Asked(user="ann")).changes) == 1


def test_on_rhel_it_says_where_qemu_is(tmp_path):
    assert "/usr/libexec/qemu-kvm" in qemu(facts(host(tmp_path, RHEL, "dnf")), Asked()).notes[0]


def test_libvirt_comes_with_its_daemon_its_network_and_its_group(tmp_path):
    planned = libvirt(facts(host(tmp_path, DEBIAN)), Asked(user="ann"))

    assert titles(planned)[1:] == [
        "enable and start virtlogd.socket",
        "enable and start libvirtd.service",
        "start libvirt's network default, now and at boot",
        "add ann to the group libvirt",
    ]


@pytest.mark.parametrize(
    "path", ["run/libvirt/libvirtd.pid", "etc/systemd/system/multi-user.target.wants/libvirtd.service"]
)
def test_a_libvirtd_that_is_set_up_stays_what_it_is(tmp_path, path):
    assert is_modular(facts(host(tmp_path / "new", FEDORA, "dnf")))
    assert not is_modular(facts(host(tmp_path / "old", FEDORA, "dnf", files={path: ""})))
