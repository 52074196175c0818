"""Zones: which bridge belongs where, as firewalld says it, or as its files do."""

from __future__ import annotations

import pytest

from host_cases import Case, source, write
from serai.host.checks.row import Outcome
from serai.host.facts.firewalld import belongs, zones
from serai.host.facts.network import Network
from serai.host.facts.source import Unknown

LINKS = ("virbr0", "docker0", "br-0123456789ab", "br-lan", "lxcbr0", "podman0", "eth0")


def there(tmp_path, files=None, said=None):
    write(tmp_path, files or {})
    return source(tmp_path, Case(Outcome.PASS, run=said or {}))


def test_bridges_are_known_by_the_names_that_their_engines_give(tmp_path):
    found = belongs(Network(there(tmp_path, {f"sys/class/net/{name}": None for name in LINKS})))

    assert {name: right[0] for name, right in found.items()} == {
        "virbr0": "libvirt",
        "docker0": "docker",
        "br-0123456789ab": "docker",
        "lxcbr0": "trusted",
        "podman0": "trusted",
    }


def test_firewalld_is_asked_before_its_files(tmp_path):
    files = {"etc/firewalld/zones/public.xml": '<zone><interface name="virbr0"/></zone>'}
    said = {
        "firewall-cmd --get-active-zones": "libvirt (active)\n  interfaces: virbr0 virbr1\n  sources: 10.0.0.0/8"
    }

    assert zones(there(tmp_path, files, said))[1] == {"virbr0": "libvirt", "virbr1": "libvirt"}
    assert zones(there(tmp_path, files))[1] == {"virbr0": "public"}


def test_without_both_it_is_not_known(tmp_path):
    with pytest.raises(Unknown, match="has no files"):
        zones(there(tmp_path))
