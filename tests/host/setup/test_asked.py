"""What plans of roles share: packages by the tool that is there, and groups of a user that is there."""

from __future__ import annotations

import pytest

from serai.host.setup.asked import Asked, installed, is_there, membership, nobody
from serai.util.errors import SeraiError
from setup_hosts import facts, host

DEBIAN = {"ID": "debian", "VERSION_ID": "12"}


def test_packages_of_two_roles_are_one_change(tmp_path):
    change = installed(facts(host(tmp_path, DEBIAN)), "qemu", "libvirt", data=("/x",))

    assert change.tool == "apt"
    assert {"qemu-system-x86", "libvirt-daemon-system"} <= set(change.names)
    assert change.data == ("/x",)


def test_without_a_package_manager_the_packages_are_named(tmp_path):
    with pytest.raises(SeraiError, match="no package manager") as refused:
        installed(facts(host(tmp_path, DEBIAN, tool="")), "lxc")
    assert "lxc-templates" in refused.value.hint


def test_where_the_system_is_an_image_the_way_on_is_told(tmp_path):
    files = {"run/ostree-booted": ""}
    with pytest.raises(SeraiError, match="the system is an image") as refused:
        installed(facts(host(tmp_path, {"ID": "fedora"}, "dnf", files=files)), "podman")
    assert refused.value.hint == "by hand: rpm-ostree install podman passt"


@pytest.mark.parametrize(("user", "there"), [("ann", True), ("root", False), ("eve", False), ("", False)])
def test_only_a_user_that_is_there_joins_a_group(tmp_path, user, there):
    found = facts(host(tmp_path, DEBIAN))

    assert is_there(found, user) is there
    assert [each.title() for each in membership(found, Asked(user=user), "kvm")] == (
        [f"add {user} to the group kvm"] if there else []
    )
    assert bool(nobody(found, Asked(user=user), "may")) is not there
