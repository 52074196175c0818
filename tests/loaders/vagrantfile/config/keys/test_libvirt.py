"""libvirt's methods keep what they are given, and refuse what the plugin refuses."""

from __future__ import annotations

import pytest

from serai.loaders.vagrantfile.config.keys.libvirt import LIBVIRT, METHODS
from serai.util.errors import SeraiError


def block(machine, lines):
    return machine(f"config.vm.provider(:libvirt) {{ |v|\n{lines}\n}}").providers["libvirt"]


@pytest.mark.parametrize(
    ("line", "key", "result"),
    [
        ('v.cpu_feature name: "a", policy: "require"', "cpu_feature", [{"name": "a", "policy": "require"}]),
        ('v.boot "hd"; v.boot "network"', "boot", ["hd", "network"]),
        ("v.memorybacking :hugepages", "memorybacking", [{"name": "hugepages"}]),
        ('v.memorybacking :access, mode: "shared"', "memorybacking", [{"name": "access", "mode": "shared"}]),
        ('v.memtune type: "hard_limit", value: 9', "memtune", {"hard_limit": {"value": 9}}),
        ('v.cpuaffinitiy 0 => "1-2"', "cpuaffinitiy", {"0": "1-2"}),
        (
            "v.cputopology sockets: 1, cores: 2, threads: 3",
            "cputopology",
            {"sockets": 1, "cores": 2, "threads": 3},
        ),
        ('v.storage :file, size: "1G"', "storage", [{"size": "1G"}]),
        ('v.disk_driver cache: "none", other: 1', "disk_driver", {"cache": "none"}),
        ('v.qemuargs value: "-x"; v.qemuargs other: 1', "qemuargs", [{"value": "-x"}]),
        ('v.qemuenv A: "1"; v.qemuenv B: "2"', "qemuenv", {"A": "1", "B": "2"}),
        ('v.launchsecurity type: "sev"', "launchsecurity", {"type": "sev"}),
        ('v.usb_controller model: "x", ports: 4, other: 1', "usb_controller", {"model": "x", "ports": 4}),
        ('v.cpu_features = [{ name: "a" }]', "cpu_feature", [{"name": "a"}]),
        ("v.memory = 1024", "memory", 1024),
    ],
)
def test_it_is_kept(machine, line, key, result):
    assert block(machine, line) == {key: result}


def test_each_call_has_a_place_of_its_own(machine):
    one = 'config.vm.provider(:libvirt) { |v|\nv.storage :file\nv.storage :file\nv.usb vendor: 1\nv.boot "hd"\n}\n'
    other = "config.vm.provider(:libvirt) { |v|\nv.storage :file\nv.usb vendor: 1\nv.storage :block\n}"

    found = machine(one + other).provider_places["libvirt"]

    lines = {key: where.line for key, where in found.items() if "[" in key}
    assert lines == {"storage[0]": 3, "storage[1]": 4, "storage[2]": 9, "usb[0]": 10, "boot[0]": 6}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('v.cpu_feature name: "a"', "cpu_feature needs :policy"),
        ("v.memorybacking :access", "memorybacking :access needs :mode"),
        ('v.memtune type: "other", value: 1', "memtune has no type 'other'"),
        ('v.launchsecurity type: "tdx"', "knows the type 'sev' alone"),
        ('v.pci bus: "1"', "pci needs :slot, :function"),
    ],
)
def test_it_is_refused(machine, line, said):
    with pytest.raises(SeraiError) as caught:
        block(machine, line)

    assert said in caught.value.message


def test_storage_of_another_kind_is_a_notice(read):
    config = read("config.vm.provider(:libvirt) { |v| v.storage :block, path: '/dev/x' }")

    assert "storage knows :file alone" in config.notices[0][1]


def test_scopes_add_disks_and_replace_features(read):
    found = (
        read(
            "config.vm.provider(:libvirt) { |v|\n"
            ' v.storage :file, size: "1G"; v.cpu_feature name: "a", policy: "p" }\n'
            "config.vm.define('m') { |m| m.vm.provider(:libvirt) { |v|\n"
            ' v.storage :file, size: "2G"; v.cpu_feature name: "b", policy: "p" } }'
        )
        .machines["m"]
        .providers["libvirt"]
    )

    assert found["storage"] == [{"size": "1G"}, {"size": "2G"}]
    assert found["cpu_feature"] == [{"name": "b", "policy": "p"}]


def test_every_method_has_a_key():
    assert set(METHODS) <= set(LIBVIRT.keys)
