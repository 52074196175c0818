"""Who runs, and who holds a device, from /proc."""

from __future__ import annotations

import pytest

from host_cases import write
from serai.host.changes.processes import guests, holding, runs, using
from serai.host.reach.local import Local


@pytest.fixture
def host(tmp_path):
    write(
        tmp_path,
        {
            "proc/4/comm": "libvirtd\n",
            "proc/5/comm": "qemu-system-x86\n",
            "proc/5/fd/3": "-> /dev/kvm",
            "proc/6/comm": "qemu-system-arm\n",
            "proc/7/comm": "kvm-pit/5\n",
            "proc/self/comm": "x",
        },
    )
    return Local(tmp_path)


def test_guests_are_told_from_kernel_threads(host):
    assert sorted(guests(host)) == ["qemu-system-arm (6)", "qemu-system-x86 (5)"]


def test_who_holds_a_device_is_named(host):
    assert holding(host, "/dev/kvm") == ["qemu-system-x86 (5)"]
    assert holding(host, "/dev/vfio/1") == []


def test_a_name_counts_as_far_as_the_kernel_keeps_it(host):
    assert runs(host, "libvirtd")
    assert runs(host, "qemu-system-x86_64")
    assert not runs(host, "virtqemud")


def test_where_the_kernel_counts_no_user_nobody_is_looked_for(host):
    write(host.root, {"sys/module/kvm_intel/refcnt": "0\n", "sys/module/kvm_amd/refcnt": "1\n"})

    assert using(host, "kvm_intel", "/dev/kvm") == []
    assert using(host, "kvm_amd", "/dev/kvm") == ["qemu-system-x86 (5)"]
