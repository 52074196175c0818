"""Blocks of platforms elsewhere."""

from __future__ import annotations


def test_regions_and_zones_have_blocks_of_their_own(machine):
    found = machine(
        'config.vm.provider(:aws) { |a| a.region_config("r") { |r| r.ami = "x" }; a.region_config "s", ami: "y" }'
    ).providers["aws"]

    assert found == {"region_config": [["r", {"ami": "x"}], ["s", {"ami": "y"}]]}


def test_vsphere_lists_custom_attributes(machine):
    found = machine(
        'config.vm.provider(:vsphere) { |v| v.custom_attribute "a", "b"; v.extra_config["x"] = "1" }'
    ).providers["vsphere"]

    assert found == {"custom_attribute": [["a", "b"]], "extra_config": {"x": "1"}}
