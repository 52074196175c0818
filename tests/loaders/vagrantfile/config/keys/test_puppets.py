"""puppet and salt are finished as Vagrant does it."""

from __future__ import annotations


def options(machine, kind, lines):
    return machine(f'config.vm.provision("{kind}") {{ |p| {lines} }}').provisioners[0].options


def test_puppet_has_manifests_or_an_environment(machine):
    assert options(machine, "puppet", "")["manifests_path"] == ["host", "manifests"]
    assert options(machine, "puppet", "")["environment"] == ""
    found = options(machine, "puppet", 'p.environment_path = "e"')
    assert (found["environment_path"], found["environment"]) == (["host", "e"], "production")
    assert "manifests_path" not in found


def test_an_old_key_is_a_new_one(machine):
    assert options(machine, "puppet", "p.nfs = true")["synced_folder_type"] == "nfs"
    assert "synced_folder_type" not in options(machine, "puppet", "p.nfs = false")


def test_pillars_are_joined_deeply(machine):
    found = options(machine, "salt", "p.pillar({ a: { b: 1 }, l: [1] }); p.pillar({ a: { c: 2 }, l: [2] })")

    assert found["pillar"] == {"a": {"b": 1, "c": 2}, "l": [2]}
